"""SQLite: what waits is taken together into one commit, by one thread of each process at a time, under a file lock.

One commit for each statement would cost one flush each; on an ordinary disk that is 225 a second, grouped 6,200.
Whoever finds nobody writing writes, for all who have come by then; so at a quiet hour no other thread has to be woken.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import cast

from sqlalchemy import Engine, PoolProxiedConnection

from signer.database import StoreUnavailable, one_writer
from signer.statements.store import LOOK, SealedStatement, WriteOutcome, raise_unless_stored

MOST_AT_ONCE = 200
WAIT_SECONDS = 20

# Written out, and given to the driver: the expression language would take longer than the database does. One statement
# for all rows of a group, because each one gives way to the threads that prepare the next statements.
SPEND = """
INSERT INTO spent_check (id, spent_on)
SELECT column1, column2 FROM (VALUES {rows}) AS new
WHERE NOT EXISTS (SELECT 1 FROM fence WHERE initiative_id = new.column3 AND until >= new.column2)
ON CONFLICT (id) DO NOTHING
RETURNING id, spent_on
"""
ARRIVE = """
INSERT INTO arrival (id, initiative_id, member_state, submitted_on, key_id, sealed, commitment) VALUES {rows}
"""


_Outcome = tuple[WriteOutcome, date]
"""What a write found, and the day under which the statement is stored, if it is."""


class _Waiting:
    """One statement on its way, and what became of it. turn: is let go when it is answered, or has to write itself."""

    def __init__(self, sealed: SealedStatement) -> None:
        self.sealed = sealed
        self.outcome: _Outcome | None = None
        self.failure: StoreUnavailable | None = None
        self.turn = threading.Lock()
        self.turn.acquire()

    @property
    def is_answered(self) -> bool:
        return self.outcome is not None or self.failure is not None


class SqliteStore:
    """Every thread that signs waits its turn; `write` returns when its statement is on the disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._queue: deque[_Waiting] = deque()
        self._somebody_writes = False
        self._door = threading.Lock()
        self._writing = threading.Lock()

    def write(self, sealed: SealedStatement) -> date:
        """Make `sealed` durable; see `Store.write`."""
        mine = _Waiting(sealed)
        with self._door:
            self._queue.append(mine)
            must_wait, self._somebody_writes = self._somebody_writes, True
        if must_wait and not mine.turn.acquire(timeout=WAIT_SECONDS):
            if self._gives_up(mine):
                raise StoreUnavailable("the database is busy; nothing was stored")
            # It has been taken into a group: the answer to that is the only true one.
            mine.turn.acquire()
        if not mine.is_answered:
            self._write_group()
        if mine.failure:
            raise mine.failure
        outcome, stored_on = cast("_Outcome", mine.outcome)
        raise_unless_stored(outcome)
        return stored_on

    def close(self) -> None:
        """Wait for the group that is being written, and let go of the database."""
        with self._writing:
            if self._connection:
                self._connection.close()
            self._connection = None

    def _write_group(self) -> None:
        """Write what waits, the statement of this thread first, and hand the turn to the next that has come."""
        group: list[_Waiting] = []
        try:
            with self._writing, self._transaction() as cursor:
                # Only now: whoever came while another process was writing is taken along.
                group = self._take(MOST_AT_ONCE)
                outcomes = _write(cursor, [waiting.sealed for waiting in group])
        except BaseException as error:  # noqa: BLE001 - whoever waits must be answered, whatever happened
            failure = error if isinstance(error, StoreUnavailable) else StoreUnavailable("nothing was stored")
            group = group or self._take(1)
            for waiting in group:
                waiting.failure = failure
        else:
            for waiting, outcome in zip(group, outcomes, strict=True):
                waiting.outcome = outcome
        for waiting in group:
            waiting.turn.release()
        with self._door:
            self._somebody_writes = bool(self._queue)
            if self._queue:
                self._queue[0].turn.release()

    def _take(self, most: int) -> list[_Waiting]:
        with self._door:
            return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]

    def _gives_up(self, waiting: _Waiting) -> bool:
        """Take a statement back out of the queue; return False if it is being written, or has to write itself."""
        with self._door:
            if waiting not in self._queue or not waiting.turn.locked():
                return False
            self._queue.remove(waiting)
            return True

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        """Give the writer's own connection, with nothing of SQLAlchemy's between: the lock is held all the while."""
        with one_writer(self._engine):
            try:
                self._connection = self._connection or self._engine.raw_connection()
                cursor = cast("sqlite3.Cursor", self._connection.cursor())
                cursor.execute("BEGIN IMMEDIATE")
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._connection:
                    self._connection.invalidate()  # which rolls back
                self._connection = None
                raise


def _write(cursor: sqlite3.Cursor, group: Sequence[SealedStatement]) -> list[_Outcome]:
    checks = [(new.check_id, new.submitted_on.isoformat(), new.initiative_id) for new in group]
    spent = set(_execute(cursor, SPEND, checks).fetchall())
    # Of two with one check in this group, the first of the day that was let in is stored, and the other finds it.
    stored = {new.check_id: new for new in reversed(group) if (new.check_id, new.submitted_on.isoformat()) in spent}
    if stored:
        _execute(cursor, ARRIVE, [_row(new) for new in reversed(stored.values())])
    return [
        (WriteOutcome.STORED, new.submitted_on) if stored.get(new.check_id) is new else _look(cursor, new)
        for new in group
    ]


def _row(new: SealedStatement) -> tuple[object, ...]:
    day = new.submitted_on.isoformat()
    return (new.statement_id, new.initiative_id, new.member_state, day, new.key_id, new.sealed, new.commitment)


def _look(cursor: sqlite3.Cursor, sealed: SealedStatement) -> _Outcome:
    values = {
        "statement_id": sealed.statement_id,
        "former_id": sealed.former_id,
        "check_id": sealed.check_id,
        "initiative_id": sealed.initiative_id,
        "submitted_on": sealed.submitted_on.isoformat(),
    }
    # There is one: whoever did not spend the check found the fence, or whoever spent it, within this transaction.
    outcome, day = cursor.execute(LOOK, values).fetchone()
    return WriteOutcome(outcome), date.fromisoformat(day)


def _execute(cursor: sqlite3.Cursor, sql: str, rows: Sequence[tuple[object, ...]]) -> sqlite3.Cursor:
    """Execute `sql` with all `rows` as its values; only their number goes into the text."""
    one = f"({', '.join('?' * len(rows[0]))})"
    return cursor.execute(sql.format(rows=", ".join([one] * len(rows))), [value for row in rows for value in row])
