"""The night: the statements of the days that are over leave the order of arrival behind for good.

Behind the fence, nothing of these days can come any more. What came is settled, then moved from `settled` to
`statement` by ascending id, in short transactions with pauses: which transaction moved a row, and on which page it
lies, is a function of its id. Then what the way leaves behind is let go of: dead rows, the order of erasures and of
counts.

Each step is idempotent and for one initiative; killed at any point, the next night goes on where this one was. Freezing
uses the same steps; of a collection that was closed early, for the day that is not over yet.
"""

import time
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Date, Engine, Table, bindparam, delete, insert, select, text

from signer.database import (
    WRITTEN_AGAIN,
    Lock,
    LockTimeout,
    StoreUnavailable,
    hold,
    is_sqlite,
    reading,
    writing,
)
from signer.initiatives.fence import raise_fence
from signer.initiatives.initiative import Initiative
from signer.settings import Settings
from signer.statements.day_list import list_days
from signer.statements.settle import settle
from signer.statements.tables import arrival, erasure, received, settled, statement
from signer.storage import InTurn, Left, keep_autovacuum_away, leave_dead_rows_behind, write_again

FENCE_SECONDS = 2
FENCE_TRIES = 5
HOME_TRIES, HOME_WAIT_SECONDS = 10, 0.5
CHUNK, SQLITE_CHUNK = 1_000, 100
LEAVE_TRACES = (received, erasure, settled, arrival)
"""Tables whose dead rows, or whose order of rows, tell something of the day."""

MOVE = text("""
WITH moved AS (
    DELETE FROM settled WHERE id IN (
        SELECT id FROM settled WHERE initiative_id = :initiative_id AND submitted_on <= :until AND id > :after
        ORDER BY id LIMIT :most
    )
    RETURNING id, initiative_id, member_state, submitted_on, key_id, sealed
)
INSERT INTO statement (id, initiative_id, member_state, submitted_on, key_id, sealed)
SELECT id, initiative_id, member_state, submitted_on, key_id, sealed FROM moved ORDER BY id
RETURNING id
""").bindparams(bindparam("until", type_=Date))

SETTLED = text("""
SELECT id FROM settled WHERE initiative_id = :initiative_id AND submitted_on <= :until ORDER BY id LIMIT :most
""").bindparams(bindparam("until", type_=Date))


def bring_home(engine: Engine, settings: Settings, initiative: Initiative, until: date) -> None:
    """Complete the days up to `until` of an initiative: nothing comes any more, all is settled, moved and listed.

    Raises StoreUnavailable, also where a request under way or another settling does not end; it can be called again at
    any time.
    """
    with writing(engine) as connection:
        raise_fence(connection, initiative.id, until)
    wait_for_requests_under_way(engine)
    for _ in range(HOME_TRIES):
        settle(engine, settings, initiative.id, until=until)
        _move(engine, initiative.id, until)
        if _is_home(engine, initiative.id, until):
            list_days(engine, settings, initiative, until)
            return
        # A settling that is under way elsewhere has made ours stand back.
        time.sleep(HOME_WAIT_SECONDS)
    raise StoreUnavailable(f"the days up to {until} are not complete yet: another process settles; try again")


def let_go(engine: Engine, tables: Iterable[Table] = LEAVE_TRACES) -> dict[Table, Left]:
    """Let go of what the way of the rows leaves behind in tables; return those that were left as they are, and why.

    Raises StoreUnavailable.
    """
    found = ((table, _let_go(engine, table)) for table in tables)
    return {table: left for table, left in found if left}


def _let_go(engine: Engine, table: Table) -> Left | None:
    if table.info == WRITTEN_AGAIN:
        return write_again(engine, table)
    return None if is_sqlite(engine) else leave_dead_rows_behind(engine, table)


def wait_for_requests_under_way(engine: Engine) -> None:
    """Return when every statement that was being written before the fence was raised is committed or undone.

    SQLite has one writer: they are. PostgreSQL: the lock is had when they are, and let go of at once.
    """
    if is_sqlite(engine):
        return
    for _ in range(FENCE_TRIES):
        try:
            with writing(engine) as connection:
                keep_autovacuum_away(connection, arrival)
                connection.execute(text(f"SET LOCAL lock_timeout = '{FENCE_SECONDS}s'"))
                connection.execute(text(f"LOCK TABLE {arrival.name} IN SHARE MODE"))
        except LockTimeout:
            # Those who queue behind the lock go first.
            time.sleep(1)
        else:
            return
    raise StoreUnavailable("a request that was under way before the fence does not end")


def _is_home(engine: Engine, initiative_id: int, until: date) -> bool:
    """Tell whether no statement of the days up to `until` is on its way any more."""
    with reading(engine, arrival, settled) as connection:
        return not any(
            connection.execute(
                select(table.c.id).where(table.c.initiative_id == initiative_id, table.c.submitted_on <= until).limit(1)
            ).first()
            for table in (arrival, settled)
        )


def _move(engine: Engine, initiative_id: int, until: date) -> None:
    move = _move_on_sqlite if is_sqlite(engine) else _move_on_postgresql
    move(InTurn(engine), {"initiative_id": initiative_id, "until": until})


def _move_on_postgresql(turns: InTurn, values: Mapping[str, Any]) -> None:
    after = b""
    while True:
        with turns.writing() as connection:
            hold(connection, Lock.SETTLE)
            moved = list(connection.scalars(MOVE, {**values, "after": after, "most": CHUNK}))
        if not moved and not after:
            return
        # At the end from the start again: what was settled meanwhile, or by whom a row was held that is erased now.
        after = max(moved, default=b"")


def _move_on_sqlite(turns: InTurn, values: Mapping[str, Any]) -> None:
    for chunk in turns.chunks(SETTLED, values, of=SQLITE_CHUNK):
        here = settled.c.id.in_(chunk)
        columns = [column.name for column in statement.c]
        copy = insert(statement).from_select(columns, select(settled).where(here).order_by(settled.c.id))
        with turns.writing(durable=False) as connection:
            connection.execute(copy)
            connection.execute(delete(settled).where(here))
