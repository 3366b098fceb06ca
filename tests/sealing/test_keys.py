"""Storage key, signatures, shares: each refuses what belongs elsewhere."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.sealing.opening import OpeningKey
from signer.sealing.shares import WORDS, WrongShares, combine, read_share, split
from signer.sealing.signing import BadSignature, MalformedVerifyingKey, SigningKey, VerifyingKey
from signer.sealing.storage_key import StorageKey, WrongStorageKey
from tests.cases import every_case

KEY = OpeningKey.from_seed(bytes(range(32)))
PRINT = KEY.recipient.fingerprint
SHARES = split(KEY, threshold=2, count=3)
STORAGE = StorageKey(bytes(range(32)))
ROW = bytes(range(16))


def test_a_row_unwraps_with_its_key_and_id() -> None:
    wrapped = STORAGE.wrap(b"envelope", ROW)

    assert len(wrapped) == len(b"envelope") + 28
    assert STORAGE.unwrap(wrapped, ROW) == b"envelope"


def test_wrapping_twice_gives_different_bytes() -> None:
    assert STORAGE.wrap(b"envelope", ROW) != STORAGE.wrap(b"envelope", ROW)


@every_case(
    ("key", "row", "keep"),
    [
        (StorageKey(bytes(32)), ROW, None),
        (STORAGE, bytes(16), None),
        (STORAGE, ROW, -1),
        (STORAGE, ROW, 11),
        (STORAGE, ROW, 0),
    ],
)
def test_another_key_another_row_or_a_cut_do_not_unwrap(key: StorageKey, row: bytes, keep: int | None) -> None:
    wrapped = STORAGE.wrap(b"envelope", ROW)

    with pytest.raises(WrongStorageKey):
        key.unwrap(wrapped[:keep], row)


@given(st.integers(0, 8 * 36 - 1))
def test_no_bit_of_a_row_can_be_changed(bit: int) -> None:
    wrapped = bytearray(STORAGE.wrap(b"envelope", ROW))
    wrapped[bit // 8] ^= 1 << bit % 8

    with pytest.raises(WrongStorageKey):
        STORAGE.unwrap(bytes(wrapped), ROW)


@every_case("length", [0, 16, 31, 33])
def test_a_storage_key_has_256_bits(length: int) -> None:
    """AES-128 would be taken in silence by the library."""
    with pytest.raises(WrongStorageKey):
        StorageKey(bytes(length))


def test_secrets_are_never_printed_by_accident() -> None:
    signing = SigningKey.from_seed(bytes(range(32)))

    for secret in (STORAGE, signing):
        assert repr(bytes(range(32))) not in repr(secret)
        assert bytes(range(32)).hex() not in repr(secret)


def test_a_signature_fits_its_purpose_message_and_key_only() -> None:
    """A manifest's signature must not pass as a checkpoint's."""
    key, other = SigningKey.from_seed(bytes(32)), SigningKey.from_seed(bytes([1]) * 32)
    signature = key.sign(b"purpose\n", b"message")

    key.verifying_key.verify(b"purpose\n", b"message", signature)
    for verifier, purpose, message, candidate in (
        (other.verifying_key, b"purpose\n", b"message", signature),
        (key.verifying_key, b"other\n", b"message", signature),
        (key.verifying_key, b"purpose\n", b"massage", signature),
        (key.verifying_key, b"purpose\n", b"message", signature[:-1]),
        (key.verifying_key, b"purpose\n", b"message", b""),
        (key.verifying_key, b"purpose\n", b"message", bytes(64)),
        (VerifyingKey(b"\xff" * 32), b"purpose\n", b"message", signature),
    ):
        with pytest.raises(BadSignature):
            verifier.verify(purpose, message, candidate)


@every_case("length", [0, 31, 33])
def test_a_verifying_key_has_32_bytes(length: int) -> None:
    with pytest.raises(MalformedVerifyingKey):
        VerifyingKey(bytes(length))


def test_any_two_of_three_shares_give_the_key_whatever_their_order_and_case() -> None:
    for one, other in itertools.permutations(SHARES, 2):
        assert combine([f" {one.upper()}\n", other.replace(" ", "\t ")], fingerprint=PRINT) == KEY


@every_case("shares", [(), SHARES[:1], (SHARES[0], SHARES[0]), SHARES, ("",), ("word " * WORDS,)])
def test_too_few_too_many_or_no_shares_give_nothing(shares: tuple[str, ...]) -> None:
    with pytest.raises(WrongShares):
        combine(shares, fingerprint=PRINT)


def test_shares_of_two_keys_give_nothing() -> None:
    foreign = split(OpeningKey.generate(), threshold=2, count=3)

    with pytest.raises(WrongShares):
        combine([SHARES[0], foreign[1]], fingerprint=PRINT)


def test_shares_of_two_ceremonies_of_one_key_give_nothing() -> None:
    again = split(KEY, threshold=2, count=3)

    with pytest.raises(WrongShares):
        combine([SHARES[0], again[1]], fingerprint=PRINT)


def test_shares_of_another_key_are_told_by_the_fingerprint() -> None:
    """SLIP-39 itself finds nothing wrong with them."""
    foreign = split(OpeningKey.generate(), threshold=2, count=3)

    with pytest.raises(WrongShares, match="the trust file names"):
        combine(foreign[:2], fingerprint=PRINT)


@given(st.integers(0, WORDS - 1), st.sampled_from(SHARES[1].split()))
def test_one_wrong_word_is_found_and_not_repeated(place: int, wrong: str) -> None:
    words = SHARES[0].split()
    if words[place] == wrong:
        return
    words[place] = wrong

    with pytest.raises(WrongShares) as refused:
        read_share(" ".join(words))
    assert not any(word in str(refused.value) for word in words if len(word) > 5)


@every_case(("threshold", "count"), [(1, 1), (1, 3), (4, 3), (2, 17), (0, 0), (2, 1)])
def test_nobody_opens_alone(threshold: int, count: int) -> None:
    with pytest.raises(WrongShares):
        split(KEY, threshold=threshold, count=count)


def test_a_share_tells_its_place_and_how_many_are_needed() -> None:
    assert [read_share(share).place for share in SHARES] == [0, 1, 2]
    assert {read_share(share).threshold for share in SHARES} == {2}
