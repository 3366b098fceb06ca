"""SQLite: what waits is taken together into one commit, by one thread of each process under a file lock.

One commit for each statement would cost one flush each; on an ordinary disk that is 225 a second, grouped 6,200.
"""

import queue
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Engine, PoolProxiedConnection

from signer.database import StoreUnavailable, one_writer
from signer.statements.store import Outcome, SealedStatement, raise_unless_stored

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
LOOK = """
SELECT CASE
    WHEN EXISTS (SELECT 1 FROM erasure WHERE statement_id = ?) THEN 1
    WHEN EXISTS (SELECT 1 FROM statement WHERE id = ?) THEN 0
    WHEN EXISTS (SELECT 1 FROM finalised WHERE initiative_id = ? AND member_state = ?) THEN 2
    ELSE 3
END
"""

Waiting = tuple[SealedStatement, "Future[Outcome]"]


class SqliteStore:
    """One writer thread; `write` returns when its group is on the disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="statement-writer", daemon=True)
        self._thread.start()

    def write(self, sealed: SealedStatement) -> None:
        """Make `sealed` durable. Raises AlreadyErased, CollectionFinalised, CheckSpent or StoreUnavailable."""
        answer: Future[Outcome] = Future()
        self._queue.put((sealed, answer))
        try:
            outcome = answer.result(timeout=WAIT_SECONDS)
        except TimeoutError:
            if answer.cancel():
                raise StoreUnavailable("the database is busy; nothing was stored") from None
            # The writer had already begun with it: its answer is the only true one.
            outcome = answer.result()
        raise_unless_stored(outcome)

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._queue.put(None)
        self._thread.join()
        if self._connection:
            self._connection.close()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = _begun([first])
            try:
                with self._transaction() as cursor:
                    # Only now: whoever came while another process was writing is taken along.
                    group += _begun(self._others())
                    outcomes = [outcome for round_ in _rounds(group) for outcome in _write_round(cursor, round_)]
            except BaseException as error:  # noqa: BLE001 - whoever waits must be answered, whatever happened
                failure = error if isinstance(error, StoreUnavailable) else StoreUnavailable("nothing was stored")
                for _, answer in group:
                    answer.set_exception(failure)
            else:
                for (_, answer), outcome in zip(group, outcomes, strict=True):
                    answer.set_result(outcome)

    def _others(self) -> Iterator[Waiting]:
        for _ in range(MOST_AT_ONCE - 1):
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return
            if waiting is None:
                self._queue.put(None)  # the sign to end, for the next turn
                return
            yield waiting

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


def _begun(group: Iterable[Waiting]) -> list[Waiting]:
    """Return those that have not given up; from now on they wait for the true answer."""
    return [waiting for waiting in group if waiting[1].set_running_or_notify_cancel()]


def _rounds(group: Sequence[Waiting]) -> Iterator[list[SealedStatement]]:
    """Yield the statements in order, each time as many as have ids and human checks of their own.

    Of two with the same one, the second is then judged by what the first has left.
    """
    round_: list[SealedStatement] = []
    seen: set[bytes] = set()
    for sealed, _ in group:
        names = {sealed.statement_id, sealed.check_id}
        if not seen.isdisjoint(names):
            yield round_
            round_, seen = [], set()
        round_.append(sealed)
        seen |= names
    if round_:
        yield round_


def _write_round(cursor: sqlite3.Cursor, round_: Sequence[SealedStatement]) -> list[Outcome]:
    rows = [(new.statement_id, *_place(new), new.key_id, new.sealed, new.check_id) for new in round_]
    kept = {statement_id for (statement_id,) in _execute(cursor, KEEP, rows).fetchall()}
    stored = [new for new in round_ if new.statement_id in kept]
    if stored:
        _execute(cursor, SPEND, [(new.check_id, new.submitted_on.isoformat()) for new in stored])
        _execute(cursor, ADD_LEAF, [(new.commitment,) for new in stored])
        _execute(cursor, COUNT, [(*place, count) for place, count in Counter(map(_place, stored)).items()])
    return [Outcome.STORED if new.statement_id in kept else _look(cursor, new) for new in round_]


def _look(cursor: sqlite3.Cursor, sealed: SealedStatement) -> Outcome:
    values = (sealed.statement_id, sealed.statement_id, sealed.initiative_id, sealed.member_state)
    return Outcome(cursor.execute(LOOK, values).fetchone()[0])


def _place(sealed: SealedStatement) -> tuple[int, str, str]:
    return sealed.initiative_id, sealed.member_state, sealed.submitted_on.isoformat()


def _execute(cursor: sqlite3.Cursor, sql: str, rows: Sequence[tuple[object, ...]]) -> sqlite3.Cursor:
    """Execute `sql` with all `rows` as its values; only their number goes into the text."""
    one = f"({', '.join('?' * len(rows[0]))})"
    return cursor.execute(sql.format(rows=", ".join([one] * len(rows))), [value for row in rows for value in row])
