"""Somebody who tries at the log-on again and again, from wherever, and what the limits take for the time."""

import re
from dataclasses import dataclass
from itertools import count

from flask import Flask
from werkzeug.test import TestResponse

from tests.web.console.paths import LOG_ON
from tests.web.pages import Page

WRONG = "not the password of anybody"
NOBODY = "nobody@initiative.example"
_addresses = count(1)


@dataclass
class Clock:
    """What the limits take for the time, in seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


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


def said(answer: TestResponse, *typed: str) -> tuple[object, ...]:
    """An answer without what differs from one request to the next, or was typed."""
    text = re.sub(r'name="csrf_token" value="[^"]+"', "", answer.get_data(as_text=True))
    for part in typed:
        text = text.replace(part, "…")
    headers = sorted(name for name, _ in answer.headers)
    return answer.status_code, answer.headers.get("Location"), answer.headers.get("Retry-After"), headers, text
