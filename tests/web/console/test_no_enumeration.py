"""No answer tells whether an account exists, not by its words nor its time; and nobody tries as often as they like."""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from signer.accounts.invite import VALID_FOR, invite, renew
from signer.accounts.manage import deactivate, reset_second_factor
from signer.accounts.tables import account
from signer.audit.read import latest_entries
from signer.database import reading, writing
from signer.web import limits as every_post
from signer.web.app import create_app
from signer.web.console import limits
from signer.web.console.limits import ACCOUNT_TRIES, ADDRESS_TRIES
from signer.web.limits import Allowance
from signer.web.service import Service, open_service
from tests.conftest import NUMBER, make_instance
from tests.web.console.people import PASSWORD, Human, invited
from tests.web.console.standing import OWNER, standing
from tests.web.pages import Page

LOG_ON, CODE, INVITATION = "/console/log-on", "/console/log-on/code", "/console/invitation"
RECOVERY, AGAIN, CHANGE = "/console/log-on/recovery-code", "/console/password-again", "/console/account/password"
PEOPLE = f"/console/people/{NUMBER}/"
WRONG = "not the password of anybody"
NOBODY = "nobody@initiative.example"
DAY = 24 * 3600
_addresses = count(1)


@dataclass
class Clock:
    """What the limits take for the time, in seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Service]]:
    """An application without limits, at which people join, and the service that the others share with it."""
    with standing(tmp_path_factory.mktemp("enumeration")) as there:
        yield there


@pytest.fixture
def service(place: tuple[Flask, Service]) -> Service:
    """The service."""
    return place[1]


@pytest.fixture(scope="module")
def limited(place: tuple[Flask, Service]) -> tuple[Flask, Clock]:
    """An application with its limits, and the clock that they look at."""
    service, clock = place[1], Clock()
    with pytest.MonkeyPatch.context() as patched:
        for module in (limits, every_post):
            patched.setattr(module, "Allowance", partial(Allowance, clock=clock))
        return create_app(service.settings, service), clock


@pytest.fixture
def clock(limited: tuple[Flask, Clock]) -> Clock:
    """The limits' clock: it stands still at the beginning of a day on which nobody has tried anything yet."""
    clock = limited[1]
    clock.now = (clock.now // DAY + 2) * DAY
    return clock


@pytest.fixture
def app(limited: tuple[Flask, Clock], clock: Clock) -> Flask:
    """The application, on a new day."""
    assert clock.now % DAY == 0
    return limited[0]


@pytest.fixture
def known(place: tuple[Flask, Service]) -> Human:
    """Somebody with an account, not logged on."""
    human = invited(*place, f"{secrets.token_hex(6)}@initiative.example", OWNER)
    human.forget_codes(place[1])
    human.log_off()
    return human


@pytest.fixture(scope="module")
def somebody(place: tuple[Flask, Service]) -> str:
    """The address of an account with everything it needs."""
    return invited(*place, "somebody@initiative.example", OWNER).email


class Robot:
    """Tries at the log-on of an application, each time from an address that the test says."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.form = Page(self.client.get(LOG_ON)).inputs(LOG_ON)

    def try_at(self, email: str, password: str = WRONG, *, address: str | None = None) -> TestResponse:
        """Type an address and a password; from an address of a network that nobody has used, if none is said."""
        return self.client.post(
            LOG_ON,
            data=self.form | {"email": email, "password": password},
            environ_overrides={"REMOTE_ADDR": address or elsewhere()},
        )


def elsewhere() -> str:
    """Return a network address that nobody has used."""
    number = next(_addresses)
    return f"198.51.{number // 250}.{1 + number % 250}"


def number_of(service: Service, email: str) -> int:
    with reading(service.engine) as connection:
        number = connection.scalar(select(account.c.id).where(account.c.email == email))
    assert number
    return number


def invite_to(service: Service, email: str, *, now: datetime | None = None) -> str:
    with writing(service.engine) as connection:
        return invite(connection, service.settings, email, OWNER, actor="command:test", now=now or datetime.now(UTC))


def said(answer: TestResponse, *typed: str) -> tuple[object, ...]:
    """An answer without what differs from one request to the next, or was typed."""
    text = re.sub(r'name="csrf_token" value="[^"]+"', "", answer.get_data(as_text=True))
    for part in typed:
        text = text.replace(part, "…")
    headers = sorted(name for name, _ in answer.headers)
    return answer.status_code, answer.headers.get("Location"), answer.headers.get("Retry-After"), headers, text


# --- the same answer


def deactivated(service: Service, email: str) -> None:
    with writing(service.engine) as connection:
        deactivate(connection, service.settings, number_of(service, email), actor="command:test")


def without_second_factor(service: Service, email: str) -> None:
    with writing(service.engine) as connection:
        reset_second_factor(connection, service.settings, number_of(service, email), actor="command:test")


def shut_until_renewed(service: Service, email: str) -> None:
    with writing(service.engine) as connection:
        renew(connection, service.settings, number_of(service, email), actor="command:test", now=datetime.now(UTC))


def as_it_is(_service: Service, _email: str) -> None:
    pass


@pytest.mark.parametrize("state", [as_it_is, deactivated, without_second_factor, shut_until_renewed])
def test_a_wrong_password_is_answered_as_at_an_address_that_nobody_has(
    app: Flask, service: Service, known: Human, state: Callable[[Service, str], None]
) -> None:
    state(service, known.email)

    answers = [said(Robot(app).try_at(email), email) for email in (NOBODY, known.email)]

    assert answers[0] == answers[1]
    assert answers[0][0] == 200


@pytest.mark.parametrize("state", [deactivated, shut_until_renewed])
def test_the_right_password_of_a_shut_account_is_answered_like_a_wrong_one(
    app: Flask, service: Service, known: Human, state: Callable[[Service, str], None]
) -> None:
    """Otherwise somebody who was shut out learns it, and that the password was right."""
    state(service, known.email)

    answers = [said(Robot(app).try_at(email, known.password), email) for email in (NOBODY, known.email)]

    assert answers[0] == answers[1]


def test_somebody_who_was_invited_and_has_not_come_is_nobody(app: Flask, service: Service) -> None:
    waiting = f"{secrets.token_hex(6)}@initiative.example"
    invite_to(service, waiting)

    answers = [said(Robot(app).try_at(email), email) for email in (NOBODY, waiting)]

    assert answers[0] == answers[1]


@pytest.mark.parametrize("typed", ["", " ", "no address", "a@b@c.example", "x" * 5000, "\x00@initiative.example"])
def test_what_is_no_address_is_answered_without_a_fault(app: Flask, typed: str) -> None:
    answer = Robot(app).try_at(typed)

    assert answer.status_code == 200
    assert Page(answer).title.startswith("Error:")


def test_a_failed_try_is_written_down_where_there_is_an_account_and_nowhere_else(
    app: Flask, service: Service, known: Human
) -> None:
    """The log would fill with whatever robots make up."""
    robot = Robot(app)
    robot.try_at(NOBODY)
    robot.try_at(known.email)

    with reading(service.engine) as connection:
        newest, before = latest_entries(connection, 2)

    assert (newest.kind, newest.details) == (
        "log_on_failed", {"account": number_of(service, known.email), "step": "password"}
    )  # fmt: skip
    assert before.kind == "logged_off"


# --- after the same time


@pytest.fixture(scope="module")
def dear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Service, str]]:
    """An application that hashes passwords as dearly as it does in earnest, and somebody's address there."""
    folder: Path = tmp_path_factory.mktemp("dear")
    made = make_instance(f"sqlite:///{folder / 'signer.sqlite3'}", folder)
    service = open_service(made.settings)
    app = create_app(made.settings, service)
    human = invited(app, service, "somebody@initiative.example", OWNER)
    human.log_off()
    yield app, service, human.email
    service.close()
    made.store.close()
    made.engine.dispose()


def test_an_address_that_nobody_has_costs_as_much_as_a_wrong_password(dear: tuple[Flask, Service, str]) -> None:
    """Hashing takes most of the time, and is done whoever is asked for. What counts here is the processor's time."""
    app, _, email = dear
    robot = Robot(app)
    spent: dict[str, list[float]] = {email: [], NOBODY: []}
    for _ in range(3):
        for address, times in spent.items():
            began = time.process_time()
            assert robot.try_at(address).status_code == 200
            times.append(time.process_time() - began)

    there, not_there = min(spent[email]), min(spent[NOBODY])
    assert 0.6 < not_there / there < 1.6


def test_an_address_that_nobody_has_waits_for_the_disk_too(app: Flask, service: Service, somebody: str) -> None:
    """A wrong password is written down; a disk takes long enough for that to be seen from afar."""
    writes: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if statement.startswith(("BEGIN IMMEDIATE", "UPDATE audit_head", "COMMIT")):
            writes.append(" ".join(statement.split()[:2]))

    robot = Robot(app)
    seen = {}
    event.listen(service.engine, "before_cursor_execute", note)
    try:
        for email in (somebody, NOBODY):
            writes.clear()
            robot.try_at(email)
            seen[email] = list(writes)
    finally:
        event.remove(service.engine, "before_cursor_execute", note)

    assert seen[somebody] == seen[NOBODY]
    assert "UPDATE audit_head" in seen[NOBODY]


# --- invitations


def test_links_that_open_nothing_are_answered_alike(app: Flask, service: Service) -> None:
    email = f"{secrets.token_hex(6)}@initiative.example"
    replaced = invite_to(service, email)
    invite_to(service, email)
    expired = invite_to(service, f"late.{email}", now=datetime.now(UTC) - VALID_FOR - timedelta(hours=1))
    client = app.test_client()
    token = Page(client.get(LOG_ON)).inputs(LOG_ON)["csrf_token"]

    links = (replaced, expired, "x", "", "\x00")
    typed = {"csrf_token": token, "name": "Eve", "password": PASSWORD}

    opened = [said(client.get(INVITATION, query_string={"token": link})) for link in links]
    pressed = [said(client.post(INVITATION, data=typed | {"token": link})) for link in links]

    assert opened[1:] == opened[:-1]
    assert pressed[1:] == pressed[:-1]
    assert (opened[0][0], pressed[0][0]) == (410, 410)


def test_who_invites_an_address_is_not_told_whether_it_has_an_account(
    app: Flask, place: tuple[Flask, Service], somebody: str
) -> None:
    """An owner of one initiative has no business with the people of another."""
    owner = invited(*place, f"{secrets.token_hex(6)}@initiative.example", OWNER)
    answers = []
    for email in (somebody, NOBODY):
        answer = owner.send(PEOPLE, PEOPLE, email=email, role="reader")
        answers.append(re.sub(r"token=[\w-]+", "", str(said(answer, email))))

    assert answers[0] == answers[1]


# --- how often


def test_an_account_is_tried_five_times_a_minute_from_however_many_places_whether_it_exists_or_not(
    app: Flask, known: Human
) -> None:
    answers = {}
    for email in (known.email, NOBODY):
        robot = Robot(app)
        answers[email] = [said(robot.try_at(email), email) for _ in range(7)]

    assert answers[known.email] == answers[NOBODY]
    assert [answer[0] for answer in answers[NOBODY]] == [200] * 5 + [429] * 2
    assert [answer[2] for answer in answers[NOBODY]] == [None] * 5 + ["60"] * 2


def test_over_the_limit_not_even_the_right_password_is_looked_at(app: Flask, service: Service, known: Human) -> None:
    robot = Robot(app)
    for _ in range(5):
        robot.try_at(known.email)

    refused = robot.try_at(known.email, known.password)

    assert refused.status_code == 429
    assert Page(refused).heading == "Too many tries"
    assert robot.client.get(CODE).headers["Location"].startswith(LOG_ON)
    with reading(service.engine) as connection:
        failures = [entry for entry in latest_entries(connection, 10) if entry.kind == "log_on_failed"]
    assert len(failures) == 5


def test_one_account_is_one_however_its_address_is_typed(app: Flask, known: Human) -> None:
    """Otherwise every spelling had tries of its own, and there are many."""
    name, _, domain = known.email.partition("@")
    spellings = [
        known.email,
        known.email.upper(),
        f"  {known.email}\t",
        f"{name}@{domain.replace('.', '。')}",
        f"{name}@{domain.replace('i', 'ｉ')}",
    ]
    robot = Robot(app)
    for spelling in spellings:
        assert robot.try_at(spelling).status_code == 200

    assert robot.try_at(f"{name.title()}@{domain}", known.password).status_code == 429


def test_the_longer_somebody_goes_on_the_longer_they_wait(app: Flask, clock: Clock, known: Human) -> None:
    """Each try counts, also one that was refused."""
    robot = Robot(app)
    waits = set()
    for _ in range(70):
        answer = robot.try_at(known.email)
        waits.add(answer.headers.get("Retry-After"))
        clock.now += 13

    assert waits == {None, "3600", "86400"}
    assert ACCOUNT_TRIES == ("5 per minute", "20 per hour", "60 per day")


@pytest.mark.parametrize(("wait", "status"), [(59, 429), (61, 200)])
def test_after_a_minute_the_account_can_be_tried_again(
    app: Flask, clock: Clock, known: Human, wait: int, status: int
) -> None:
    robot = Robot(app)
    for _ in range(6):
        robot.try_at(known.email)

    clock.now += wait

    assert robot.try_at(known.email).status_code == status


def test_one_place_tries_ten_times_in_five_minutes_at_whichever_accounts(app: Flask, known: Human) -> None:
    robot, here = Robot(app), "192.0.2.1"
    answers = [robot.try_at(f"nobody{number}@initiative.example", address=here) for number in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "300"
    assert robot.try_at(known.email, known.password, address=here).status_code == 429
    # Somebody elsewhere is not kept from logging on.
    assert robot.try_at(known.email, known.password, address="192.0.2.2").status_code == 302
    assert ADDRESS_TRIES == "10 per 5 minute"


def test_a_household_is_one_place_whichever_of_its_addresses_it_uses(app: Flask) -> None:
    robot = Robot(app)

    answers = [
        robot.try_at(f"nobody{number}@initiative.example", address=f"2001:db8:1:2::{number:x}") for number in range(11)
    ]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert robot.try_at(NOBODY, address="2001:db8:1:3::1").status_code == 200


def test_the_second_factor_is_tried_five_times_a_minute_whatever_else_the_form_says(app: Flask, known: Human) -> None:
    """A name in the form that nobody asked for must not begin a count of its own."""
    human = Human(app, known.email, known.password, known.key)
    page = human.give_password()
    form = Page(page).inputs(CODE)

    answers = [
        human.client.post(
            CODE,
            data=form | {"code": "000000", "email": f"nobody{number}@initiative.example"},
            environ_overrides={"REMOTE_ADDR": elsewhere()},
        )
        for number in range(6)
    ]
    right = human.client.post(
        CODE,
        data=form | {"code": str(TOTP(key=human.key).generate().token), "email": NOBODY},
        environ_overrides={"REMOTE_ADDR": elsewhere()},
    )

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert right.status_code == 429


def test_codes_and_recovery_codes_are_counted_together(app: Flask, known: Human) -> None:
    """Two ways of guessing the second factor are not twice as many guesses."""
    human = Human(app, known.email, known.password, known.key)
    form = Page(human.give_password()).inputs(CODE)

    statuses = [
        human.client.post(
            path, data=form | {"code": "0000-0000-0000"}, environ_overrides={"REMOTE_ADDR": elsewhere()}
        ).status_code
        for path in (CODE, RECOVERY) * 3
    ]

    assert statuses == [200] * 5 + [429]


@pytest.mark.parametrize("path", [AGAIN, CHANGE])
def test_whoever_sits_at_an_open_screen_does_not_guess_the_password_either(app: Flask, known: Human, path: str) -> None:
    human = Human(app, known.email, known.password, known.key)
    human.log_on()
    form = Page(human.client.get(path)).inputs(path) | {"password": WRONG}
    form |= {"new_password": "nine brown paper kites", "new_password_confirm": "nine brown paper kites"}

    statuses = [
        human.client.post(path, data=form, environ_overrides={"REMOTE_ADDR": elsewhere()}).status_code for _ in range(5)
    ]

    # The log-on itself was the first try of this minute.
    assert statuses == [200] * 4 + [429]


def test_links_of_invitations_are_not_guessed_in_numbers(app: Flask, service: Service) -> None:
    client = app.test_client()
    token = Page(client.get(LOG_ON)).inputs(LOG_ON)["csrf_token"]
    good = invite_to(service, f"{secrets.token_hex(6)}@initiative.example")

    statuses = [
        client.post(INVITATION, data={"csrf_token": token, "token": f"guess {number}"}).status_code
        for number in range(11)
    ]

    assert statuses == [410] * 10 + [429]
    assert client.post(INVITATION, data={"csrf_token": token, "token": good}).status_code == 429
    assert client.get(INVITATION, query_string={"token": good}).status_code == 200


def test_opening_the_page_is_no_try(app: Flask, known: Human) -> None:
    robot = Robot(app)
    for _ in range(80):
        assert robot.client.get(LOG_ON).status_code == 200

    assert robot.try_at(known.email, known.password, address="127.0.0.1").status_code == 302


def test_forms_of_other_sites_use_up_nobodys_tries(app: Flask, known: Human) -> None:
    """Otherwise any page on the net could shut somebody out by their own browser."""
    robot = Robot(app)
    for _ in range(10):
        forged = robot.client.post(LOG_ON, data={"email": known.email, "password": WRONG})
        assert forged.status_code == 400

    assert robot.try_at(known.email, known.password, address="127.0.0.1").status_code == 302
