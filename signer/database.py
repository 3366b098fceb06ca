"""One engine for SQLite or PostgreSQL, and the two ways to use it: reading, and one durable transaction that writes."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from signer.errors import SignerError
from signer.settings import Settings, WrongSettings

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_index",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}
METADATA = MetaData(naming_convention=NAMING)
WRITTEN_AGAIN = {"written again": True}
"""Says of a table, in its `info`, that the night truncates it and writes its rows again in order of their keys."""

SQLITE_BUSY_SECONDS = 10
POOL_WAIT_SECONDS = 5
SQLITE_PAGE_BYTES = 8192
"""A sealed statement fits: with SQLite's own 4,096 its end would overflow into a page that is taken as it comes."""
SQLITE_WAL_PAGES = 8_000
"""64 MB: a writer brings its log into the database itself only where nobody else does (`storage.py`)."""
TIMED_OUT = {"55P03", "57014"}
"""What PostgreSQL says when the time for a lock, or for a statement, is over."""
WRITES = "signer_writes"


IDS = range(1, 1 << 31)
"""Numbers that a row can have; a database takes no others, not even to look for them."""


class Lock(IntEnum):
    """What only one process or transaction may do at a time, with the keys of PostgreSQL's advisory locks.

    PERIODIC: periodic work, held for as long as a worker is its leader. SETTLE: the way of rows through arrival,
    settled and statement, and the places of leaves. FREEZE: the next number of a batch. AUDIT: the next number of the
    audit log. PARTNERS: partners' tens, which all workers write at the same fixed times: two that make the same row
    would fail, or block each other.
    """

    PERIODIC = 7_302_000
    SETTLE = 7_302_001
    FREEZE = 7_302_002
    AUDIT = 7_302_003
    PARTNERS = 7_302_004


class StoreUnavailable(SignerError):
    """The database does not answer, is full or is locked; nothing was stored."""


class LockTimeout(StoreUnavailable):
    """A lock could not be had in the time that was allowed for it; nothing was changed."""


def open_engine(settings: Settings, *, threads: int = 8) -> Engine:
    """Return the engine for `settings.database_url`. Raises WrongSettings.

    threads: how many connections one process uses at most, besides those by which statements are recorded; fixed, since
    a connection made for one request costs more than the request.
    """
    try:
        url = make_url(settings.database_url)
    except ArgumentError:
        raise WrongSettings("setting 'database_url' is not a database URL") from None
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    elif url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise WrongSettings("setting 'database_url' must name PostgreSQL, or SQLite with a file")
    try:
        # hide_parameters: without it SQLAlchemy writes the values of a row into its exceptions.
        engine = create_engine(
            url, hide_parameters=True, pool_size=threads, max_overflow=0, pool_timeout=POOL_WAIT_SECONDS
        )
    except (ImportError, NoSuchModuleError):
        raise WrongSettings("setting 'database_url' names a database that is not supported here") from None
    if is_sqlite(engine):
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def is_sqlite(engine: Engine | Connection) -> bool:
    """Tell whether the database is SQLite; otherwise it is PostgreSQL."""
    return engine.dialect.name == "sqlite"


@contextmanager
def reading(engine: Engine, *held: Table, counts: bool = True) -> Iterator[Connection]:
    """Give a connection whose reads all see one state of the database. Raises StoreUnavailable.

    held: tables that are not to be truncated meanwhile, besides those that say so of themselves (`WRITTEN_AGAIN`). On
    PostgreSQL whoever took their snapshot before a truncation finds the table empty after it; so the lock comes first.
    counts: False for who reads none of either, and so waits for no night.
    """
    with translated(), engine.connect() as connection:
        if not is_sqlite(engine):
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            if not is_sqlite(engine) and (names := [table.name for table in (*held, *_written_again(counts))]):
                connection.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS SHARE MODE"))
            yield connection


def _written_again(counts: bool) -> Iterator[Table]:
    return (table for table in METADATA.tables.values() if counts and table.info == WRITTEN_AGAIN)


@contextmanager
def writing(engine: Engine, *, durable: bool = True) -> Iterator[Connection]:
    """Give a connection whose writes are durable together when the block ends. Raises StoreUnavailable.

    durable: False for what is simply done again where a power cut undid it. SQLite then flushes nothing with the
    writer's lock in hand: the flush of the next durable transaction is for this one too, for both are in one log.
    """
    with translated(), one_writer(engine), engine.connect() as connection:
        connection.execution_options(**{WRITES: True})
        with nullcontext() if durable else _unflushed(connection), connection.begin():
            yield connection


@contextmanager
def _unflushed(connection: Connection) -> Iterator[None]:
    if not is_sqlite(connection):
        yield
        return
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    driver.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        # Whoever has the connection next expects their writes to last.
        try:
            driver.execute("PRAGMA synchronous=FULL")
        except sqlite3.Error:
            connection.invalidate()


@contextmanager
def elected(engine: Engine, duty: Lock) -> Iterator[Callable[[], object] | None]:
    """Leader election: whether this process alone, of all on all machines, has `duty` until the block ends.

    Yields None if not; else what asks whether it still has it, and within the block raises StoreUnavailable if not:
    PostgreSQL forgets the lock of a session that is gone, and gives it to another process.
    """
    if is_sqlite(engine):
        with _file_lock(f"{engine.url.database}.duty-{duty.value}", wait=False) as have:
            yield (lambda: None) if have else None
        return
    with translated(), engine.connect() as connection:
        # A lock of the session, not of a transaction: the duty may be held for days.
        connection.execution_options(isolation_level="AUTOCOMMIT")
        have = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:duty)"), {"duty": duty.value}))
        try:
            yield partial(connection.execute, text("SELECT 1")) if have else None
        finally:
            # Where the session is gone, so is its lock.
            if have and not connection.invalidated:
                connection.execute(text("SELECT pg_advisory_unlock(:duty)"), {"duty": duty.value})


def hold(connection: Connection, lock: Lock) -> None:
    """Hold `lock` until the transaction ends, once nobody else does; SQLite has one writer anyway."""
    if not is_sqlite(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock.value})


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database may throw into StoreUnavailable."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        # The driver's text may quote a row; its class says enough.
        kind = type(error.orig).__name__ if isinstance(error, DBAPIError) else type(error).__name__
        if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in TIMED_OUT:
            raise LockTimeout(f"the database did not give a lock in time ({kind})") from None
        raise StoreUnavailable(f"the database could not be used ({kind})") from None


@contextmanager
def one_writer(engine: Engine) -> Iterator[None]:
    """SQLite takes one writer at a time: a fair wait at a file lock keeps the others from starving in its busy loop."""
    if not is_sqlite(engine):
        yield
        return
    with _file_lock(f"{engine.url.database}.writer", wait=True):
        yield


@contextmanager
def _file_lock(path: str, *, wait: bool) -> Iterator[bool]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"the lock file {Path(path).name} cannot be opened ({error.strerror})") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # We say ourselves when a transaction begins; the driver would wait for the first write.
    connection.isolation_level = None
    # The size of pages counts for a new file only, before anything is in it.
    connection.execute(f"PRAGMA page_size={SQLITE_PAGE_BYTES}")
    # What is sorted aside stays in memory: a file of it would lie about.
    for pragma in ("temp_store=MEMORY", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA wal_autocheckpoint={SQLITE_WAL_PAGES}")
    connection.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_SECONDS * 1000}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
