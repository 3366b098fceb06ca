"""Promise 1: what is sealed opens only with the opening key, only where it belongs, only unchanged."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.errors import SignerError
from signer.sealing.commitment import MalformedBlind, leaf_commitment
from signer.sealing.context import Context, join
from signer.sealing.envelope import ENVELOPE_SIZES, MalformedEnvelope, MalformedKey, RecipientKey, key_id_of, seal
from signer.sealing.opening import CannotOpen, OpeningKey, WrongOpeningKey, open_envelope
from tests.cases import every_case

KEY = OpeningKey.from_seed(bytes(range(32)))
CONTEXT = Context("2021/000001", "DE", bytes(range(16)), date(2027, 5, 1))
PLAINTEXT = bytes([7]) * 768
ENVELOPE = seal(PLAINTEXT, KEY.recipient, CONTEXT)
CHANGED = ENVELOPE[:-1] + bytes([ENVELOPE[-1] ^ 1])


def test_what_is_sealed_opens() -> None:
    assert open_envelope(ENVELOPE, KEY, CONTEXT) == PLAINTEXT


@every_case(("size", "expected"), [(768, ENVELOPE_SIZES[0]), (6144, ENVELOPE_SIZES[1])])
def test_an_envelope_is_1153_bytes_longer(size: int, expected: int) -> None:
    assert len(seal(bytes(size), KEY.recipient, CONTEXT)) == expected == size + 1153


def test_sealing_twice_shows_nothing_in_common_but_the_header() -> None:
    """Nobody can seal a guess and compare."""
    one, other = ENVELOPE, seal(PLAINTEXT, KEY.recipient, CONTEXT)

    assert one[:17] == other[:17] == b"\x01" + KEY.recipient.key_id
    assert not any(one[start : start + 8] in other for start in range(17, len(one) - 8))


@every_case(
    "elsewhere",
    [
        replace(CONTEXT, registration_number="2021/000002"),
        replace(CONTEXT, registration_number="2021/0000011"),
        replace(CONTEXT, member_state="FR"),
        replace(CONTEXT, member_state="D"),
        replace(CONTEXT, statement_id=bytes(16)),
        replace(CONTEXT, on=CONTEXT.on + timedelta(days=1)),
    ],
)
def test_a_moved_statement_does_not_open(elsewhere: Context) -> None:
    with pytest.raises(CannotOpen):
        open_envelope(ENVELOPE, KEY, elsewhere)


def test_another_key_does_not_open() -> None:
    with pytest.raises(WrongOpeningKey):
        open_envelope(ENVELOPE, OpeningKey.generate(), CONTEXT)


def test_another_key_with_a_forged_header_does_not_open() -> None:
    stranger = OpeningKey.generate()
    forged = ENVELOPE[:1] + stranger.recipient.key_id + ENVELOPE[17:]

    with pytest.raises(CannotOpen):
        open_envelope(forged, stranger, CONTEXT)


@given(st.integers(0, 8 * len(ENVELOPE) - 1))
def test_no_bit_can_be_changed(bit: int) -> None:
    changed = bytearray(ENVELOPE)
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises((CannotOpen, WrongOpeningKey, MalformedEnvelope)):
        open_envelope(bytes(changed), KEY, CONTEXT)


@every_case("part", [slice(17, 1105), slice(1105, 1137), slice(17, None)])
def test_zeros_in_place_of_a_part_are_refused(part: slice) -> None:
    """An X25519 share of zeros would give a secret that everybody knows."""
    changed = bytearray(ENVELOPE)
    changed[part] = bytes(len(changed[part]))

    with pytest.raises(CannotOpen):
        open_envelope(bytes(changed), KEY, CONTEXT)


@given(st.integers(0, len(ENVELOPE) - 1))
def test_a_cut_off_envelope_is_malformed(length: int) -> None:
    with pytest.raises(MalformedEnvelope):
        key_id_of(ENVELOPE[:length])


def test_appended_bytes_are_malformed() -> None:
    with pytest.raises(MalformedEnvelope):
        open_envelope(ENVELOPE + b"\0", KEY, CONTEXT)


@every_case("encoded", [b"", bytes(1215), bytes(1217), b"\xff" * 1216])
def test_what_is_no_public_key_is_refused(encoded: bytes) -> None:
    """Coefficients above the modulus of ML-KEM among them (FIPS 203 section 7.2)."""
    with pytest.raises(MalformedKey):
        RecipientKey.from_bytes(encoded)


@every_case("length", [0, 31, 33])
def test_an_opening_key_has_32_bytes(length: int) -> None:
    with pytest.raises(WrongOpeningKey):
        OpeningKey.from_seed(bytes(length))


def test_an_opening_key_is_never_printed_by_accident() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_joining_is_unambiguous(one: list[bytes], other: list[bytes]) -> None:
    """Otherwise "ab" and "c" would be "a" and "bc"."""
    assert (join(*one) == join(*other)) == (one == other)


contexts = st.builds(
    Context,
    st.from_regex(r"[0-9]{4}/[0-9]{6}", fullmatch=True),
    st.from_regex(r"[A-Z]{2,8}", fullmatch=True),
    st.binary(min_size=16, max_size=16),
    st.dates(min_value=date(1000, 1, 1)),
)


@given(contexts, contexts)
def test_two_places_never_have_the_same_context(one: Context, other: Context) -> None:
    assert (one.encode(bytes(32)) == other.encode(bytes(32))) == (one == other)
    assert one.encode(bytes(32)) != one.encode(b"\1" * 32)


@given(contexts, contexts, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_leaf_names_envelope_member_state_day_and_blind(
    one: Context, other: Context, blind: bytes, second: bytes
) -> None:
    same = (one.member_state, one.on, blind) == (other.member_state, other.on, second)

    assert (leaf_commitment(ENVELOPE, one, blind) == leaf_commitment(ENVELOPE, other, second)) == same
    assert leaf_commitment(ENVELOPE, one, blind) != leaf_commitment(CHANGED, one, blind)


@every_case(("blind", "member_state"), [(bytes(31), "DE"), (bytes(33), "DE"), (bytes(32), "NINECHARS")])
def test_a_leaf_has_fixed_lengths(blind: bytes, member_state: str) -> None:
    with pytest.raises(MalformedBlind):
        leaf_commitment(ENVELOPE, replace(CONTEXT, member_state=member_state), blind)


@given(st.binary(max_size=3000))
def test_any_bytes_are_an_error_of_ours(content: bytes) -> None:
    with pytest.raises(SignerError):
        open_envelope(content, KEY, CONTEXT)
