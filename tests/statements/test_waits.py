"""Nobody who signs waits for a lock of what runs beside signing: PostgreSQL itself refuses one that would.

The limits of the fence and of a truncation are apart (`test_night.py`). SQLite has one writer at a time; how long its
chunks hold the others up is measured by `make proof PART=million-sqlite`.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Connection, event, insert, text

from signer.batches.queries import list_batches
from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.batches.transitions import open_again
from signer.database import WRITES, StoreUnavailable, reading, writing
from signer.human_check.expire import expire_spent_checks
from signer.statements import night, postgres_store
from signer.statements.night import bring_home, wait_for_requests_under_way
from signer.statements.settle import settle
from signer.statements.stores import open_store
from signer.statements.tables import arrival, settled, spent_check
from tests.acts import MAY_DAY, act, export_to, freeze_now
from tests.beside import beside
from tests.conftest import NUMBER, Instance
from tests.people import ADA
from tests.settling import count, pass_night
from tests.signing import record

LIMIT = "-c lock_timeout=50"
"""More than two who sign can be in each other's way, and less than any transaction beside them is held open for."""
WAITING = text("""
SELECT wait_event || ' ' || query FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND wait_event IN ('relation', 'tuple', 'transactionid') AND query LIKE '%INTO arrival%'
""")
"""Signing sessions that wait for somebody else's lock just now."""
STATEMENTS = 150
FEW, MANY = 5, 2_000
DAY = timedelta(days=1)


