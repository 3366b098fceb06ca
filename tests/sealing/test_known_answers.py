"""The answers asked at every start: computed here a second time, and each one is really asked."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from signer.offline.selftest import run_opening_answers
from signer.sealing import selftest
from signer.sealing.selftest import ANSWERS, SelfTestFailed, run_known_answers
from tests.cases import every_case

KNOWN = json.loads(ANSWERS.read_text())
SERVICE = (
    "code",
    "code_text",
    "erasure_proof",
    "statement_id",
    "former_statement_id",
    "blind",
    "registration_number",
    "member_state",
    "on",
    "family_names",
    "public_key",
    "key_fingerprint",
    "context",
    "plaintext_sha256",
    "envelope",
    "leaf",
    "gcm_key",
    "gcm_aad",
    "gcm_wrapped",
    "gcm_plaintext",
    "ed25519_seed",
    "ed25519_public_key",
    "ed25519_message",
    "ed25519_signature",
)
OFFLINE = ("opening_seed", "key_fingerprint", "envelope", "former_statement_id", "plaintext_sha256")


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the known answers that a test may spoil."""
    path = tmp_path / "known_answers.json"
    path.write_bytes(ANSWERS.read_bytes())
    monkeypatch.setattr(selftest, "ANSWERS", path)
    yield path
    selftest.read_answers.cache_clear()


def spoil(path: Path, name: str) -> None:
    value = KNOWN[name]
    other = {"on": "2027-05-02", "member_state": "DE", "code_text": value[:-1] + "?"}.get(name)
    spoilt = other or value[:-1] + chr(ord(value[-1]) ^ 1)
    path.write_text(json.dumps(KNOWN | {name: spoilt}))
    selftest.read_answers.cache_clear()


def test_all_known_answers_come_out() -> None:
    run_known_answers()
    run_opening_answers()


@every_case("name", SERVICE)
def test_a_wrong_answer_stops_the_service(answers: Path, name: str) -> None:
    spoil(answers, name)

    with pytest.raises(SelfTestFailed, match="known answer"):
        run_known_answers()


@every_case("name", OFFLINE)
def test_a_wrong_answer_stops_the_offline_tool(answers: Path, name: str) -> None:
    spoil(answers, name)

    with pytest.raises(SelfTestFailed, match="opening"):
        run_opening_answers()


def test_every_known_answer_is_asked() -> None:
    assert set(KNOWN) == {*SERVICE, *OFFLINE}


def test_a_second_reader_of_the_formats_gets_the_same_answers() -> None:
    """From docs/formats.md and the standard library alone."""
    code = bytes.fromhex(KNOWN["code"])
    proof, former, blind = (hmac.new(code, purpose, "sha256").digest() for purpose in (b"erase", b"id", b"blind"))
    statement_id = hashlib.sha256(proof).digest()[:16]
    parts = (
        b"signer statement of support",
        b"\x01",
        b"2021/000001",
        b"GR",
        former[:16],
        b"2027-05-01",
        hashlib.sha256(bytes.fromhex(KNOWN["public_key"])).digest(),
    )
    body = f'{{"blind":"{blind.hex()}","confirmed":[],"fields":{{"family_names":"{KNOWN["family_names"]}"}}}}'.encode()
    plaintext = (len(body).to_bytes(2, "big") + body).ljust(768, b"\0")
    leaf = b"\x00\x01" + hashlib.sha256(bytes.fromhex(KNOWN["envelope"])).digest() + b"GR\0\0\0\0\0\0" + b"2027-05-01"

    assert (proof.hex(), statement_id.hex()) == (KNOWN["erasure_proof"], KNOWN["statement_id"])
    assert (former[:16].hex(), blind.hex()) == (KNOWN["former_statement_id"], KNOWN["blind"])
    assert b"".join(len(part).to_bytes(4, "big") + part for part in parts).hex() == KNOWN["context"]
    assert hashlib.sha256(plaintext).hexdigest() == KNOWN["plaintext_sha256"]
    assert hashlib.sha256(leaf + blind).hexdigest() == KNOWN["leaf"]
    assert date.fromisoformat(KNOWN["on"]) == date(2027, 5, 1)
