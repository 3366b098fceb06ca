"""Named states that many rooms' tests begin from: an instance on each database, and a collection with its key."""

import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import cache
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from xdist.remote import Producer

from signer import days
from signer.accounts.keys import CONSOLE_KEY
from signer.audit.record import AUDIT_KEY
from signer.database import open_engine, writing
from signer.days import BRUSSELS
from signer.human_check.check import HUMAN_CHECK_KEY
from signer.initiatives.catalogue import Catalogue
from signer.initiatives.collection import Collection
from signer.initiatives.description import Description
from signer.initiatives.initiative import Initiative, InitiativeText, Organiser, Status
from signer.initiatives.keys import (
    FORM_TOKEN_KEY,
    LOG_KEY,
    MANIFEST_KEY,
    install_key,
    log_key,
    manifest_key,
    storage_secret,
)
from signer.initiatives.lifecycle import change_status, import_description
from signer.schema import migrate
from signer.sealing.opening import OpeningKey
from signer.sealing.trust import Trust
from signer.settings import Settings
from signer.statements.store import Store
from signer.statements.stores import open_store
from tests.acts import unit
from tests.commands import Commands
from tests.compiled import CompiledOnce, RuleCompiledOnce
from tests.lengths import examples
from tests.postgres import postgres_databases, serving_postgres
from tests.side_by_side import SideBySide

NUMBER = "2027/000042"
START, END = date(2027, 2, 1), date(2028, 1, 31)

Flask.jinja_environment = CompiledOnce
Flask.url_rule_class = RuleCompiledOnce
# How long an example takes says how busy the machine is: stalls of a quarter of a second are none of our faults.
settings.register_profile(
    "signer", deadline=None, max_examples=examples(100), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("signer")

SERVERS = {"postgres_server", "rehearsal_server", "chromium", "loaded", "redis_url"}
"""Fixtures that start what takes long to start."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what needs a server or a browser; tests that start a process of their own say so themselves."""
    for item in items:
        assert isinstance(item, pytest.Function)
        stores = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if "postgresql" in stores or SERVERS & set(item.fixturenames) or item.path.parent.name == "journeys":
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what there is now and stays: thousands of tests, and all modules."""
    gc.collect()
    gc.freeze()


class _StillDay:
    """A clock for `signer.days`, whose day does not end; but for tests with processes of their own, which see another.

    still: whether it stands still.
    """

    def __init__(self) -> None:
        self._began = datetime.now(BRUSSELS)
        self.still = True

    def now(self, zone: tzinfo) -> datetime:
        """Return the time, or that of the beginning once its day is over."""
        moment = datetime.now(zone)
        return self._began if self.still and moment.date() != self._began.date() else moment


_CLOCK = _StillDay()
days.datetime = _CLOCK  # type: ignore[attr-defined] # midnight in Brussels passes over no test


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let no test with processes of its own begin in the last minute of a day: their clocks are the machine's."""
    _CLOCK.still = item.get_closest_marker("slow") is None
    now = datetime.now(BRUSSELS)
    if (now.hour, now.minute) == (23, 59) and not _CLOCK.still:
        time.sleep(61 - now.second)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SideBySide:
    """Keep tests together that share what took long to make."""
    return SideBySide(config, log)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of our own; its URL names no database of a test."""
    with serving_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The name of a PostgreSQL database with the tables of the current schema and no rows: to be copied."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    _bring_up(postgres_server.replace("/postgres?", "/migrated?"))
    return "migrated"


@pytest.fixture
def empty_postgres(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes a PostgreSQL database without any table at each call and returns its URL."""
    with postgres_databases(postgres_server) as copy:
        yield lambda: copy("template0")


@pytest.fixture
def postgres_url(postgres_server: str, migrated_postgres: str) -> Iterator[Callable[[], str]]:
    """Makes a PostgreSQL database with all tables at each call and returns its URL; they are dropped after the test."""
    with postgres_databases(postgres_server) as copy:
        yield lambda: copy(migrated_postgres)


def in_file(folder: Path) -> str:
    """The URL of a new database on SQLite in a folder, with all tables."""
    path = folder / "signer.sqlite3"
    path.write_bytes(_migrated_sqlite())
    return f"sqlite:///{path}"


@cache
def _migrated_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "signer.sqlite3")
        _bring_up(f"sqlite:///{path}")
        return path.read_bytes()


