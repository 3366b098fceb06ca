"""The citizen's code: what it gives, how it survives a person's hand, what it never shows."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.sealing.code import ALPHABET, Code, MalformedCode
from tests.cases import every_case

codes = st.binary(min_size=16, max_size=16).map(Code)
places = st.integers(0, 27)


@given(codes)
def test_a_code_survives_being_written_down(code: Code) -> None:
    assert re.fullmatch(rf"(?:[{ALPHABET}]{{4}}-){{6}}[{ALPHABET}]{{4}}", code.text)
    assert Code.parse(code.text) == code


@given(codes, st.sampled_from([" ", "", "–", "  -  ", "\n", "\u00a0"]))
def test_case_spaces_and_dashes_do_not_matter(code: Code, separator: str) -> None:
    assert Code.parse(f" {code.text.lower().replace('-', separator)} ") == code


@given(codes)
def test_letters_that_look_like_digits_are_read_as_digits(code: Code) -> None:
    for read in (str.maketrans("01", "OI"), str.maketrans("01", "ol")):
        assert Code.parse(code.text.translate(read)) == code


@given(codes, places, st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(code: Code, place: int, other: str) -> None:
    """Otherwise the citizen who mistypes would be told that an unknown statement is erased."""
    characters = list(code.text.replace("-", ""))
    slipped = characters[place] != other
    characters[place] = other

    if slipped:
        with pytest.raises(MalformedCode):
            Code.parse("".join(characters))
    else:
        assert Code.parse("".join(characters)) == code


@given(codes, st.integers(0, 26))
def test_two_swapped_neighbours_are_always_found(code: Code, place: int) -> None:
    characters = list(code.text.replace("-", ""))
    characters[place], characters[place + 1] = characters[place + 1], characters[place]

    if characters[place] != characters[place + 1]:
        with pytest.raises(MalformedCode):
            Code.parse("".join(characters))


@given(st.text(max_size=60))
def test_any_other_text_is_malformed(text: str) -> None:
    with pytest.raises(MalformedCode):
        Code.parse(text)


@every_case("text", ["", "0" * 28, "U" * 28, "0" * 27, "0" * 29, "Ω" * 28, "0" * 1_000_000, "\x00" * 28])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(MalformedCode):
        Code.parse(text)


@every_case("length", [0, 15, 17])
def test_a_code_has_128_bits(length: int) -> None:
    with pytest.raises(MalformedCode):
        Code(bytes(length))


def test_fresh_codes_differ() -> None:
    assert len({Code.new().value for _ in range(100)}) == 100


@given(codes, codes)
def test_id_and_blind_differ_with_the_code(one: Code, other: Code) -> None:
    assert (len(one.statement_id), len(one.blind)) == (16, 32)
    assert (one.statement_id == other.statement_id) == (one == other) == (one.blind == other.blind)
    assert one.statement_id not in one.blind


def test_a_code_is_never_printed_by_accident() -> None:
    code = Code.new()

    assert str(code) == repr(code) == "Code(…)"
