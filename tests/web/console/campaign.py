"""What the tests of the campaign's pages share: a console, and the initiative's owner at a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from signer.accounts.roles import HeldRole
from signer.audit.entry import Entry
from signer.audit.read import latest_entries
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.initiatives.queries import find_initiative
from signer.service.service import Service
from tests.conftest import NUMBER
from tests.web.console.people import Human, invited
from tests.web.console.standing import OWNER, standing
from tests.web.pages import Page


@dataclass
class Campaign:
    """A running console, and who runs the initiative at it."""

    app: Flask
    service: Service
    owner: Human

    def join(self, email: str, *roles: HeldRole) -> Human:
        """Return somebody else who is logged on."""
        return invited(self.app, self.service, email, *roles)

    def initiative(self, number: str = NUMBER) -> Initiative:
        """Return the initiative as it stands in the database."""
        with reading(self.service.engine) as connection:
            return find_initiative(connection, number)

    def last_act(self) -> Entry:
        """Return the newest entry of the audit log."""
        with reading(self.service.engine) as connection:
            return latest_entries(connection, 1)[0]


@contextmanager
def campaign(folder: Path, *, on: date | None = None) -> Iterator[Campaign]:
    """Give a console in `folder` with its owner logged on. on: the day that it is there; today if not told."""
    with standing(folder) as (app, service), pytest.MonkeyPatch.context() as dated:
        if on:
            dated.setattr(service, "today", lambda: on)
        yield Campaign(app, service, invited(app, service, "ottoline@initiative.example", OWNER))


def problems(answer: TestResponse) -> str:
    """What the box at the top of a page says."""
    return Page(answer).words("//*[contains(@class, 'govuk-error-summary__list')]")
