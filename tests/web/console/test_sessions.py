"""A session ends when it should, wherever a copy of its cookie lies, and what was typed in it is not lost."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from passlib.totp import TOTP

from signer.accounts.log_on import LONGEST_SESSION
from signer.accounts.manage import deactivate, reset_second_factor, take_role
from signer.database import writing
from signer.service.service import Service
from signer.web.console import sessions
from signer.web.console.sessions import IDLE
from tests.acts import unit
from tests.web.console.paths import AGAIN, CODE, HOME, LOG_ON, PASSWORD_PAGE, PEOPLE
from tests.web.console.people import PASSWORD, Human, another_browser, copied, is_inside, number_of
from tests.web.console.standing import OWNER
from tests.web.pages import Page

pytestmark = pytest.mark.together


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves every clock by which sessions end to so much later than now."""
    moved = [timedelta(0)]
    clock = time.time

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override] # always with an offset
            return datetime.now(UTC) + moved[0]

    monkeypatch.setattr(sessions, "datetime", Later)
    monkeypatch.setattr(time, "time", lambda: clock() + moved[0].total_seconds())
    monkeypatch.setattr(TOTP, "now", staticmethod(lambda: clock() + moved[0].total_seconds()))

    def later(by: timedelta) -> None:
        moved[0] += by

    return later


# --- how it ends


def test_a_copy_of_the_cookie_opens_nothing_after_logging_off(person: Human) -> None:
    thief = copied(person)
    assert is_inside(thief)

    person.log_off()

    assert not is_inside(person)
    assert not is_inside(thief)
    assert thief.client.get("/console/account").status_code == 302


def shut_out(service: Service, human: Human) -> None:
    with writing(service.engine) as connection:
        deactivate(unit(connection, service.settings), number_of(service, human.email))


def reset(service: Service, human: Human) -> None:
    with writing(service.engine) as connection:
        reset_second_factor(unit(connection, service.settings), number_of(service, human.email))


def change_password_elsewhere(service: Service, human: Human) -> None:
    elsewhere = another_browser(human)
    human.forget_codes(service)
    elsewhere.log_on()
    change_password(elsewhere)
    assert is_inside(elsewhere)


def change_password(human: Human) -> None:
    new = "nine brown paper kites"
    human.send(PASSWORD_PAGE, PASSWORD_PAGE, password=PASSWORD, new_password=new, new_password_confirm=new)
    human.password = new


@pytest.mark.parametrize("happens", [shut_out, reset, change_password_elsewhere])
def test_a_session_ends_at_once_when_the_account_is_secured(
    person: Human, service: Service, happens: Callable[[Service, Human], None]
) -> None:
    """What is done because somebody else may be logged on must log them off."""
    thief = copied(person)

    happens(service, person)

    assert not is_inside(person)
    assert not is_inside(thief)


@pytest.mark.parametrize("happens", [shut_out, reset, change_password_elsewhere])
def test_a_log_on_that_has_got_half_way_ends_too(
    person: Human, service: Service, happens: Callable[[Service, Human], None]
) -> None:
    thief = another_browser(person)
    waiting = thief.give_password()

    happens(service, person)
    thief.client.post(CODE, data=Page(waiting).inputs(CODE) | {"code": thief.code()})

    assert not is_inside(thief)


def test_who_changes_the_password_stays_logged_on_and_nobody_else(person: Human) -> None:
    thief = copied(person)

    change_password(person)

    assert is_inside(person)
    assert not is_inside(thief)


def test_a_role_that_is_taken_opens_nothing_from_the_next_click_on(person: Human, service: Service) -> None:
    assert person.client.get(PEOPLE).status_code == 200

    with writing(service.engine) as connection:
        take_role(unit(connection, service.settings), number_of(service, person.email), OWNER)

    assert person.client.get(PEOPLE).status_code == 403


def test_half_an_hour_without_a_click_ends_it(person: Human, pass_time: Callable[[timedelta], None]) -> None:
    assert timedelta(minutes=30) == IDLE
    pass_time(IDLE - timedelta(seconds=5))
    assert is_inside(person)

    pass_time(IDLE - timedelta(seconds=5))
    assert is_inside(person)

    pass_time(IDLE + timedelta(seconds=5))
    assert not is_inside(person)


