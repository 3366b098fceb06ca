"""The quick look at a text and the long one say the same."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.scheme.characters import (
    ADDRESS,
    COMMON,
    DIRECTION_MARKS,
    LINE_BREAKS,
    NAME,
    Alphabet,
    find_outsider,
    find_unreadable,
    tidy,
)

NOTHING_PLAIN = re.compile("(?!)")
COMMON_TEXT = st.text(st.characters(max_codepoint=COMMON + 64, exclude_categories=["Cs"]), max_size=12)


@pytest.mark.parametrize("alphabet", [NAME, ADDRESS], ids=["name", "address"])
@given(text=COMMON_TEXT)
def test_a_text_of_common_characters_is_judged_as_one_by_one(alphabet: Alphabet, text: str) -> None:
    one_by_one = Alphabet(alphabet.categories, alphabet.punctuation)
    one_by_one.__dict__["plain"] = NOTHING_PLAIN

    assert find_outsider(text, alphabet) == find_outsider(text, one_by_one)


def test_every_control_character_is_found_and_nothing_else() -> None:
    """The pattern says what the general categories say, for every code point there is."""
    unreadable = {point for point in range(sys.maxunicode + 1) if find_unreadable(chr(point))}

    controls = {point for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point)) in {"Cc", "Cs"}}
    assert unreadable == controls | set(map(ord, LINE_BREAKS | DIRECTION_MARKS))


@given(text=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20))
def test_plain_text_is_tidied_as_any_other(text: str) -> None:
    """A letter of another script behind it takes the long way, and is cut off again."""
    assert tidy(f"{text} \u0436") == f"{tidy(text)} \u0436".lstrip()
