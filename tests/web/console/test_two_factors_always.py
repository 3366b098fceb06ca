"""Nobody comes in by a password alone, and it is typed once more before anything of the log-on changes."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta

import flask_security.utils
import pytest
from flask import Flask
from flask_security import naive_utcnow

from signer.service.service import Service
from signer.web.console.app import create_console
from signer.web.console.guards import guard_of
from signer.web.requests import FORM
from signer.web.site import open_site
from tests.web.console.passkey import Passkey, add, begin_to_add, names_of
from tests.web.console.paths import (
    AGAIN,
    APP,
    CHOICE,
    CODE,
    CODES,
    HOME,
    LOG_ON,
    PASSKEYS,
    PASSWORD_PAGE,
    address,
)
from tests.web.console.people import Human, is_inside, token_of
from tests.web.console.second_factors import show_new_key
from tests.web.console.standing import stranger
from tests.web.pages import Page

pytestmark = pytest.mark.together

OPEN_TO_ALL = {"security.login", "security.logout", "security.two_factor_setup", "invitation", "accept_invitation"}
"""Whoever comes; what each of them shows is their own tests' matter."""


def test_between_password_and_second_factor_no_page_opens(person: Human, service: Service) -> None:
    """Every address of the console, with the cookie of a log-on that has got half-way."""
    console = create_console(open_site(service.settings, service))
    person.log_off()
    person.give_password()
    tried = 0
    for rule in console.url_map.iter_rules():
        guard = guard_of(console, rule.endpoint)
        if rule.endpoint in OPEN_TO_ALL or (guard and guard.on_the_way):
            continue
        path = address(rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = person.client.open(path, method=method, content_type=FORM if method == "POST" else None)
            assert answer.status_code in {302, 401, 403}, (path, method)
            assert answer.headers.get("Location", f"{LOG_ON}?next=").startswith(f"{LOG_ON}?next="), path
            assert not is_inside(person)
            tried += 1
    assert tried > 20


def test_asking_to_be_remembered_or_for_another_page_changes_nothing(person: Human) -> None:
    person.log_off()

    for extra in ({"remember": "y"}, {"next": "/console/account"}, {"submit": "Login", "code": "123456"}):
        asked = person.send(LOG_ON, LOG_ON, email=person.email, password=person.password, **extra)
        assert Page(asked).inputs(CODE)
        assert not is_inside(person)
    person.fill(asked, CODE, code=person.code())

    assert is_inside(person)
    assert [cookie.key for cookie in person.client._cookies.values()] == ["console"]


def test_a_program_that_asks_for_json_needs_both_factors_too(person: Human) -> None:
    """The library would answer programs, with other rules; here nothing does."""
    person.log_off()
    token = Page(person.client.get(LOG_ON)).inputs(LOG_ON)["csrf_token"]
    typed = {"csrf_token": token, "email": person.email, "password": person.password}

    answered = person.client.post(f"{LOG_ON}?include_auth_token", data=typed, headers={"Accept": "application/json"})
    as_json = person.client.post(LOG_ON, json=typed)

    assert answered.status_code == 302
    assert as_json.status_code == 415
    basic = {"Authorization": "Basic " + urlsafe_b64encode(f"{person.email}:{person.password}".encode()).decode()}
    assert person.client.get(HOME, headers=basic).status_code == 302
    assert person.client.get(HOME, headers={"Authentication-Token": "x"}).status_code == 302


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets eleven minutes pass since the password was typed."""
    return lambda: monkeypatch.setattr(
        flask_security.utils, "naive_utcnow", lambda: naive_utcnow() + timedelta(minutes=11)
    )


@pytest.mark.parametrize("path", [APP, CODES, PASSKEYS])
def test_who_was_away_types_the_password_before_a_second_factor_changes(
    person: Human, later: Callable[[], None], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Somebody else may sit at the screen by now."""
    assert person.client.get(path).status_code == 200
    later()

    asked = person.client.get(path)
    assert asked.headers["Location"].startswith(f"{AGAIN}?next=")
    page = person.client.get(asked.headers["Location"])
    wrong = person.fill(page, AGAIN, password="another password of words")
    assert Page(wrong).problems()
    assert person.client.get(path).status_code == 302

    monkeypatch.undo()
    right = person.fill(page, AGAIN, password=person.password)
    assert (right.status_code, right.request.path) == (200, path)


def test_the_last_step_asks_for_the_password_too_whoever_began(
    person: Human, app: Flask, service: Service, later: Callable[[], None]
) -> None:
    """The token of a change is nobody's in particular: one begun at another account must not end at an open screen."""
    mallory = stranger(app, service)
    add(person, Passkey(), name="mine")
    action, _, mallory.key = show_new_key(mallory)
    passkey, begun = Passkey(), begin_to_add(mallory)
    token = token_of(person)
    later()

    answers = [
        person.client.post(action, data={"csrf_token": token, "code": mallory.code()}),
        person.client.post(
            begun.action, data={"csrf_token": token, "credential": json.dumps(passkey.create(begun.challenge))}
        ),
        person.client.post(f"{PASSKEYS}/remove", data={"csrf_token": token, "name": "mine"}),
        person.client.post(CODES, data={"csrf_token": token}),
        person.client.post(APP, data={"csrf_token": token, "setup": "authenticator"}),
        person.client.post(PASSKEYS, data={"csrf_token": token, "name": "another"}),
    ]

    assert all(answer.headers["Location"].startswith(f"{AGAIN}?next=") for answer in answers)
    assert names_of(person) == "Passkeys mine"
    person.log_off()
    chosen = person.fill(person.give_password(), CHOICE, which="authenticator")
    person.fill(chosen, CODE, code=person.code())
    assert is_inside(person)


def test_a_password_is_changed_by_who_knows_the_old_one(person: Human) -> None:
    new = "nine brown paper kites"

    wrong = person.send(
        PASSWORD_PAGE, PASSWORD_PAGE, password="a guess of many", new_password=new, new_password_confirm=new
    )
    assert Page(wrong).problems()
    person.send(PASSWORD_PAGE, PASSWORD_PAGE, password=person.password, new_password=new, new_password_confirm=new)

    person.log_off()
    assert Page(person.give_password()).title.startswith("Error:")
    assert Page(person.give_password(new)).inputs(CODE)
