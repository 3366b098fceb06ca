"""No answer tells whether an account exists, not by its words nor its time."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from signer.accounts.invite import VALID_FOR, renew
from signer.accounts.manage import deactivate, reset_second_factor
from signer.audit.read import latest_entries
from signer.database import reading, writing
from signer.service.service import Service
from tests.acts import unit
from tests.web.console.paths import INVITATION, LOG_ON, PEOPLE
from tests.web.console.people import PASSWORD, Human, invite_by_command, invited, new_email, number_of
from tests.web.console.robot import NOBODY, Robot, said
from tests.web.console.standing import OWNER
from tests.web.pages import Page

pytestmark = pytest.mark.together


@pytest.fixture(scope="module")
def somebody(shared: tuple[Flask, Service]) -> str:
    """The address of an account with everything it needs."""
    return invited(*shared, "somebody@initiative.example", OWNER).email


# --- the same answer


def deactivated(service: Service, email: str) -> None:
    with writing(service.engine) as connection:
        deactivate(unit(connection, service.settings), number_of(service, email))


def without_second_factor(service: Service, email: str) -> None:
    with writing(service.engine) as connection:
        reset_second_factor(unit(connection, service.settings), number_of(service, email))


def shut_until_renewed(service: Service, email: str) -> None:
    with writing(service.engine) as connection:
        renew(unit(connection, service.settings), number_of(service, email), now=datetime.now(UTC))


def as_it_is(_service: Service, _email: str) -> None:
    pass


@pytest.mark.parametrize("state", [as_it_is, deactivated, without_second_factor, shut_until_renewed])
def test_a_wrong_password_is_answered_as_at_an_address_that_nobody_has(
    limited: Flask, service: Service, known: Human, state: Callable[[Service, str], None]
) -> None:
    state(service, known.email)

    answers = [said(Robot(limited).try_at(email), email) for email in (NOBODY, known.email)]

    assert answers[0] == answers[1]
    assert answers[0][0] == 200


@pytest.mark.parametrize("state", [deactivated, shut_until_renewed])
def test_the_right_password_of_a_shut_account_is_answered_like_a_wrong_one(
    limited: Flask, service: Service, known: Human, state: Callable[[Service, str], None]
) -> None:
    """Otherwise somebody who was shut out learns it, and that the password was right."""
    state(service, known.email)

    answers = [said(Robot(limited).try_at(email, known.password), email) for email in (NOBODY, known.email)]

    assert answers[0] == answers[1]


def test_somebody_who_was_invited_and_has_not_come_is_nobody(limited: Flask, service: Service) -> None:
    waiting = new_email()
    invite_by_command(service, waiting, OWNER)

    answers = [said(Robot(limited).try_at(email), email) for email in (NOBODY, waiting)]

    assert answers[0] == answers[1]


@pytest.mark.parametrize("typed", ["", " ", "no address", "a@b@c.example", "x" * 5000, "\x00@initiative.example"])
def test_what_is_no_address_is_answered_without_a_fault(limited: Flask, typed: str) -> None:
    answer = Robot(limited).try_at(typed)

    assert answer.status_code == 200
    assert Page(answer).title.startswith("Error:")


def test_a_failed_try_is_written_down_where_there_is_an_account_and_nowhere_else(
    limited: Flask, service: Service, known: Human
) -> None:
    """The log would fill with whatever robots make up."""
    robot = Robot(limited)
    robot.try_at(NOBODY)
    robot.try_at(known.email)

    with reading(service.engine) as connection:
        newest, before = latest_entries(connection, 2)

    assert (newest.kind, newest.details) == (
        "log_on_failed", {"account": number_of(service, known.email), "step": "password"}
    )  # fmt: skip
    assert before.kind == "logged_off"


# --- after the same time


def test_an_address_that_nobody_has_waits_for_the_disk_too(limited: Flask, service: Service, somebody: str) -> None:
    """A wrong password is written down; a disk takes long enough for that to be seen from afar."""
    writes: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if statement.startswith(("BEGIN IMMEDIATE", "UPDATE audit_head", "COMMIT")):
            writes.append(" ".join(statement.split()[:2]))

    robot = Robot(limited)
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


def test_links_that_open_nothing_are_answered_alike(limited: Flask, service: Service) -> None:
    email = new_email()
    replaced = invite_by_command(service, email, OWNER)
    invite_by_command(service, email, OWNER)
    expired = invite_by_command(service, f"late.{email}", OWNER, now=datetime.now(UTC) - VALID_FOR - timedelta(hours=1))
    client = limited.test_client()
    token = Page(client.get(LOG_ON)).inputs(LOG_ON)["csrf_token"]

    links = (replaced, expired, "x", "", "\x00")
    typed = {"csrf_token": token, "name": "Eve", "password": PASSWORD}

    opened = [said(client.get(INVITATION, query_string={"token": link})) for link in links]
    pressed = [said(client.post(INVITATION, data=typed | {"token": link})) for link in links]

    assert opened[1:] == opened[:-1]
    assert pressed[1:] == pressed[:-1]
    assert (opened[0][0], pressed[0][0]) == (410, 410)


def test_who_invites_an_address_is_not_told_whether_it_has_an_account(
    limited: Flask, shared: tuple[Flask, Service], somebody: str
) -> None:
    """An owner of one initiative has no business with the people of another."""
    owner = invited(*shared, new_email(), OWNER)
    answers = []
    for email in (somebody, NOBODY):
        answer = owner.send(PEOPLE, PEOPLE, email=email, role="reader")
        # What differs by chance: the link, and the minute in which this owner would be logged off.
        answers.append(re.sub(r"token=[\w-]+|\d\d:\d\d \(UTC\)", "", str(said(answer, email))))

    assert answers[0] == answers[1]