def _bring_up(database: str) -> None:
    engine = open_engine(Settings(instance=Path(), secrets=Path(), database_url=database))
    migrate(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """What runs commands, once for all tests."""
    with Commands(tmp_path_factory.mktemp("commands")) as commands:
        yield commands


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'signer.sqlite3'}"
        return
    with postgres_databases(request.getfixturevalue("postgres_server")) as copy:
        yield copy("template0")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables and no rows, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return in_file(tmp_path)
    url: str = request.getfixturevalue("postgres_url")()
    return url


@dataclass(frozen=True)
class Instance:
    """A migrated instance that collects statements for one initiative; the test holds the opening key too."""

    settings: Settings
    engine: Engine
    initiative: Initiative
    opening_key: OpeningKey
    trust: Trust
    store: Store

    def collection(self, member_state: str) -> Collection:
        """The collection of one Member State."""
        return Catalogue(self.engine, self.settings).collection(NUMBER, member_state)


def describe(number: str = NUMBER) -> Description:
    """An invented initiative that collects from February 2027 to January 2028."""
    return Description(
        registration_number=number,
        scheme="eu",
        registered_on=date(2027, 1, 7),
        collection_start=START,
        collection_end=END,
        register_url="https://register.example/2027/000042",
        website="https://initiative.example",
        original_language="en",
        organisers=(
            Organiser("representative", "Ottoline Invented", "ottoline@initiative.example", "CZ"),
            Organiser("substitute", "Bartholomew Madeup", "bartholomew@initiative.example", "IE"),
        ),
        texts={"en": InitiativeText("A quiet sky & <clear> water", "We ask for a quiet sky.", "", "")},
    )


@pytest.fixture
def instance(database: str, tmp_path: Path) -> Iterator[Instance]:
    """An instance that collects, on each database."""
    with opened_instance(database, tmp_path) as made:
        yield made


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Instance]:
    """An instance that collects, on SQLite: for what is the same on both databases."""
    with opened_instance(in_file(tmp_path), tmp_path) as made:
        yield made


@pytest.fixture
def on_postgresql(postgres_url: Callable[[], str], tmp_path: Path) -> Iterator[Instance]:
    """An instance that collects, on PostgreSQL: for what is done there only."""
    with opened_instance(postgres_url(), tmp_path) as made:
        yield made


@contextmanager
def opened_instance(database: str, folder: Path) -> Iterator[Instance]:
    """Make an instance as `make_instance` does, and let go of its database when the block ends."""
    made = make_instance(database, folder)
    yield made
    made.store.close()
    made.engine.dispose()


def make_instance(database: str, folder: Path) -> Instance:
    """Make an instance with an opened initiative in `folder`, on a database that has all tables and no rows."""
    settings = Settings(instance=folder / "instance", secrets=folder / "secrets", database_url=database)
    settings.instance.mkdir(mode=0o700)
    for name in (
        FORM_TOKEN_KEY,
        HUMAN_CHECK_KEY,
        MANIFEST_KEY,
        LOG_KEY,
        AUDIT_KEY,
        CONSOLE_KEY,
        storage_secret(NUMBER),
    ):
        settings.make_secret(name)
    engine = open_engine(settings)
    opening_key = OpeningKey.generate()
    fingerprint = opening_key.recipient.fingerprint
    settings = replace(settings, collection_keys={NUMBER: fingerprint.hex()})
    trust = Trust(
        registration_number=NUMBER,
        scheme="eu",
        key_fingerprint=fingerprint,
        manifest_key=manifest_key(settings).verifying_key,
        log_origin=settings.log_origin,
        log_key=log_key(settings).verifying_key,
        rehearsal=False,
        made_on=date(2027, 1, 20),
    )
    with writing(engine) as connection:
        initiative = import_description(unit(connection, settings), describe())
        install_key(unit(connection, settings), initiative, opening_key.recipient, trust)
        initiative = change_status(unit(connection, settings), NUMBER, Status.COLLECTING)
    return Instance(settings, engine, initiative, opening_key, trust, open_store(engine))
