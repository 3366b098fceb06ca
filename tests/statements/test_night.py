"""The night: days behind the fence are completed, moved and listed; nothing is lost, doubled or still to come."""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, delete, select, text, update

from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.database import (
    SQLITE_PAGE_BYTES,
    StoreUnavailable,
    is_sqlite,
    reading,
    writing,
)
from signer.initiatives.fence import raise_fence
from signer.initiatives.tables import fence
from signer.ledger.merkle import Frontier
from signer.statements import night
from signer.statements.night import bring_home, let_go, wait_for_requests_under_way
from signer.statements.store import BehindFence
from signer.statements.tables import arrival, day_list, erasure, received, settled, statement
from signer.storage import InTurn, Left, discard_write_ahead_log
from tests.acts import MAY_DAY, erase_now
from tests.conftest import Instance
from tests.settling import count, pass_night, settle_now, stored
from tests.signing import signed

DAY = timedelta(days=1)


def lists(instance: Instance) -> list[tuple[str, date, date, int, bytes]]:
    """The day lists, by Member State and day."""
    with reading(instance.engine) as connection:
        rows = connection.execute(select(day_list).order_by(day_list.c.member_state, day_list.c.last_day)).all()
    return [(row.member_state, row.first_day, row.last_day, row.statements, row.root) for row in rows]


def test_the_day_that_is_over_moves_and_the_new_one_stays(instance: Instance) -> None:
    old = signed(instance, 12)
    settle_now(instance)
    old += signed(instance, 3)
    new = signed(instance, 4, on=MAY_DAY + DAY)

    pass_night(instance)

    assert count(instance, arrival, settled, statement) == (4, 0, 15)
    assert stored(instance) == {code.statement_id for code in old + new}
    counts = require_reconciled(instance.engine).of(instance.initiative.id)
    assert counts == StatementCounts(received=19, waiting=4, open=15)


def test_behind_the_fence_nothing_more_is_taken(instance: Instance) -> None:
    pass_night(instance)

    with pytest.raises(BehindFence):
        signed(instance, 1)
    signed(instance, 1, on=MAY_DAY + DAY)

    assert count(instance, arrival) == (1,)


