"""Trust file, key request and public key file: read exactly, or refused with the entry's name."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.errors import SignerError
from signer.sealing.opening import OpeningKey
from signer.sealing.request import KeyRequest, MalformedKeyRequest, MalformedPublicKeyFile, PublicKeyFile
from signer.sealing.signing import SigningKey
from signer.sealing.trust import MalformedTrust, Trust
from tests.cases import every_case

KEY = OpeningKey.from_seed(bytes(range(32))).recipient
MANIFEST_KEY, LOG_KEY = (SigningKey.from_seed(bytes([number]) * 32).verifying_key for number in (1, 2))
TRUST = Trust(
    "2021/000001",
    "eu",
    KEY.fingerprint,
    MANIFEST_KEY,
    "signer.example/log",
    LOG_KEY,
    rehearsal=False,
    made_on=date(2027, 1, 2),
)
REQUEST = KeyRequest("2021/000001", "eu", MANIFEST_KEY, "signer.example/log", LOG_KEY)
PUBLIC = PublicKeyFile("2021/000001", KEY)
FILES = [(TRUST, MalformedTrust), (REQUEST, MalformedKeyRequest), (PUBLIC, MalformedPublicKeyFile)]
NAMES = [(file, error, name) for file, error in FILES for name in json.loads(file.to_json())]


@every_case("file", [TRUST, REQUEST, PUBLIC])
def test_a_file_says_what_was_written(file: Trust | KeyRequest | PublicKeyFile) -> None:
    assert type(file).from_json(file.to_json()) == file


@every_case(("file", "error", "name"), NAMES)
@every_case(
    "other",
    [None, "", 1, True, [], {}, "ß", "2021/000001\n", "../e t c", "ab+" * 21, "AB" * 32 + "+", "z " * 32, "x" * 201],
)
def test_an_entry_that_cannot_be_is_named(
    file: Trust | KeyRequest | PublicKeyFile, error: type[SignerError], name: str, other: object
) -> None:
    value = json.loads(file.to_json())
    if name == "rehearsal" and other is True:
        return

    with pytest.raises(error, match=name if name != "format" else "does not say"):
        type(file).from_json(json.dumps(value | {name: other}).encode())


@every_case(("file", "error", "name"), NAMES)
def test_a_missing_entry_is_refused(
    file: Trust | KeyRequest | PublicKeyFile, error: type[SignerError], name: str
) -> None:
    value = json.loads(file.to_json())
    del value[name]

    with pytest.raises(error):
        type(file).from_json(json.dumps(value).encode())


@every_case(("file", "error"), FILES)
@every_case(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:-3],
        lambda content: b"[" + content + b"]",
        lambda content: b"\xff" + content,
        lambda content: content.replace(b"{", b'{"extra": 1,', 1),
        lambda content: content.replace(b"{", b'{"scheme": "eu", "registration_number": "2021/000001",', 1),
        lambda content: b"[" * 100_000,
        lambda content: b'{"format":' * 10_000,
        lambda content: b"9" * 10_000,
    ],
)
def test_any_other_content_is_refused(
    file: Trust | KeyRequest | PublicKeyFile, error: type[SignerError], spoil: Callable[[bytes], bytes]
) -> None:
    """An entry that is there twice reads differently in two programs."""
    with pytest.raises(error):
        type(file).from_json(spoil(file.to_json()))


def test_a_public_key_with_another_ones_fingerprint_is_refused() -> None:
    value = json.loads(PUBLIC.to_json()) | {"fingerprint": "00" * 32}

    with pytest.raises(MalformedPublicKeyFile, match="not that of its public_key"):
        PublicKeyFile.from_json(json.dumps(value).encode())


@given(st.binary(max_size=300))
def test_any_bytes_are_an_error_of_ours(content: bytes) -> None:
    for file, error in FILES:
        with pytest.raises(error):
            type(file).from_json(content)
