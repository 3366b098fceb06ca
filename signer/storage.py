"""Storage: what the engine keeps besides the rows, and how the service gets rid of it.

Deleted rows, free pages and the write-ahead log tell of what was there and in which order it came. PostgreSQL: a table
is truncated, and the few rows that are in it are written into the new file. SQLite: pages are large enough for a sealed
statement, and zeroed when freed. Both: the log is emptied.
"""

import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Table, insert, select, text
from sqlalchemy.exc import DBAPIError

from signer.database import (
    SQLITE_BUSY_SECONDS,
    SQLITE_PAGE_BYTES,
    LockTimeout,
    is_sqlite,
    one_writer,
    reading,
    translated,
    writing,
)

PATIENCE_SECONDS = 0.1
"""How long others may have to wait behind a lock that shuts them out of a table; who cannot have it tries later."""
AUTOVACUUM_SECONDS = 3
"""Autovacuum gives way after one."""
AT_ONCE = 50_000
"""Ids in memory at a time, of rows that are to be moved or deleted; each search looks at every row."""
FEW = 1_000
"""Rows that can be written again within a tenth of a second, while whoever signs waits."""
WRITE_AGAIN_SECONDS = 1.0
"""For each statement that writes a small table again: as long as somebody who erases may have to wait."""
LONGEST_PAUSE_SECONDS = 0.005
"""Enough for whoever waits for the writer's lock to be woken and have it."""
EMPTYING_SECONDS = 0.1
"""A log of a few megabytes: what is written into the database at once, others wait for at the disk."""
NOT_ALLOWED = "42501"


class Left(StrEnum):
    """Why a table was left as it is."""

    HELD = "somebody reads or writes it for long"
    FULL = "too many rows of today lie in it"


def keep_autovacuum_away(connection: Connection, table: Table) -> None:
    """PostgreSQL: let no autovacuum work on `table` until the transaction ends. Raises LockTimeout.

    A lock that it stands in the way of would wait for a second until it gives way (`deadlock_timeout`), and whoever
    signs behind that lock. It gives way to this one, too, for which nobody waits who reads or writes.
    """
    connection.execute(text(f"SET LOCAL lock_timeout = '{AUTOVACUUM_SECONDS}s'"))
    connection.execute(text(f"LOCK TABLE {table.name} IN SHARE UPDATE EXCLUSIVE MODE"))


@contextmanager
def shutting_out(engine: Engine, table: Table, *, for_seconds: float = PATIENCE_SECONDS) -> Iterator[Connection]:
    """PostgreSQL: give a transaction that has `table` for itself. Raises LockTimeout, soon, or StoreUnavailable.

    for_seconds: what each statement may take once the lock is there. READ COMMITTED: what is read then shows all that
    was committed before.
    """
    with writing(engine) as connection:
        keep_autovacuum_away(connection, table)
        for name, seconds in (("lock_timeout", PATIENCE_SECONDS), ("statement_timeout", for_seconds)):
            connection.execute(text(f"SET LOCAL {name} = '{round(seconds * 1000)}ms'"))
        connection.execute(text(f"LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE"))
        yield connection


def leave_dead_rows_behind(engine: Engine, table: Table) -> Left | None:
    """PostgreSQL: let go of what the deleted rows of `table` still hold; return why that could not be done in time.

    It is gone with the table's file. The few rows that are there move into the new one, in order of their keys; more
    than a thousand would take too long. Raises StoreUnavailable.
    """
    with writing(engine) as connection:
        # A million dead rows take seconds to be passed over once. The index has then heard that they are dead.
        if len(_few(connection, table)) > FEW:
            return Left.FULL
    try:
        with shutting_out(engine, table) as connection:
            rows = _few(connection, table)
            if len(rows) > FEW:
                return Left.FULL
            connection.execute(text(f"TRUNCATE {table.name}"))
            if rows:
                connection.execute(insert(table), rows)
    except LockTimeout:
        return Left.HELD
    return None


