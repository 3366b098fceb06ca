"""SQLite: what waits is taken together into one commit, by one thread of each process at a time, under a file lock.

One commit for each statement would cost one flush each; on an ordinary disk that is 225 a second, grouped 6,200.
Whoever finds nobody writing writes, for all who have come by then; so at a quiet hour no other thread has to be woken.
"""

import sqlite3
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Engine, PoolProxiedConnection

from signer.database import StoreUnavailable, one_writer
from signer.statements.store import SealedStatement, WriteOutcome, raise_unless_stored

MOST_AT_ONCE = 200
WAIT_SECONDS = 20

# Written out, and given to the driver: the expression language would take longer than the database does. One statement
# for all rows of a group, because each one gives way to the threads that prepare the next statements.
KEEP = """
INSERT INTO statement (id, initiative_id, member_state, submitted_on, key_id, sealed)
SELECT column1, column2, column3, column4, column5, column6 FROM (VALUES {rows}) AS new
WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE statement_id = new.column1)
  AND NOT EXISTS (SELECT 1 FROM finalised WHERE initiative_id = new.column2 AND member_state = new.column3)
  AND NOT EXISTS (SELECT 1 FROM spent_check WHERE id = new.column7)
ON CONFLICT (id) DO NOTHING
RETURNING id
"""
SPEND = "INSERT INTO spent_check (id, spent_on) VALUES {rows}"
ADD_LEAF = "INSERT INTO leaf (commitment) VALUES {rows}"
COUNT = """
INSERT INTO received (initiative_id, member_state, submitted_on, statements) VALUES {rows}
ON CONFLICT (initiative_id, member_state, submitted_on) DO UPDATE SET statements = statements + excluded.statements
"""
LOOK = f"""
SELECT CASE
    WHEN EXISTS (SELECT 1 FROM erasure WHERE statement_id = ?) THEN {WriteOutcome.ERASED.value}
    WHEN EXISTS (SELECT 1 FROM statement WHERE id = ?) THEN {WriteOutcome.STORED.value}
    WHEN EXISTS (SELECT 1 FROM finalised WHERE initiative_id = ? AND member_state = ?)
    THEN {WriteOutcome.FINALISED.value}
    ELSE {WriteOutcome.CHECK_SPENT.value}
END
"""  # noqa: S608 - only numbers of ours go into the text


class _Waiting:
    """One statement on its way, and what became of it. turn: is let go when it is answered, or has to write itself."""

    def __init__(self, sealed: SealedStatement) -> None:
        self.sealed = sealed
        self.outcome: WriteOutcome | None = None
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

    def write(self, sealed: SealedStatement) -> None:
        """Make `sealed` durable. Raises AlreadyErased, CollectionFinalised, CheckSpent or StoreUnavailable."""
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
        raise_unless_stored(cast("WriteOutcome", mine.outcome))

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
                sealed = [waiting.sealed for waiting in group]
                outcomes = [outcome for round_ in _rounds(sealed) for outcome in _write_round(cursor, round_)]
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


def _rounds(group: Sequence[SealedStatement]) -> Iterator[list[SealedStatement]]:
    """Yield the statements in order, each time as many as have ids and human checks of their own.

    Of two with the same one, the second is then judged by what the first has left.
    """
    round_: list[SealedStatement] = []
    seen: set[bytes] = set()
    for sealed in group:
        names = {sealed.statement_id, sealed.check_id}
        if not seen.isdisjoint(names):
            yield round_
            round_, seen = [], set()
        round_.append(sealed)
        seen |= names
    if round_:
        yield round_


def _write_round(cursor: sqlite3.Cursor, round_: Sequence[SealedStatement]) -> list[WriteOutcome]:
    rows = [(new.statement_id, *_place(new), new.key_id, new.sealed, new.check_id) for new in round_]
    kept = {statement_id for (statement_id,) in _execute(cursor, KEEP, rows).fetchall()}
    stored = [new for new in round_ if new.statement_id in kept]
    if stored:
        _execute(cursor, SPEND, [(new.check_id, new.submitted_on.isoformat()) for new in stored])
        _execute(cursor, ADD_LEAF, [(new.commitment,) for new in stored])
        _execute(cursor, COUNT, [(*place, count) for place, count in Counter(map(_place, stored)).items()])
    return [WriteOutcome.STORED if new.statement_id in kept else _look(cursor, new) for new in round_]


def _look(cursor: sqlite3.Cursor, sealed: SealedStatement) -> WriteOutcome:
    values = (sealed.statement_id, sealed.statement_id, sealed.initiative_id, sealed.member_state)
    return WriteOutcome(cursor.execute(LOOK, values).fetchone()[0])


def _place(sealed: SealedStatement) -> tuple[int, str, str]:
    return sealed.initiative_id, sealed.member_state, sealed.submitted_on.isoformat()


def _execute(cursor: sqlite3.Cursor, sql: str, rows: Sequence[tuple[object, ...]]) -> sqlite3.Cursor:
    """Execute `sql` with all `rows` as its values; only their number goes into the text."""
    one = f"({', '.join('?' * len(rows[0]))})"
    return cursor.execute(sql.format(rows=", ".join([one] * len(rows))), [value for row in rows for value in row])
