"""People at the console: browsers that keep cookies, and what their owners know. Everybody is invented."""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import update
from werkzeug.test import TestResponse

from signer.accounts.invite import invite
from signer.accounts.roles import HeldRole
from signer.accounts.tables import account
from signer.database import writing
from signer.web.service import Service
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


def invited(app: Flask, service: Service, email: str, *roles: HeldRole) -> Human:
    """Return somebody who holds `roles` and is logged on."""
    human = Human(app, email)
    for number, held in enumerate(roles):
        with writing(service.engine) as connection:
            token = invite(connection, service.settings, email, held, actor="command:test", now=datetime.now(UTC))
        if number == 0:
            human.set_up_authenticator(human.accept(token))
        else:
            human.send(f"/console/invitation?token={token}", "/console/invitation")
    return human
