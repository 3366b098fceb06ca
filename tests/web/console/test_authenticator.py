"""Codes of an authenticator app: each is good for one log-on, for its half minute, and nobody is without an app."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from passlib.totp import TOTP

from signer.accounts.manage import reset_second_factor
from signer.database import writing
from signer.service.service import Service
from tests.acts import unit
from tests.web.console.paths import ACCOUNT, APP, CODE
from tests.web.console.people import (
    KEY,
    Human,
    another_browser,
    invite_by_command,
    is_inside,
    new_email,
    number_of,
    token_of,
)
from tests.web.console.second_factors import failures, last_change, log_of, show_new_key
from tests.web.console.standing import OWNER, stranger
from tests.web.pages import Page

pytestmark = pytest.mark.together

MOMENT = 1_795_000_005
"""Five seconds into a half minute of November 2026."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the server's clock for codes to so many seconds after MOMENT."""

    def at(seconds: float) -> None:
        monkeypatch.setattr(TOTP, "now", staticmethod(lambda: MOMENT + seconds))

    return at


def code_at(human: Human, seconds: float) -> str:
    """What the app shows so many seconds after MOMENT."""
    return str(TOTP(key=human.key).generate(time=int(MOMENT + seconds)).token)


def test_a_wrong_code_lets_nobody_in_and_is_written_down(person: Human, service: Service) -> None:
    person.log_off()
    asked = person.give_password()
    wrong = f"{(int(code_at(person, 0)) + 1) % 1_000_000:06}"

    refused = person.fill(asked, CODE, code=wrong)

    assert Page(refused).problems()
    assert not is_inside(person)
    assert failures(service, person) == ["second_factor"]


NO_CODES = [
    "",
    " ",
    "12345",
    "1234567",
    "abcdef",
    "١٢٣٤٥٦",
    "²²²²²²",
    "１２３４５６",
    "-12345",
    "1e5",
    "12345\x00",
    "9" * 5000,
]


@pytest.mark.parametrize("code", NO_CODES, ids=lambda code: repr(code[:10]))
def test_what_is_no_code_is_asked_for_again(person: Human, code: str) -> None:
    person.log_off()
    asked = person.give_password()

    refused = person.fill(asked, CODE, code=code)

    assert refused.status_code == 200
    assert Page(refused).problems()
    assert not is_inside(person)


def test_a_code_works_once(person: Human, clock: Callable[[float], None]) -> None:
    """Whoever has looked over a shoulder is as fast as the half minute lasts."""
    person.log_off()
    clock(0)
    used = code_at(person, 0)
    person.fill(person.give_password(), CODE, code=used)
    assert is_inside(person)

    person.log_off()
    refused = person.fill(person.give_password(), CODE, code=used)

    assert Page(refused).problems()
    assert not is_inside(person)


def test_of_two_browsers_that_wait_for_a_code_one_gets_in_by_it(person: Human, clock: Callable[[float], None]) -> None:
    clock(0)
    person.log_off()
    first, second = another_browser(person), another_browser(person)
    pages = [human.give_password() for human in (first, second)]
    code = code_at(person, 0)

    for human, page in zip((first, second), pages, strict=True):
        human.fill(page, CODE, code=code)

    assert (is_inside(first), is_inside(second)) == (True, False)


@pytest.mark.parametrize(("seconds", "let_in"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_half_a_minute(
    person: Human, clock: Callable[[float], None], seconds: int, let_in: bool
) -> None:
    clock(0)
    person.log_off()

    person.fill(person.give_password(), CODE, code=code_at(person, seconds))

    assert is_inside(person) is let_in


def test_after_a_code_no_earlier_one_is_taken(person: Human, clock: Callable[[float], None]) -> None:
    """The code of the next half minute was given; the one still shown elsewhere is worth nothing any more."""
    clock(0)
    person.log_off()
    person.fill(person.give_password(), CODE, code=code_at(person, 30))
    person.log_off()

    person.fill(person.give_password(), CODE, code=code_at(person, 0))
    assert not is_inside(person)

    clock(60)
    person.fill(person.give_password(), CODE, code=code_at(person, 60))
    assert is_inside(person)


def test_a_code_of_somebody_else_lets_nobody_in(
    person: Human, app: Flask, service: Service, clock: Callable[[float], None]
) -> None:
    clock(0)
    other = stranger(app, service)
    person.log_off()

    person.fill(person.give_password(), CODE, code=code_at(other, 0))

    assert not is_inside(person)


def test_a_new_app_takes_the_place_of_the_old_one(
    person: Human, service: Service, clock: Callable[[float], None]
) -> None:
    clock(0)
    person.log_off()
    person.fill(person.give_password(), CODE, code=code_at(person, 0))
    old = replace(person)
    action, token, person.key = show_new_key(person)

    # In the half minute whose code of the old app was taken: another app has another code.
    changed = person.client.post(action, data={"csrf_token": token, "code": code_at(person, 0)})

    assert changed.headers["Location"] == ACCOUNT
    assert last_change(service, person) == "authenticator"
    person.log_off()
    for human, seconds, let_in in ((person, 0, False), (old, 30, False), (person, 30, True)):
        person.fill(person.give_password(), CODE, code=code_at(human, seconds))
        assert is_inside(person) is let_in


def test_a_wrong_code_of_the_new_app_leaves_the_old_one(
    person: Human, service: Service, clock: Callable[[float], None]
) -> None:
    clock(0)
    action, token, _ = show_new_key(person)

    person.client.post(action, data={"csrf_token": token, "code": "000000"})

    person.log_off()
    person.fill(person.give_password(), CODE, code=code_at(person, 0))
    assert is_inside(person)
    assert len([one for one in log_of(service, person) if one.kind == "second_factor_changed"]) == 1


@pytest.mark.parametrize("setup", ["disable", "email", "sms", "", "none"])
def test_the_app_cannot_be_switched_off_or_changed_for_mail(person: Human, setup: str) -> None:
    """A page that offers no such thing does not make it impossible to send it."""
    token = token_of(person)

    person.client.post(APP, data={"csrf_token": token, "setup": setup})

    person.log_off()
    assert Page(person.give_password()).inputs(CODE)
    assert not is_inside(person)


def test_a_log_on_that_had_got_half_way_cannot_replace_the_app_that_was_set_up_meanwhile(
    app: Flask, service: Service
) -> None:
    """Somebody who knew the password before there was a second factor would keep a way round it."""
    email = new_email()
    token = invite_by_command(service, email, OWNER)
    owner = Human(app, email)
    owner_page = owner.accept(token)
    eve = another_browser(owner)
    eve_page = eve.fill(eve.give_password(), APP)
    found = KEY.search(eve_page.text)
    assert found
    eve.key = found[1]

    owner.set_up_authenticator(owner_page)
    eve.fill(eve_page, CODE, code=eve.code())

    assert (is_inside(owner), is_inside(eve)) == (True, False)
    owner.log_off()
    owner.fill(owner.give_password(), CODE, code=owner.code())
    assert is_inside(owner)


def test_after_a_reset_the_password_leads_to_setting_an_app_up_and_no_further(person: Human, service: Service) -> None:
    with writing(service.engine) as connection:
        reset_second_factor(unit(connection, service.settings), number_of(service, person.email))
    assert not is_inside(person)

    setup = person.give_password()
    assert not is_inside(person)
    person.set_up_authenticator(setup)

    assert is_inside(person)
