"""A recovery code logs on once in place of the app, and none can be read where it is kept."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from signer.accounts.tables import account
from signer.database import reading
from signer.service.service import Service
from tests.web.console.paths import ACCOUNT, CODES, RECOVERY
from tests.web.console.people import Human, is_inside
from tests.web.console.second_factors import failures, last_change
from tests.web.console.standing import stranger
from tests.web.pages import Page

pytestmark = pytest.mark.together


def recovery_codes(human: Human) -> list[str]:
    """Have new codes made."""
    shown = Page(human.send(CODES, CODES))
    return [str(item.text_content()).strip() for item in shown.tree.xpath("//main//li")]


def use_recovery_code(human: Human, code: str) -> TestResponse:
    """Log on by password and recovery code."""
    human.give_password()
    return human.send(RECOVERY, RECOVERY, code=code)


def test_a_recovery_code_logs_on_once_in_place_of_the_app(person: Human, service: Service) -> None:
    codes = recovery_codes(person)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[0-9a-f]{4}(-[0-9a-f]{4}){2}", code) for code in codes)
    person.log_off()

    use_recovery_code(person, codes[3])
    assert is_inside(person)
    assert last_change(service, person) == "recovery_code_used"
    assert "9" in Page(person.client.get(ACCOUNT)).words("//dl")

    person.log_off()
    refused = use_recovery_code(person, codes[3])
    assert Page(refused).problems()
    assert not is_inside(person)
    use_recovery_code(person, codes[4])
    assert is_inside(person)


def test_a_wrong_recovery_code_lets_nobody_in_and_is_written_down(person: Human, service: Service) -> None:
    codes = recovery_codes(person)
    person.log_off()

    for wrong in ("0000-0000-0000", codes[0].upper() + "x", codes[0][:-1], f"{codes[0]},{codes[1]}", ",", "\x00"):
        use_recovery_code(person, wrong)

        assert not is_inside(person)
    assert failures(service, person) == ["second_factor"] * 6
    use_recovery_code(person, codes[0])
    assert is_inside(person)


def test_new_codes_make_the_earlier_ones_void(person: Human, service: Service) -> None:
    earlier = recovery_codes(person)
    newer = recovery_codes(person)
    assert last_change(service, person) == "recovery_codes_made"
    person.log_off()

    use_recovery_code(person, earlier[0])
    assert not is_inside(person)
    use_recovery_code(person, newer[0])
    assert is_inside(person)


def test_a_recovery_code_of_somebody_else_is_worth_nothing(person: Human, app: Flask, service: Service) -> None:
    theirs = recovery_codes(stranger(app, service))
    recovery_codes(person)
    person.log_off()

    use_recovery_code(person, theirs[0])

    assert not is_inside(person)


def test_an_account_without_recovery_codes_has_none_to_guess(person: Human) -> None:
    person.log_off()

    for guess in ("", " ", "None", "[]"):
        use_recovery_code(person, guess)
        assert not is_inside(person)


def test_the_database_holds_neither_recovery_codes_nor_the_key_of_the_app(person: Human, service: Service) -> None:
    """Who has a backup alone can use none of it."""
    codes = recovery_codes(person)

    with reading(service.engine) as connection:
        stored = repr(connection.execute(select(account).where(account.c.email == person.email)).one())

    assert not [secret for secret in (*codes, person.key, person.key.replace("-", "")) if secret in stored]
    assert person.password not in stored


def test_codes_are_shown_when_they_are_made_and_not_by_opening_the_page(person: Human) -> None:
    codes = recovery_codes(person)

    assert not [code for code in codes if code in person.client.get(CODES).text]