def _few(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """Return the first rows of a table, by key; one more than a few where there are more."""
    # By way of the index, whatever the statistics say of a table that fills and empties within the hour.
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    by_key = select(table).order_by(*table.primary_key.columns).limit(FEW + 1)
    return [dict(row._mapping) for row in connection.execute(by_key)]


def write_again(engine: Engine, table: Table) -> Left | None:
    """Write a small table's rows again in order of their keys: nothing tells in which order they came.

    Return why it could not be done in time. The database does it by itself: ten thousand rows take 20 ms, and by our
    hands 200. Raises StoreUnavailable.
    """
    keys = ", ".join(column.name for column in table.primary_key.columns)
    alone = writing(engine) if is_sqlite(engine) else shutting_out(engine, table, for_seconds=WRITE_AGAIN_SECONDS)
    try:
        with alone as connection:
            for sql in (
                f"CREATE TEMP TABLE again AS SELECT * FROM {table.name}",  # noqa: S608 - names of ours
                f"DELETE FROM {table.name}" if is_sqlite(engine) else f"TRUNCATE {table.name}",  # noqa: S608
                f"INSERT INTO {table.name} SELECT * FROM again ORDER BY {keys}",  # noqa: S608
                "DROP TABLE again",
            ):
                connection.execute(text(sql))
    except LockTimeout:
        return Left.HELD
    return None


def empty_write_ahead_log(engine: Engine) -> None:
    """SQLite: bring what was written into the database while others go on writing. Raises StoreUnavailable.

    Otherwise every eightieth citizen or so would wait until their own statement's process has done it.
    """
    if is_sqlite(engine):
        with translated(), engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")


def discard_write_ahead_log(engine: Engine) -> bool:
    """Leave nothing in the write-ahead log that was written before; return whether it could be done.

    It tells the order of arrival, row by row. SQLite: a log that somebody still reads from stays; nobody is waited for
    with the writer's lock in hand. PostgreSQL removes the segments before a checkpoint (`wal_recycle = off`); it needs
    a role that may do so (`signer doctor` says which). Raises StoreUnavailable.
    """
    with translated(), engine.connect() as connection:
        if is_sqlite(engine):
            cursor = connection.connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.execute("PRAGMA busy_timeout=0")
            try:
                is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                # The connection goes back to the pool, where others expect it to wait.
                cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_SECONDS * 1000}")
            return not is_busy
        connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.execute(text("SELECT pg_switch_wal()"))
            connection.execute(text("CHECKPOINT"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != NOT_ALLOWED:
                raise
            return False
        return True


def has_right_pages(engine: Engine) -> bool:
    """SQLite: tell whether the file has pages of the size that a sealed statement needs. Raises StoreUnavailable."""
    if not is_sqlite(engine):
        return True
    with translated(), engine.connect() as connection:
        return bool(connection.exec_driver_sql("PRAGMA page_size").scalar() == SQLITE_PAGE_BYTES)


def resize_pages(engine: Engine) -> None:
    """SQLite: rewrite a file of an earlier release with pages of today's size, for which nobody else may have it open.

    Killed half-way, the file is as it was. Raises StoreUnavailable.
    """
    if has_right_pages(engine):
        return
    # Ours in the pool are others, too.
    engine.dispose()
    with translated(), one_writer(engine), engine.connect() as connection:
        cursor = connection.connection.cursor()
        # It takes as much room again, aside: in a file, for memory would not be enough.
        for pragma in ("journal_mode=DELETE", "temp_store=FILE", f"page_size={SQLITE_PAGE_BYTES}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("VACUUM")
        for pragma in ("journal_mode=WAL", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")


@contextmanager
def _garbage_left_for_later() -> Iterator[None]:
    """Let no collection of all objects, which takes 50 ms and more, fall into the time for which others wait."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class InTurn:
    """Short transactions that write a great deal, beside people who sign: others write in between.

    SQLite: the write-ahead log is emptied in between, too. Once it is large, whoever commits next would do it with the
    writer's lock in hand.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._emptied_at = engine, time.monotonic()

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """Give a transaction as `writing` does, then pause for as long as it took, or less. Raises StoreUnavailable."""
        began = time.monotonic()
        with _garbage_left_for_later(), writing(self._engine, durable=durable) as connection:
            yield connection
        time.sleep(min(LONGEST_PAUSE_SECONDS, time.monotonic() - began))
        if time.monotonic() - self._emptied_at > EMPTYING_SECONDS:
            empty_write_ahead_log(self._engine)
            self._emptied_at = time.monotonic()

    def chunks(self, search: Executable, values: Mapping[str, Any], *, of: int) -> Iterator[Sequence[Any]]:
        """Yield what `search` finds, so many at a time, until nothing is left. Raises StoreUnavailable.

        It is found while others write: with the writer's lock in hand, whatever is not wanted would be passed over, and
        that may be a whole day's. By the time a chunk is done, some of it may have been done by others.
        search: of one column, with a limit of `:most`.
        """
        while True:
            with reading(self._engine, counts=False) as connection:
                found = connection.scalars(search, {**values, "most": AT_ONCE}).all()
            for start in range(0, len(found), of):
                yield found[start : start + of]
            if len(found) < AT_ONCE:
                return
