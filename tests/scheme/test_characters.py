"""The quick look at a text and the long one say the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.scheme.characters import ADDRESS, COMMON, NAME, Alphabet, find_outsider

NOTHING_PLAIN = re.compile("(?!)")
COMMON_TEXT = st.text(st.characters(max_codepoint=COMMON + 64, exclude_categories=["Cs"]), max_size=12)


@pytest.mark.parametrize("alphabet", [NAME, ADDRESS], ids=["name", "address"])
@given(text=COMMON_TEXT)
def test_a_text_of_common_characters_is_judged_as_one_by_one(alphabet: Alphabet, text: str) -> None:
    one_by_one = Alphabet(alphabet.categories, alphabet.punctuation)
    one_by_one.__dict__["plain"] = NOTHING_PLAIN

    assert find_outsider(text, alphabet) == find_outsider(text, one_by_one)
