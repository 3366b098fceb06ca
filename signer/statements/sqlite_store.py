"""SQLite: what waits is taken together into one commit, by one thread of each process under a file lock.

One commit for each statement would cost one flush each; on an ordinary disk that is 225 a second, grouped 6,200.
"""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from sqlalchemy import Connection, Engine

from signer.database import StoreUnavailable, writing
from signer.statements.store import Outcome, SealedStatement, raise_unless_stored

MOST_AT_ONCE = 200
WAIT_SECONDS = 20

# Written out: the expression language would take longer than the database does.
KEEP = """
INSERT INTO statement (id, initiative_id, member_state, submitted_on, key_id, sealed)
SELECT ?, ?, ?, ?, ?, ?
WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE statement_id = ?)
  AND NOT EXISTS (SELECT 1 FROM finalised WHERE initiative_id = ? AND member_state = ?)
  AND NOT EXISTS (SELECT 1 FROM spent_check WHERE id = ?)
ON CONFLICT (id) DO NOTHING
"""
SPEND = "INSERT INTO spent_check (id, spent_on) VALUES (?, ?)"
ADD_LEAF = "INSERT INTO leaf (commitment) VALUES (?)"
COUNT = """
INSERT INTO received (initiative_id, member_state, submitted_on, statements) VALUES (?, ?, ?, 1)
ON CONFLICT (initiative_id, member_state, submitted_on) DO UPDATE SET statements = statements + 1
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

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            group, go_on = self._gather(first)
            taken = [waiting for waiting in group if waiting[1].set_running_or_notify_cancel()]
            self._write_group(taken)
            if not go_on:
                return

    def _gather(self, first: Waiting) -> tuple[list[Waiting], bool]:
        group = [first]
        while len(group) < MOST_AT_ONCE:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return group, False
            group.append(waiting)
        return group, True

    def _write_group(self, group: Sequence[Waiting]) -> None:
        try:
            with writing(self._engine) as connection:
                outcomes = [_write_one(connection, sealed) for sealed, _ in group]
        except BaseException as error:  # noqa: BLE001 - whoever waits must be answered, whatever happened
            failure = error if isinstance(error, StoreUnavailable) else StoreUnavailable("the statement was not stored")
            for _, answer in group:
                answer.set_exception(failure)
            return
        for (_, answer), outcome in zip(group, outcomes, strict=True):
            answer.set_result(outcome)


def _write_one(connection: Connection, sealed: SealedStatement) -> Outcome:
    place = (sealed.initiative_id, sealed.member_state)
    day = sealed.submitted_on.isoformat()
    row = (sealed.statement_id, *place, day, sealed.key_id, sealed.sealed)
    kept = connection.exec_driver_sql(KEEP, (*row, sealed.statement_id, *place, sealed.check_id))
    if kept.rowcount:
        connection.exec_driver_sql(SPEND, (sealed.check_id, day))
        connection.exec_driver_sql(ADD_LEAF, (sealed.commitment,))
        connection.exec_driver_sql(COUNT, (*place, day))
        return Outcome.STORED
    return Outcome(connection.exec_driver_sql(LOOK, (sealed.statement_id, sealed.statement_id, *place)).scalar_one())
