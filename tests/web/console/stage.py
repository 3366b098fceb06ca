"""A running console on a day that the test sets, over a real service on SQLite, and the people who come to it."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from signer.accounts.roles import HeldRole, Role
from signer.batches.queries import BatchSummary, list_batches
from signer.database import reading, writing
from signer.rehearsal.invented import Inventor
from signer.scheme.load import load_scheme
from signer.service.service import Service, open_service
from signer.web.app import create_app
from tests.acts import MAY_DAY
from tests.conftest import NUMBER, Instance, in_file, opened_instance
from tests.signing import record
from tests.web.console.people import Human, invite_by_command

AUDITOR, ADMINISTRATOR = HeldRole(Role.AUDITOR, NUMBER), HeldRole(Role.ADMINISTRATOR)
SIGNED = {"DE": 26, "FR": 14, "AT": 9, "PL": 6, "IT": 3, "ES": 2, "SE": 1}
"""Member State to the number of its statements."""
States = dict[str, TestResponse]
"""Pages by what they are."""


@dataclass
class DatedService(Service):
    """The service on a day that the test sets, which fails when told to."""

    day: date = MAY_DAY
    failure: Exception | None = None

    def today(self) -> date:
        """Return the day."""
        if self.failure:
            raise self.failure
        return self.day


@dataclass
class Stage:
    """A running console and the people who come to it."""

    instance: Instance
    service: DatedService
    app: Flask
    _addresses: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def somebody(self, email: str) -> Human:
        """Return a person at a browser and a line of their own: the limits of one do not hold for another."""
        human = Human(self.app, email)
        human.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{next(self._addresses)}"
        return human

    def token(self, email: str, held: HeldRole) -> str:
        """Invite somebody at the command line and return what accepts it."""
        return invite_by_command(self.service, email, held)

    def join(self, name: str, held: HeldRole) -> Human:
        """Return somebody who holds a role and is logged on."""
        human = self.somebody(f"{name.split(maxsplit=1)[0].lower()}@initiative.example")
        human.set_up_authenticator(human.accept(self.token(human.email, held), name))
        return human

    def newest(self, member_state: str) -> BatchSummary:
        """Return the newest batch of a Member State."""
        with reading(self.service.engine) as connection:
            batches = list_batches(connection, NUMBER)
        return [there for there in batches if there.member_state == member_state][-1]

    def execute(self, *statements: str) -> None:
        """Do to the database what nobody should."""
        with writing(self.service.engine) as connection:
            for statement in statements:
                connection.execute(text(statement))


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Make an instance in `folder` and open the service over it."""
    with opened_instance(in_file(folder), folder) as instance:
        opened = open_service(instance.settings)
        service = DatedService(opened.settings, opened.engine, opened.store, opened.catalogue)
        yield Stage(instance, service, create_app(instance.settings, service))
        service.close()


def sign(instance: Instance, counted: Mapping[str, int]) -> None:
    """Record statements of invented citizens, a day after the other. counted: Member State to their number."""
    scheme = load_scheme("eu")
    for member_state, count in counted.items():
        inventor = Inventor(scheme, member_state, on=MAY_DAY, seed=1)
        collection = instance.collection(member_state)
        for number in range(count):
            person = inventor.person(number)
            record(
                instance.store,
                collection,
                person.fields,
                on=MAY_DAY + timedelta(days=number),
                confirmed=person.confirmed,
            )
