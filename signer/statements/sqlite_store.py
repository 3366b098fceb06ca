"""SQLite: what waits is taken together into one commit, by one thread of each process under a file lock.

One commit for each statement would cost one flush each; on an ordinary disk that is 225 a second, grouped 6,200.
"""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from signer.database import StoreUnavailable, writing
from signer.ledger.tables import leaf
from signer.statements.store import Outcome, SealedStatement, raise_unless_stored
from signer.statements.tables import erasure, finalised, received, statement

MOST_AT_ONCE = 200
WAIT_SECONDS = 20

Waiting = tuple[SealedStatement, "Future[Outcome]"]


class SqliteStore:
    """One writer thread; `write` returns when its group is on the disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="statement-writer", daemon=True)
        self._thread.start()

    def write(self, sealed: SealedStatement) -> None:
        """Make `sealed` durable. Raises AlreadyErased, CollectionFinalised or StoreUnavailable."""
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
    if connection.scalar(select(erasure.c.statement_id).where(erasure.c.statement_id == sealed.statement_id)):
        return Outcome.ERASED
    place = {"initiative_id": sealed.initiative_id, "member_state": sealed.member_state}
    if connection.scalar(select(finalised.c.member_state).filter_by(**place)):
        known = connection.scalar(select(statement.c.id).where(statement.c.id == sealed.statement_id))
        return Outcome.STORED if known else Outcome.FINALISED
    row = place | {"submitted_on": sealed.submitted_on}
    kept = connection.execute(
        sqlite_insert(statement)
        .values(id=sealed.statement_id, key_id=sealed.key_id, sealed=sealed.sealed, **row)
        .on_conflict_do_nothing()
    )
    if kept.rowcount:
        connection.execute(insert(leaf).values(commitment=sealed.commitment))
        counted = sqlite_insert(received).values(statements=1, **row)
        connection.execute(
            counted.on_conflict_do_update(
                index_elements=list(received.primary_key), set_={"statements": received.c.statements + 1}
            )
        )
    return Outcome.STORED