def test_a_fence_only_moves_forward(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        for on in (MAY_DAY, MAY_DAY - DAY):
            raise_fence(connection, instance.initiative.id, on)
        assert connection.scalar(select(fence.c.until)) == MAY_DAY


def test_a_night_that_is_run_again_changes_nothing(instance: Instance) -> None:
    signed(instance, 5)
    pass_night(instance)
    before = lists(instance)

    pass_night(instance)

    assert lists(instance) == before
    assert count(instance, statement) == (5,)


def test_rows_are_moved_in_small_steps_by_ascending_id(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which step moved a row is a function of its id, and nothing else."""
    monkeypatch.setattr(night, "CHUNK", 4)
    monkeypatch.setattr(night, "SQLITE_CHUNK", 4)
    there: list[set[bytes]] = [set()]
    writing_in_turn = InTurn.writing

    @contextmanager
    def noted(turns: InTurn, *, durable: bool = True) -> Iterator[Connection]:
        with writing_in_turn(turns, durable=durable) as connection:
            yield connection
        with reading(instance.engine) as connection:
            there.append(set(connection.scalars(select(statement.c.id))))

    monkeypatch.setattr(InTurn, "writing", noted)
    codes = signed(instance, 30)

    pass_night(instance)

    steps = [sorted(after - before) for before, after in pairwise(there)]
    assert max(map(len, steps)) == 4
    assert [id_ for step in steps for id_ in step] == sorted(code.statement_id for code in codes)


def test_the_day_list_has_all_that_came_erased_ones_included_and_can_be_made_again(instance: Instance) -> None:
    codes = signed(instance, 5)
    erase_now(instance.engine, instance.settings, instance.initiative, codes[0])
    settle_now(instance)
    erase_now(instance.engine, instance.settings, instance.initiative, codes[1])
    key = instance.collection("DE").storage_key
    with reading(instance.engine) as connection:
        kept = connection.execute(select(settled)).all()
        gone = connection.execute(select(erasure)).all()
    leaves = {row.id: hashlib.sha256(key.unwrap(row.sealed, row.id)).digest() for row in kept}
    leaves |= {row.statement_id: row.envelope_sha256 for row in gone}

    pass_night(instance)

    tree = Frontier().extended(
        hashlib.sha256(b"\0" + id_ + b"2027-05-01" + digest).digest() for id_, digest in sorted(leaves.items())
    )
    listed = [("DE", MAY_DAY, MAY_DAY, 5, tree.root)]
    assert lists(instance) == listed
    erase_now(instance.engine, instance.settings, instance.initiative, codes[2])
    with writing(instance.engine) as connection:
        connection.execute(delete(day_list))
    pass_night(instance)
    assert lists(instance) == listed


def test_the_first_list_of_a_member_state_covers_all_days_before_it(instance: Instance) -> None:
    for member_state, day in (("DE", 0), ("DE", 2), ("DK", 2)):
        signed(instance, 1, member_state=member_state, on=MAY_DAY + day * DAY)
    pass_night(instance, after=MAY_DAY + 2 * DAY)
    signed(instance, 2, on=MAY_DAY + 3 * DAY)

    pass_night(instance, after=MAY_DAY + 4 * DAY)

    assert [each[:4] for each in lists(instance)] == [
        ("DE", MAY_DAY, MAY_DAY + 2 * DAY, 2),
        ("DE", MAY_DAY + 3 * DAY, MAY_DAY + 3 * DAY, 2),
        ("DK", MAY_DAY + 2 * DAY, MAY_DAY + 2 * DAY, 1),
    ]


def test_a_damaged_row_holds_up_no_night(instance: Instance) -> None:
    """It is counted and listed by what is stored; the opening sets it apart."""
    signed(instance, 3)
    settle_now(instance)
    with writing(instance.engine) as connection:
        connection.execute(update(settled).values(sealed=b"damaged"))

    pass_night(instance)

    assert [each[3] for each in lists(instance)] == [3]


def test_counts_and_erasures_are_written_again_in_order_of_their_keys(instance: Instance) -> None:
    codes = signed(instance, 6) + signed(instance, 6, member_state="DK")
    settle_now(instance)
    for code in codes[:5]:
        erase_now(instance.engine, instance.settings, instance.initiative, code)
    with reading(instance.engine) as connection:
        before = [connection.execute(select(table)).all() for table in (received, erasure)]

    assert let_go(instance.engine) == {}

    with reading(instance.engine) as connection:
        after = [connection.execute(select(table)).all() for table in (received, erasure)]
        if not is_sqlite(instance.engine):
            ordered = connection.scalars(text("SELECT statement_id FROM erasure ORDER BY ctid")).all()
            assert [bytes(each) for each in ordered] == sorted(code.statement_id for code in codes[:5])
            assert connection.scalar(text("SELECT count(DISTINCT xmin::text) FROM erasure")) == 1
    assert [sorted(rows) for rows in after] == [sorted(rows) for rows in before]


def test_the_fence_waits_for_who_is_under_way_and_a_statement_of_theirs_is_in_the_day(
    on_postgresql: Instance,
) -> None:
    """It is committed before the lock is had, so the settling behind the fence sees it."""
    with psycopg.connect(on_postgresql.settings.database_url) as signer:
        signer.execute("LOCK TABLE arrival IN ROW EXCLUSIVE MODE")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(wait_for_requests_under_way, on_postgresql.engine)
            time.sleep(0.3)
            assert not waiting.done()
            signer.commit()
            waiting.result(timeout=5)


def test_a_request_that_does_not_end_holds_up_the_night_and_not_who_signs(
    on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night, "FENCE_TRIES", 2)
    monkeypatch.setattr(night, "FENCE_SECONDS", 0.2)
    with psycopg.connect(on_postgresql.settings.database_url) as hanging:
        hanging.execute("LOCK TABLE arrival IN ROW EXCLUSIVE MODE")

        with pytest.raises(StoreUnavailable, match="under way before the fence"):
            bring_home(on_postgresql.engine, on_postgresql.settings, on_postgresql.initiative, MAY_DAY)

        signed(on_postgresql, 1, on=MAY_DAY + DAY)
        hanging.rollback()
    pass_night(on_postgresql)


def test_where_another_process_settles_the_night_waits_until_all_are_home(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own settling stands back then; a batch that was frozen now would lack what is still on its way."""
    monkeypatch.setattr(night, "HOME_WAIT_SECONDS", 0)
    signed(instance, 3)
    settle, tries = night.settle, []

    def stands_back(*given: object, **named: object) -> int:
        tries.append(1)
        return 0 if len(tries) < 3 else settle(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(night, "settle", stands_back)
    pass_night(instance)
    assert (len(tries), *count(instance, statement, day_list)) == (3, 3, 1)
    signed(instance, 1, on=MAY_DAY + DAY)
    monkeypatch.setattr(night, "settle", lambda *_, **__: 0)

    with pytest.raises(StoreUnavailable, match="not complete yet"):
        pass_night(instance, after=MAY_DAY + DAY)


def test_a_table_that_is_read_for_long_is_let_alone_until_the_next_night(on_postgresql: Instance) -> None:
    """Who signs or erases would queue behind the lock that a truncation waits for."""
    signed(on_postgresql, 3)
    settle_now(on_postgresql)
    with reading(on_postgresql.engine, arrival, settled):
        began = time.monotonic()
        assert let_go(on_postgresql.engine) == dict.fromkeys((received, erasure, settled, arrival), Left.HELD)
        assert time.monotonic() - began < 5
    assert let_go(on_postgresql.engine) == {}

    pass_night(on_postgresql)

    assert count(on_postgresql, statement) == (3,)


def test_who_began_to_read_before_a_truncation_sees_what_there_was(on_postgresql: Instance) -> None:
    """PostgreSQL shows an older snapshot an empty table; so the readers' lock comes first (`database.reading`)."""
    signed(on_postgresql, 3)
    settle_now(on_postgresql)
    began = threading.Event()

    with ThreadPoolExecutor(1) as pool, reading(on_postgresql.engine) as connection:
        connection.execute(text("SELECT 1"))
        began.set()
        pool.submit(let_go, on_postgresql.engine).result()

        assert connection.scalar(select(received.c.statements)) == 3


def test_sqlite_has_pages_that_a_sealed_statement_fits_on(on_sqlite: Instance) -> None:
    """With pages of 4 kB its end would lie on another page, taken as it came."""
    signed(on_sqlite, 40)
    pass_night(on_sqlite)
    path = Path(str(on_sqlite.engine.url.database))
    discard_write_ahead_log(on_sqlite.engine)

    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA page_size").fetchone() == (SQLITE_PAGE_BYTES,)
    connection.close()
    pages = [path.read_bytes()[at : at + SQLITE_PAGE_BYTES] for at in range(0, path.stat().st_size, SQLITE_PAGE_BYTES)]
    with reading(on_sqlite.engine) as rows:
        for row in rows.execute(select(statement)):
            assert sum(row.sealed in page for page in pages) == 1


def test_the_emptied_log_has_nothing_and_a_reader_is_not_waited_for(on_sqlite: Instance) -> None:
    path = Path(f"{on_sqlite.engine.url.database}-wal")
    signed(on_sqlite, 5)
    with reading(on_sqlite.engine) as connection:
        connection.execute(select(arrival)).all()
        signed(on_sqlite, 1)
        began = time.monotonic()
        assert not discard_write_ahead_log(on_sqlite.engine)
        assert time.monotonic() - began < 1
        assert path.stat().st_size > 0

    assert discard_write_ahead_log(on_sqlite.engine)

    assert path.stat().st_size == 0
