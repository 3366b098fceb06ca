"""The token of a check page carries the code and fits one page only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.human_check.check_token import LIFETIME, Admission, CheckTokens, ExpiredToken, Shown, WrongToken
from signer.scheme.statement import Statement
from signer.sealing.code import Code
from tests.cases import every_case

KEY = bytes(range(32))
STATEMENT = Statement("DE", {"first_names": "Klara", "family_names": "Invented"}, frozenset())
SHOWN = Shown("2021/000001", STATEMENT)
ADMISSION = Admission(Code(bytes(16)), bytes(range(16)))


class Clock:
    """Tells the seconds that the test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def test_gives_code_and_human_check_back_for_what_was_shown() -> None:
    tokens, admission = CheckTokens(KEY), Admission(Code.new(), bytes(range(16)))

    assert tokens.read(tokens.issue(admission, SHOWN), SHOWN) == admission


OTHERS = {
    "another initiative": replace(SHOWN, registration_number="2021/000002"),
    "another Member State": replace(SHOWN, statement=replace(STATEMENT, member_state="AT")),
    "another value": replace(SHOWN, statement=replace(STATEMENT, fields={**STATEMENT.fields, "first_names": "Karla"})),
    "a confirmation more": replace(SHOWN, statement=replace(STATEMENT, confirmed=frozenset({"postal_code"}))),
    "one field less": replace(SHOWN, statement=replace(STATEMENT, fields={"first_names": "Klara"})),
    "text moved between fields": replace(
        SHOWN, statement=replace(STATEMENT, fields={"first_names": "KlaraIn", "family_names": "vented"})
    ),
}


@every_case("other", OTHERS.values(), ids=OTHERS.keys())
def test_fits_nothing_else(other: Shown) -> None:
    tokens = CheckTokens(KEY)

    with pytest.raises(WrongToken):
        tokens.read(tokens.issue(ADMISSION, SHOWN), other)


def test_of_another_instance_is_refused() -> None:
    token = CheckTokens(bytes(32)).issue(ADMISSION, SHOWN)

    with pytest.raises(WrongToken):
        CheckTokens(KEY).read(token, SHOWN)


def test_expires_after_two_hours() -> None:
    clock = Clock()
    tokens = CheckTokens(KEY, clock)
    token = tokens.issue(ADMISSION, SHOWN)

    clock.now += LIFETIME
    assert tokens.read(token, SHOWN) == ADMISSION
    clock.now += 1
    with pytest.raises(ExpiredToken):
        tokens.read(token, SHOWN)


def test_that_is_expired_and_of_other_values_is_not_called_merely_expired() -> None:
    clock = Clock()
    tokens = CheckTokens(KEY, clock)
    token = tokens.issue(ADMISSION, SHOWN)
    clock.now += LIFETIME + 1

    with pytest.raises(WrongToken) as raised:
        tokens.read(token, OTHERS["another value"])

    assert not isinstance(raised.value, ExpiredToken)


def test_tells_nothing_of_the_values() -> None:
    """The digest is keyed by the code: the same values twice have nothing in common."""
    codes = Code(bytes(16)), Code(bytes([1] * 16))

    assert SHOWN.digest(codes[0]) != SHOWN.digest(codes[1])


@given(st.integers(min_value=0), st.characters())
def test_changed_in_any_character_is_refused(place: int, character: str) -> None:
    tokens = CheckTokens(KEY)
    token = tokens.issue(ADMISSION, SHOWN)
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]

    if changed != token:
        with pytest.raises(WrongToken):
            tokens.read(changed, SHOWN)


def test_another_spelling_of_the_signature_is_refused() -> None:
    """The last of its characters has two bits to spare, and a plus means the same as a hyphen."""
    tokens = CheckTokens(KEY)
    token = tokens.issue(ADMISSION, SHOWN)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    sealed = alphabet.index(token[-1])

    for spare in {sealed ^ 1, sealed ^ 2, sealed ^ 3}:
        with pytest.raises(WrongToken):
            tokens.read(token[:-1] + alphabet[spare], SHOWN)
    with pytest.raises(WrongToken):
        tokens.read(f"{token}=", SHOWN)
    assert tokens.read(token, SHOWN) == ADMISSION


@given(st.text())
def test_of_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(WrongToken):
        CheckTokens(KEY).read(text, SHOWN)
