"""Place for hostile tests: a console with every address of it, and somebody of each role logged on."""

import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from signer.accounts.invite import accept, invite
from signer.accounts.roles import HeldRole, Role
from signer.database import writing
from signer.initiatives.lifecycle import STEPS, import_description
from signer.sealing.code import Code
from signer.service.service import Service
from signer.web.console.app import create_console
from signer.web.console.batch import NEXT_STEPS
from signer.web.console.numbers import FILES
from signer.web.requests import FORM
from signer.web.site import open_site
from tests.acts import MAY_DAY, freeze_now, unit
from tests.conftest import NUMBER, describe
from tests.people import ADA
from tests.signing import record
from tests.solved import new_check
from tests.web.console.people import Human, invited, token_of
from tests.web.console.standing import standing

THEIRS = "2027/000043"
ANONYMOUS = "anonymous"
HELD = {role.value: HeldRole(role, "" if role is Role.ADMINISTRATOR else NUMBER) for role in Role}
WHO = (ANONYMOUS, *HELD)
LOG_OFF = "security.logout"
VALUES = {
    "number": [NUMBER, THEIRS, "2031/000001"],
    "member_state": ["DE", "%00", "d%C3%A9"],
    "batch_number": ["1", "99999999999999999999"],
    "step": list(NEXT_STEPS),
    "name": list(FILES),
    "event_id": ["1", "99999999999999999999"],
    "entry_id": ["1", "99999999999999999999"],
    "language": ["en", "de", "xx", "%00"],
    "wanted": list(STEPS),
    "token": ["x", "..", "eyJhIjoxfQ.aaaa.bbbb"],
}
"""Changing part of an address to what stands there; the first of each is there."""


@dataclass
class Place:
    """A console with somebody of each role, and every address of it."""

    app: Flask
    service: Service
    rules: list[Rule]
    people: dict[str, Human] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    opened: dict[str, set[str]] = field(default_factory=dict)

    def client(self, who: str) -> FlaskClient:
        """The browser of somebody; a stranger's is a new one."""
        return self.people[who].client if who in self.people else self.app.test_client()

    def open_to(self, who: str) -> set[str]:
        """Where the guard lets somebody as far as the form."""
        if who not in self.opened:
            answers = {path: self.client(who).post(path, data="x=y", content_type=FORM) for path in self.paths("POST")}
            self.opened[who] = {path for path, answer in answers.items() if answer.status_code == 400}
        return self.opened[who]

    def paths(self, method: str, *, odd: bool = False) -> list[str]:
        """One address of each page that takes a method, or odd ones too; logging off is not among them: it works."""
        found = []
        for rule in self.rules:
            if method in (rule.methods or ()) and rule.endpoint != LOG_OFF:
                choices = [VALUES[name] for name in re.findall(r"<(?:[^<>]*:)?(\w+)>", rule.rule)]
                pattern = "/console" + re.sub(r"<[^<>]+>", "{}", rule.rule)
                found += [pattern.format(*values) for values in itertools.product(*choices)][: None if odd else 1]
        return found


@contextmanager
def opened_place(folder: Path) -> Iterator[Place]:
    """Two initiatives, a frozen batch, and people, all of whom are still logged on when everything is over."""
    with ExitStack() as stack:
        app, service = stack.enter_context(standing(folder))
        collection = service.catalogue.collection(NUMBER, "DE")
        for day in range(3):
            on = MAY_DAY + timedelta(days=day)
            record(service.store, collection, ADA, code=Code.new(), check_id=new_check(), on=on, confirmed=frozenset())
        after = MAY_DAY + timedelta(days=9)
        freeze_now(service.engine, service.settings, "DE", number=NUMBER, until=MAY_DAY, on=after)
        # The first few numbers of accounts, which a guess may name, are nobody's who is needed here.
        with writing(service.engine) as connection:
            import_description(unit(connection, service.settings), describe(THEIRS))
            for number in range(9):
                email, now = f"bystander{number}@initiative.example", datetime.now(UTC)
                token = invite(unit(connection, service.settings), email, HELD["reader"], now=now)
                accept(unit(connection, service.settings), token, name="Bystander", password_hash="hash", now=now)
        made = Place(app, service, list(create_console(open_site(service.settings, service)).url_map.iter_rules()))
        for who, held in HELD.items():
            made.people[who] = invited(app, service, f"{who}@initiative.example", held)
            made.tokens[who] = token_of(made.people[who])
        yield made
        inside = [who for who in HELD if made.client(who).get("/console/account").status_code == 200]
        assert inside == list(HELD)
