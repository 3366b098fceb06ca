"""People at the console: browsers that keep cookies, and what their owners know. Everybody is invented."""

import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from signer.accounts.invite import invite
from signer.accounts.roles import HeldRole
from signer.accounts.tables import account
from signer.database import reading, writing
from signer.service.service import Service
from signer.web.console.sessions import COOKIE
from tests.acts import unit
from tests.web.console.paths import HOME
from tests.web.pages import Page

PASSWORD = "four quiet wooden lighthouses"
KEY = re.compile(r'Key: <span class="fingerprint">([A-Z2-7\- ]+)</span>')


@dataclass
class Human:
    """Somebody at a browser."""

    app: Flask
    email: str
    password: str = PASSWORD
    key: str = ""
    client: FlaskClient = field(init=False)
    _codes_given: int = 0

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def send(self, path: str, action: str, **values: str) -> TestResponse:
        """Open a page and send its form for `action` with `values`, following redirects."""
        page = self.client.get(path, follow_redirects=True)
        return self.fill(page, action, **values)

    def fill(self, page: TestResponse, action: str, **values: str) -> TestResponse:
        """Send the form for `action` of a page with `values`, following redirects."""
        return self.client.post(action, data=Page(page).inputs(action) | values, follow_redirects=True)

    def accept(self, token: str, name: str = "Ottoline Invented") -> TestResponse:
        """Accept an invitation with name and password; the answer is the page for the second factor."""
        page = self.client.get("/console/invitation", query_string={"token": token})
        return self.fill(page, "/console/invitation", name=name, password=self.password, password_again=self.password)

    def set_up_authenticator(self, page: TestResponse) -> TestResponse:
        """Take the key into the app and confirm with a code."""
        shown = self.fill(page, "/console/account/authenticator")
        found = KEY.search(shown.text)
        assert found, shown.text
        self.key = found[1]
        return self.fill(shown, "/console/log-on/code", code=self.code())

    def code(self) -> str:
        """Return what the app shows now; the next one if this was given already, as after half a minute."""
        moment = time.time() + 30 * self._codes_given
        self._codes_given += 1
        return str(TOTP(key=self.key).generate(time=moment).token)

    def forget_codes(self, service: Service) -> None:
        """Let time pass: codes can be given again."""
        self._codes_given = 0
        with writing(service.engine) as connection:
            connection.execute(update(account).where(account.c.email == self.email).values(totp_counter=None))

    def give_password(self, password: str | None = None) -> TestResponse:
        """Type address and password."""
        return self.send("/console/log-on", "/console/log-on", email=self.email, password=password or self.password)

    def log_on(self) -> TestResponse:
        """Log on by password and code."""
        page = self.give_password()
        return self.fill(page, "/console/log-on/code", code=self.code())

    def log_off(self) -> TestResponse:
        """Press the button."""
        return self.send("/console/", "/console/log-off")


def new_email() -> str:
    """Return an e-mail address that no other test knows."""
    return f"{secrets.token_hex(6)}@initiative.example"


def invite_by_command(service: Service, email: str, held: HeldRole, *, now: datetime | None = None) -> str:
    """Invite somebody at the command line and return what accepts it."""
    with writing(service.engine) as connection:
        return invite(unit(connection, service.settings), email, held, now=now or datetime.now(UTC))


def invited(app: Flask, service: Service, email: str, *roles: HeldRole) -> Human:
    """Return somebody who holds `roles` and is logged on."""
    human = Human(app, email)
    for number, held in enumerate(roles):
        token = invite_by_command(service, email, held)
        if number == 0:
            human.set_up_authenticator(human.accept(token))
        else:
            human.send(f"/console/invitation?token={token}", "/console/invitation")
    return human


def number_of(service: Service, email: str) -> int:
    """The number of somebody's account."""
    with reading(service.engine) as connection:
        number = connection.scalar(select(account.c.id).where(account.c.email == email))
    assert number
    return number


def is_inside(human: Human) -> bool:
    """Whether the browser is let in to the first page."""
    return human.client.get(HOME).status_code == 200


def token_of(human: Human) -> str:
    """What the forms of somebody's session carry."""
    return Page(human.client.get(HOME)).inputs("/log-off")["csrf_token"]


def cookie_of(human: Human) -> str:
    """What stands in the browser's cookie."""
    kept = human.client.get_cookie(COOKIE, path="/console")
    assert kept
    return kept.value


def another_browser(human: Human) -> Human:
    """Return the same person at another browser, not logged on there."""
    return Human(human.app, human.email, human.password, human.key)


def copied(human: Human) -> Human:
    """A browser that somebody has given a copy of the cookie."""
    thief = another_browser(human)
    thief.client.set_cookie(COOKIE, cookie_of(human), path="/console")
    return thief
