"""Nobody tries as often as they like: at one account, from one place, at what comes behind the password."""

import pytest
from flask import Flask
from passlib.totp import TOTP

from signer.audit.read import latest_entries
from signer.database import reading
from signer.service.service import Service
from signer.web.console.limits import ACCOUNT_TRIES, ADDRESS_TRIES
from tests.web.console.paths import AGAIN, CODE, INVITATION, LOG_ON, PASSWORD_PAGE, RECOVERY
from tests.web.console.people import Human, invite_by_command, new_email
from tests.web.console.robot import NOBODY, WRONG, Clock, Robot, elsewhere, said
from tests.web.console.standing import OWNER
from tests.web.pages import Page

pytestmark = pytest.mark.together


def test_an_account_is_tried_five_times_a_minute_from_however_many_places_whether_it_exists_or_not(
    limited: Flask, known: Human
) -> None:
    answers = {}
    for email in (known.email, NOBODY):
        robot = Robot(limited)
        answers[email] = [said(robot.try_at(email), email) for _ in range(7)]

    assert answers[known.email] == answers[NOBODY]
    assert [answer[0] for answer in answers[NOBODY]] == [200] * 5 + [429] * 2
    assert [answer[2] for answer in answers[NOBODY]] == [None] * 5 + ["60"] * 2


def test_over_the_limit_not_even_the_right_password_is_looked_at(
    limited: Flask, service: Service, known: Human
) -> None:
    robot = Robot(limited)
    for _ in range(5):
        robot.try_at(known.email)

    refused = robot.try_at(known.email, known.password)

    assert refused.status_code == 429
    assert Page(refused).heading == "Too many tries"
    assert robot.client.get(CODE).headers["Location"].startswith(LOG_ON)
    with reading(service.engine) as connection:
        failures = [entry for entry in latest_entries(connection, 10) if entry.kind == "log_on_failed"]
    assert len(failures) == 5


def test_one_account_is_one_however_its_address_is_typed(limited: Flask, known: Human) -> None:
    """Otherwise every spelling had tries of its own, and there are many."""
    name, _, domain = known.email.partition("@")
    spellings = [
        known.email,
        known.email.upper(),
        f"  {known.email}\t",
        f"{name}@{domain.replace('.', '。')}",
        f"{name}@{domain.replace('i', 'ｉ')}",
    ]
    robot = Robot(limited)
    for spelling in spellings:
        assert robot.try_at(spelling).status_code == 200

    assert robot.try_at(f"{name.title()}@{domain}", known.password).status_code == 429


def test_the_longer_somebody_goes_on_the_longer_they_wait(limited: Flask, limits_clock: Clock, known: Human) -> None:
    """Each try counts, also one that was refused."""
    robot = Robot(limited)
    waits = set()
    for _ in range(70):
        answer = robot.try_at(known.email)
        waits.add(answer.headers.get("Retry-After"))
        limits_clock.now += 13

    assert waits == {None, "3600", "86400"}
    assert ACCOUNT_TRIES == ("5 per minute", "20 per hour", "60 per day")


@pytest.mark.parametrize(("wait", "status"), [(59, 429), (61, 200)])
def test_after_a_minute_the_account_can_be_tried_again(
    limited: Flask, limits_clock: Clock, known: Human, wait: int, status: int
) -> None:
    robot = Robot(limited)
    for _ in range(6):
        robot.try_at(known.email)

    limits_clock.now += wait

    assert robot.try_at(known.email).status_code == status


def test_one_place_tries_ten_times_in_five_minutes_at_whichever_accounts(limited: Flask, known: Human) -> None:
    robot, here = Robot(limited), "192.0.2.1"
    answers = [robot.try_at(f"nobody{number}@initiative.example", address=here) for number in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "300"
    assert robot.try_at(known.email, known.password, address=here).status_code == 429
    # Somebody elsewhere is not kept from logging on.
    assert robot.try_at(known.email, known.password, address="192.0.2.2").status_code == 302
    assert ADDRESS_TRIES == "10 per 5 minute"


def test_a_household_is_one_place_whichever_of_its_addresses_it_uses(limited: Flask) -> None:
    robot = Robot(limited)

    answers = [
        robot.try_at(f"nobody{number}@initiative.example", address=f"2001:db8:1:2::{number:x}") for number in range(11)
    ]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert robot.try_at(NOBODY, address="2001:db8:1:3::1").status_code == 200


def test_the_second_factor_is_tried_five_times_a_minute_whatever_else_the_form_says(
    limited: Flask, known: Human
) -> None:
    """A name in the form that nobody asked for must not begin a count of its own."""
    human = Human(limited, known.email, known.password, known.key)
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


def test_codes_and_recovery_codes_are_counted_together(limited: Flask, known: Human) -> None:
    """Two ways of guessing the second factor are not twice as many guesses."""
    human = Human(limited, known.email, known.password, known.key)
    form = Page(human.give_password()).inputs(CODE)

    statuses = [
        human.client.post(
            path, data=form | {"code": "0000-0000-0000"}, environ_overrides={"REMOTE_ADDR": elsewhere()}
        ).status_code
        for path in (CODE, RECOVERY) * 3
    ]

    assert statuses == [200] * 5 + [429]


@pytest.mark.parametrize("path", [AGAIN, PASSWORD_PAGE])
def test_whoever_sits_at_an_open_screen_does_not_guess_the_password_either(
    limited: Flask, known: Human, path: str
) -> None:
    human = Human(limited, known.email, known.password, known.key)
    human.log_on()
    form = Page(human.client.get(path)).inputs(path) | {"password": WRONG}
    form |= {"new_password": "nine brown paper kites", "new_password_confirm": "nine brown paper kites"}

    statuses = [
        human.client.post(path, data=form, environ_overrides={"REMOTE_ADDR": elsewhere()}).status_code for _ in range(5)
    ]

    # The log-on itself was the first try of this minute.
    assert statuses == [200] * 4 + [429]


def test_links_of_invitations_are_not_guessed_in_numbers(limited: Flask, service: Service) -> None:
    client = limited.test_client()
    token = Page(client.get(LOG_ON)).inputs(LOG_ON)["csrf_token"]
    good = invite_by_command(service, new_email(), OWNER)

    statuses = [
        client.post(INVITATION, data={"csrf_token": token, "token": f"guess {number}"}).status_code
        for number in range(11)
    ]

    assert statuses == [410] * 10 + [429]
    assert client.post(INVITATION, data={"csrf_token": token, "token": good}).status_code == 429
    assert client.get(INVITATION, query_string={"token": good}).status_code == 200


def test_opening_the_page_is_no_try(limited: Flask, known: Human) -> None:
    robot = Robot(limited)
    for _ in range(80):
        assert robot.client.get(LOG_ON).status_code == 200

    assert robot.try_at(known.email, known.password, address="127.0.0.1").status_code == 302


def test_forms_of_other_sites_use_up_nobodys_tries(limited: Flask, known: Human) -> None:
    """Otherwise any page on the net could shut somebody out by their own browser."""
    robot = Robot(limited)
    for _ in range(10):
        forged = robot.client.post(LOG_ON, data={"email": known.email, "password": WRONG})
        assert forged.status_code == 400

    assert robot.try_at(known.email, known.password, address="127.0.0.1").status_code == 302
