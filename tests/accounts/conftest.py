"""An instance on each database that the tests of a module share; each test has people of its own. All are invented."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Row, select

from signer.accounts.invite import accept, invite
from signer.accounts.queries import find_account
from signer.accounts.roles import HeldRole, Role
from signer.accounts.tables import account
from signer.audit.read import latest_entries
from signer.database import reading, writing
from tests.acts import TESTER, unit
from tests.conftest import NUMBER, Instance, in_file, opened_instance
from tests.postgres import postgres_databases

NOW = datetime(2027, 5, 1, 9, 30, tzinfo=UTC)
THEIRS = "2027/000043"
OWNER, READER, AUDITOR = (HeldRole(role, NUMBER) for role in (Role.OWNER, Role.READER, Role.AUDITOR))
OWNER_THERE = HeldRole(Role.OWNER, THEIRS)
HASH = "hash"
_names = itertools.count()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance, once on SQLite and once on PostgreSQL."""
    with instance_on(request, tmp_path_factory.mktemp("accounts")) as made:
        yield made


@contextmanager
def instance_on(request: pytest.FixtureRequest, folder: Path) -> Iterator[Instance]:
    """Give an instance on the database that the fixture's parameter names, for as long as a module needs it."""
    if request.param == "sqlite":
        with opened_instance(in_file(folder), folder) as made:
            yield made
        return
    with postgres_databases(request.getfixturevalue("postgres_server")) as copy:
        database = copy(request.getfixturevalue("migrated_postgres"))
        with opened_instance(database, folder) as made:
            yield made


@pytest.fixture
def email() -> str:
    """The address of somebody whom no other test knows."""
    return f"person{next(_names)}@initiative.example"


def invited(instance: Instance, email: str, held: HeldRole = OWNER, *, actor: str = TESTER, now: datetime = NOW) -> str:
    """Invite somebody; return the token."""
    with writing(instance.engine) as connection:
        return invite(unit(connection, instance.settings, actor=actor), email, held, now=now)


def accepted(
    instance: Instance, token: str, *, name: str = "Ottoline Invented", password: str = HASH, now: datetime = NOW
) -> int:
    """Accept an invitation; return the account's number."""
    with writing(instance.engine) as connection:
        return accept(unit(connection, instance.settings), token, name=name, password_hash=password, now=now)


def member(instance: Instance, email: str, held: HeldRole = OWNER) -> int:
    """Return the number of a new account that holds a role."""
    return accepted(instance, invited(instance, email, held))


def row(instance: Instance, email: str) -> Row[tuple[object, ...]]:
    """What the database has of the account of an address."""
    with reading(instance.engine) as connection:
        return connection.execute(select(account).where(account.c.email == email)).one()


def roles(instance: Instance, email: str) -> tuple[HeldRole, ...]:
    """What the account of an address holds."""
    with reading(instance.engine) as connection:
        return find_account(connection, email).roles


def newest(instance: Instance, count: int) -> list[tuple[str, str, str, dict[str, object]]]:
    """The latest entries of the audit log, the oldest of them first: kind, actor, initiative, details."""
    with reading(instance.engine) as connection:
        found = latest_entries(connection, count)
    return [(entry.kind, entry.actor, entry.initiative, dict(entry.details)) for entry in reversed(found)]


def whole_log(instance: Instance) -> str:
    """All of the audit log as one text."""
    with reading(instance.engine) as connection:
        return json.dumps([entry.to_json() for entry in latest_entries(connection, 10_000)], ensure_ascii=False)


def passkey(account_id: int) -> dict[str, object]:
    """The row of somebody's passkey."""
    return {
        "account_id": account_id,
        "credential_id": account_id.to_bytes(16, "big"),
        "public_key": b"key",
        "sign_count": 0,
        "transports": ["usb", "nfc"],
        "backup_state": False,
        "device_type": "single_device",
        "lastuse_datetime": NOW,
        "name": "my telephone",
        "usage": "secondary",
    }
