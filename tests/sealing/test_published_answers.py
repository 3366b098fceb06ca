"""What others computed and published comes out of our rooms too; sources in tests/vectors/README.md."""

import hashlib
import hmac
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from shamir_mnemonic import MnemonicError, combine_mnemonics

from signer.sealing.context import Context
from signer.sealing.envelope import VERSION, RecipientKey, key_id_of
from signer.sealing.keyed_digest import keyed_digest
from signer.sealing.opening import OpeningKey, open_envelope
from signer.sealing.shares import WrongShares, combine, read_share
from signer.sealing.storage_key import StorageKey, WrongStorageKey
from tests.cases import every_case

VECTORS = Path(__file__).parents[1] / "vectors"
XWING = json.loads((VECTORS / "hpke_xwing.json").read_text())
SLIP39 = json.loads((VECTORS / "slip39.json").read_text())
AES_GCM = json.loads((VECTORS / "aes_gcm.json").read_text())
HMAC = json.loads((VECTORS / "hmac_sha256.json").read_text())
CONTEXT = Context("2021/000001", "DE", bytes(range(16)), date(2027, 5, 1))


def labelled_extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    """RFC 9180 section 4."""
    return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256").digest()


def labelled_expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """RFC 9180 section 4; one block of HKDF-SHA256 (RFC 5869) is enough."""
    message = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.new(prk, message + b"\x01", "sha256").digest()[:length]


def key_schedule(secret: bytes, info: bytes, *, kdf: int, aead: int) -> tuple[bytes, bytes]:
    """Key and base nonce in base mode (RFC 9180 section 5.1), written from the text with the standard library."""
    suite = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (XWING["kem_id"], kdf, aead))
    psk_id_hash = labelled_extract(suite, b"", b"psk_id_hash", b"")
    info_hash = labelled_extract(suite, b"", b"info_hash", info)
    context = b"\x00" + psk_id_hash + info_hash
    prk = labelled_extract(suite, secret, b"secret", b"")
    return (
        labelled_expand(suite, prk, b"key", context, 32),
        labelled_expand(suite, prk, b"base_nonce", context, 12),
    )


def test_a_seed_gives_the_published_public_key() -> None:
    """X-Wing stretches 32 bytes by SHAKE-256; so do the holders' shares become the key."""
    key = OpeningKey.from_seed(bytes.fromhex(XWING["skRm"]))

    assert key.recipient.to_bytes().hex() == XWING["pkRm"]
    assert key.recipient.fingerprint == hashlib.sha256(bytes.fromhex(XWING["pkRm"])).digest()
    assert RecipientKey.from_bytes(bytes.fromhex(XWING["pkRm"])) == key.recipient


def test_our_reading_of_the_key_schedule_is_the_published_one() -> None:
    """So that the next test, which needs it for our own cipher, stands on something."""
    secret, info = bytes.fromhex(XWING["shared_secret"]), bytes.fromhex(XWING["info"])

    key, nonce = key_schedule(secret, info, kdf=XWING["kdf_id"], aead=XWING["aead_id"])

    assert (key.hex(), nonce.hex()) == (XWING["key"], XWING["base_nonce"])
    one = {name: bytes.fromhex(value) for name, value in XWING["encryption"].items()}
    assert ChaCha20Poly1305(key).decrypt(nonce, one["ct"], one["aad"]) == one["pt"]


def test_an_envelope_made_by_hand_from_the_published_encapsulation_opens() -> None:
    """A second implementation, from the standards alone, seals what `open_envelope` opens: KEM, KDF, AEAD, info."""
    key = OpeningKey.from_seed(bytes.fromhex(XWING["skRm"]))
    info = CONTEXT.encode(key.recipient.fingerprint)
    aead_key, nonce = key_schedule(bytes.fromhex(XWING["shared_secret"]), info, kdf=1, aead=2)
    sealed = bytes.fromhex(XWING["enc"]) + AESGCM(aead_key).encrypt(nonce, b"\x05" * 768, b"")
    envelope = VERSION + key.recipient.key_id + sealed

    assert key_id_of(envelope) == key.recipient.fingerprint[:16]
    assert open_envelope(envelope, key, CONTEXT) == b"\x05" * 768


@every_case("vector", SLIP39, ids=lambda vector: vector["description"].partition(".")[0])
def test_shares_are_those_of_slip_39(vector: dict[str, Any]) -> None:
    """The library calls itself a reference; it is held to every published vector."""
    if vector["secret"]:
        assert combine_mnemonics(vector["shares"], b"TREZOR").hex() == vector["secret"]
    else:
        with pytest.raises(MnemonicError):
            combine_mnemonics(vector["shares"], b"TREZOR")


@every_case("vector", SLIP39, ids=lambda vector: vector["description"].partition(".")[0])
def test_no_published_set_of_shares_is_taken_for_ours(vector: dict[str, Any]) -> None:
    """Right or wrong ones: an error of ours, never another one, and never a key."""
    with pytest.raises(WrongShares):
        combine(vector["shares"], fingerprint=bytes(32))


def test_a_published_share_tells_its_place_and_threshold() -> None:
    """Vector 23: two of three, of 256 bits like ours."""
    facts = [read_share(share) for share in SLIP39[22]["shares"]]

    assert len({share.place for share in facts}) == 2
    assert {share.threshold for share in facts} == {2}


@every_case("vector", AES_GCM)
def test_stored_rows_unwrap_as_nist_says(vector: dict[str, str | None]) -> None:
    """Nonce, cipher text, tag; the statement's id in the place of the associated data."""
    parts = {name: bytes.fromhex(value) for name, value in vector.items() if value is not None}
    key, wrapped = StorageKey(parts["key"]), parts["iv"] + parts["ct"] + parts["tag"]

    if vector["pt"] is None:
        with pytest.raises(WrongStorageKey):
            key.unwrap(wrapped, parts["aad"])
    else:
        assert key.unwrap(wrapped, parts["aad"]) == parts["pt"]


@every_case("vector", HMAC)
def test_hmac_is_rfc_4231s(vector: dict[str, str]) -> None:
    assert keyed_digest(bytes.fromhex(vector["key"]), bytes.fromhex(vector["msg"])).hex() == vector["md"]