def test_the_page_that_keeps_somebody_logged_on_does_so(person: Human, pass_time: Callable[[timedelta], None]) -> None:
    """It is what the warning's button opens."""
    for _ in range(3):
        pass_time(IDLE - timedelta(seconds=5))
        assert person.client.get("/console/session").status_code == 200

    assert is_inside(person)


def test_a_page_warns_before_the_session_ends_and_says_when(person: Human) -> None:
    page = Page(person.client.get(HOME))

    assert page.tree.xpath("//*[@data-session-seconds]/@data-session-seconds") == ["1800"]
    assert "you are logged off at" in page.words()


def test_after_twelve_hours_the_busiest_logs_on_again(person: Human, pass_time: Callable[[timedelta], None]) -> None:
    clicks = 0
    step = IDLE - timedelta(seconds=5)
    while is_inside(person):
        pass_time(step)
        clicks += 1
        assert clicks < 30

    assert (clicks - 1) * step < LONGEST_SESSION <= clicks * step


def test_the_last_log_ons_are_shown(person: Human, pass_time: Callable[[timedelta], None], service: Service) -> None:
    first = Page(person.client.get(HOME)).words("//dl[contains(@class, 'facts')]")
    assert "The time before never" in first
    person.log_off()
    pass_time(timedelta(days=3))
    person.forget_codes(service)

    person.log_on()

    found = re.search(r"Logged on (.+) The time before (.+)", Page(person.client.get(HOME)).words("//dl"))
    assert found
    assert found[2] in first
    assert found[1] != found[2]


def test_nobody_is_logged_off_by_a_link_or_a_form_of_somebody_else(person: Human) -> None:
    assert person.client.get("/console/log-off").status_code == 405
    assert person.client.post("/console/log-off", data={"submit": "y"}).status_code == 400

    assert is_inside(person)


# --- what was typed


def test_what_was_typed_survives_the_end_of_a_session(person: Human, service: Service) -> None:
    form = Page(person.client.get(PEOPLE)).inputs(PEOPLE)
    typed = form | {"email": "neu@initiative.example", "role": "reader", "note": '<b>ü & "quoted"</b>\n two lines'}
    person.log_off()

    kept = person.client.post(PEOPLE, data=typed)

    assert kept.status_code == 401
    page = Page(kept)
    page.assert_sound()
    held = page.inputs(PEOPLE)
    assert {name: held[name] for name in ("email", "role")} == {"email": "neu@initiative.example", "role": "reader"}
    assert held["note"].replace("\r\n", "\n") == typed["note"]
    # As the page says: log on in another tab, come back, send it again.
    person.fill(person.give_password(), CODE, code=person.code())
    sent = person.client.post(PEOPLE, data=held)
    assert sent.status_code == 200
    assert "neu@initiative.example" in sent.text


@pytest.mark.parametrize("path", [PASSWORD_PAGE, AGAIN])
def test_a_password_is_not_kept_on_the_page(app: Flask, path: str) -> None:
    """The next one at this screen would find it in the page's source."""
    names = ("password", "new_password", "new_password_confirm", "password_again")
    answer = app.test_client().post(path, data={name: f"secret of {name}" for name in names} | {"other": "kept"})

    assert answer.status_code == 401
    assert "secret of" not in answer.text
    assert Page(answer).inputs(path)["other"] == "kept"


def test_who_opens_a_page_without_a_session_comes_back_to_it_after_logging_on(person: Human) -> None:
    person.log_off()

    asked = person.client.get(f"{PEOPLE}?a=1", follow_redirects=True)
    code = person.fill(asked, LOG_ON, email=person.email, password=person.password)
    inside = person.fill(code, CODE, code=person.code())

    # The test's browser sends what the form's address says, and the form of the code has the way in its address.
    (action,) = [form.get("action") for form in Page(code).tree.forms if CODE in str(form.get("action"))]
    assert "next=" in action
    assert inside.status_code == 200