@pytest.fixture
def impatient(on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """An instance whose store is refused by the database where it would have to wait for a lock."""
    monkeypatch.setattr(postgres_store, "SESSION", {"autocommit": True, "options": LIMIT})
    store = open_store(on_postgresql.engine)
    yield replace(on_postgresql, store=store)
    store.close()


def test_no_signer_waits_for_settling_night_freeze_export_or_reconciliation(
    impatient: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = (impatient.engine, impatient.settings)
    for _ in range(20):
        record(impatient.store, impatient.collection("DE"), ADA)
    pass_night(impatient)
    # The lock of the fence is taken apart.
    monkeypatch.setattr(night, "wait_for_requests_under_way", lambda _: None)
    numbers = iter(range(10_000))
    waiting: set[str] = set()

    def freeze_and_export() -> None:
        freeze_now(*here, "DE", number=NUMBER, on=MAY_DAY + DAY)
        with reading(impatient.engine) as connection:
            newest = list_batches(connection, NUMBER)[-1]
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        export_to(folder, *here, newest)
        act(*here)(open_again)(newest, reason="two letters of a title were wrong")

    def look() -> None:
        with impatient.engine.connect() as connection:
            waiting.update(connection.scalars(WAITING))

    with (
        beside(look),
        beside(
            lambda: settle(*here, impatient.initiative.id),
            lambda: night._move(impatient.engine, impatient.initiative.id, MAY_DAY + 9 * DAY),
            lambda: bring_home(*here, impatient.initiative, MAY_DAY),
            lambda: require_reconciled(impatient.engine),
            freeze_and_export,
        ),
    ):
        for _ in range(STATEMENTS):
            record(impatient.store, impatient.collection("DE"), ADA, on=MAY_DAY + DAY)

    assert next(numbers) > 1
    assert waiting == set()
    pass_night(impatient, after=MAY_DAY + DAY)
    counts = require_reconciled(impatient.engine).of(impatient.initiative.id)
    assert counts == StatementCounts(received=STATEMENTS + 20, open=STATEMENTS + 20)


def test_nobody_who_signs_waits_behind_a_fence_that_waits_for_autovacuum(impatient: Instance) -> None:
    """It gives way after a second only, and at the fence of each night there is enough to be vacuumed."""
    with ThreadPoolExecutor(1) as pool:
        # As a vacuum does.
        with writing(impatient.engine) as connection:
            connection.execute(text("LOCK TABLE arrival IN SHARE UPDATE EXCLUSIVE MODE"))
            fence = pool.submit(wait_for_requests_under_way, impatient.engine)
            for _ in range(100):
                record(impatient.store, impatient.collection("DE"), ADA)
            assert not fence.done()
        fence.result()


def test_nobody_who_signs_waits_while_counts_are_written_again(impatient: Instance) -> None:
    """Some requests read the catalogue anew; readers of counts wait."""
    with ThreadPoolExecutor(1) as pool, writing(impatient.engine) as connection:
        connection.execute(text("LOCK TABLE received, erasure IN ACCESS EXCLUSIVE MODE"))

        def sign() -> None:
            record(impatient.store, impatient.collection("DE"), ADA)

        pool.submit(sign).result(timeout=30)


def test_who_would_have_to_wait_for_a_lock_is_seen_and_refused_in_this_test(impatient: Instance) -> None:
    """Without it the test above would show nothing."""
    seen: set[str] = set()

    def look() -> None:
        with impatient.engine.connect() as connection:
            seen.update(connection.scalars(WAITING))

    with writing(impatient.engine) as connection, beside(look):
        connection.execute(text("LOCK TABLE arrival IN SHARE MODE"))
        for _ in range(20):
            with pytest.raises(StoreUnavailable, match="LockNotAvailable"):
                record(impatient.store, impatient.collection("DE"), ADA)

    assert len(seen) == 1


def test_sqlite_searches_nothing_with_the_writers_lock_in_hand_however_much_has_come_today(on_sqlite: Instance) -> None:
    """What yesterday still has to be done is sought while others write: what came today would all be passed over."""
    come(on_sqlite, FEW, on=MAY_DAY)
    few = steps_of_each_writer(on_sqlite, lambda: end_of_day(on_sqlite, MAY_DAY))
    come(on_sqlite, FEW, on=MAY_DAY + DAY)
    come(on_sqlite, MANY, on=MAY_DAY + 2 * DAY)

    many = steps_of_each_writer(on_sqlite, lambda: end_of_day(on_sqlite, MAY_DAY + DAY))

    assert count(on_sqlite, arrival, settled, spent_check) == (MANY, MANY, MANY)
    assert len(few) == len(many) > 3
    assert max(many) < max(few) + MANY


def come(instance: Instance, number: int, *, on: date) -> None:
    """Let so many statements of a day have come, and as many have been settled; and so many checks of its day."""
    here = {"initiative_id": instance.initiative.id, "member_state": "DE", "submitted_on": on, "key_id": bytes(16)}
    with writing(instance.engine) as connection:
        for table in (arrival, settled):
            rows = [{"id": os.urandom(16), "sealed": os.urandom(99)} | here for _ in range(number)]
            more = {"commitment": os.urandom} if table is arrival else {}
            connection.execute(insert(table), [row | {name: new(32) for name, new in more.items()} for row in rows])
        checks = [{"id": os.urandom(16), "spent_on": on} for _ in range(number)]
        connection.execute(insert(spent_check), checks)


def end_of_day(instance: Instance, on: date) -> None:
    """Do with a day's rows what the night does."""
    settle(instance.engine, instance.settings, instance.initiative.id, until=on)
    night._move(instance.engine, instance.initiative.id, on)
    expire_spent_checks(instance.engine, on + 2 * DAY)


def steps_of_each_writer(instance: Instance, work: Callable[[], object]) -> list[int]:
    """Return how many instructions SQLite's machine executes in each transaction that writes."""
    steps: list[int] = []

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            steps.append(0)
            driver(connection).set_progress_handler(step, 1)

    def step() -> int:
        steps[-1] += 1
        return 0

    def end(connection: Connection) -> None:
        driver(connection).set_progress_handler(None, 0)

    def driver(connection: Connection) -> sqlite3.Connection:
        return cast("sqlite3.Connection", connection.connection.driver_connection)

    with ExitStack() as heard:
        for name, hear in (("begin", begin), ("commit", end), ("rollback", end)):
            event.listen(instance.engine, name, hear)
            heard.callback(event.remove, instance.engine, name, hear)
        work()
    return steps
