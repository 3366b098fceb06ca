"""Settling: arrivals become settled statements, leaves with places, and counts; exactly, whatever else happens."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Connection, Engine, insert, select, text

from signer import storage
from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.database import StoreUnavailable, is_sqlite, open_engine, reading, writing
from signer.initiatives.keys import log_key
from signer.ledger.checkpoint import read_checkpoint
from signer.ledger.log import HeadMoved, latest_note
from signer.ledger.merkle import Frontier
from signer.ledger.tables import leaf, log_head
from signer.sealing.code import Code
from signer.statements import settle as settling
from signer.statements.night import _is_home
from signer.statements.settle import count_waiting, empty_arrivals, settle
from signer.statements.tables import arrival, settled, statement
from signer.tallies.queries import read_counts
from tests.acts import MAY_DAY, erase_now
from tests.conftest import Instance
from tests.people import ADA
from tests.settling import count, settle_now, stored
from tests.signing import record, signed

NEXT_DAY = MAY_DAY + timedelta(days=1)


def counts(instance: Instance) -> StatementCounts:
    """The numbers of the initiative, which agree."""
    return require_reconciled(instance.engine).of(instance.initiative.id)


def test_what_waits_is_counted_placed_and_kept_under_its_id(instance: Instance) -> None:
    codes = signed(instance, 12) + signed(instance, 3, member_state="DK")
    with reading(instance.engine) as connection:
        commitments = sorted(connection.scalars(select(arrival.c.commitment)))
        assert read_counts(connection, instance.initiative.id).total == 0

    assert count_waiting(instance.engine) == {instance.initiative.id: 15}
    assert settle_now(instance) == 15

    assert stored(instance) == {code.statement_id for code in codes}
    assert count(instance, arrival, settled, statement) == (0, 15, 0)
    with reading(instance.engine) as connection:
        placed = connection.execute(select(leaf).order_by(leaf.c.place)).all()
        note = latest_note(connection) or ""
        assert read_counts(connection, instance.initiative.id).by_member_state == {"DE": 12, "DK": 3}
    assert [row.commitment for row in placed] == commitments
    assert {row.initiative_id for row in placed} == {instance.initiative.id}
    key = log_key(instance.settings).verifying_key
    checkpoint = read_checkpoint(note, origin=instance.settings.log_origin, key=key)
    assert (checkpoint.size, checkpoint.root) == (15, Frontier().extended(commitments).root)


def test_groups_are_placed_one_behind_the_other_each_sorted_by_hash(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where one settling has more than a group takes."""
    monkeypatch.setattr(storage, "AT_ONCE", 10)
    for name, most in (("GROUP", 4), ("SQLITE_GROUP", 4), ("SQLITE_CHUNK", 3), ("AT_ONCE", 10)):
        monkeypatch.setattr(settling, name, most)
    signed(instance, 11)
    settle_now(instance)
    signed(instance, 5)

    assert settle_now(instance) == 5

    with reading(instance.engine) as connection:
        placed = list(connection.scalars(select(leaf.c.commitment).order_by(leaf.c.place)))
        assert list(connection.scalars(select(leaf.c.place).order_by(leaf.c.place))) == list(range(16))
    assert placed[:11] == sorted(placed[:11])
    assert placed[11:] == sorted(placed[11:])
    assert counts(instance) == StatementCounts(received=16, open=16)


def test_settling_again_changes_nothing(instance: Instance) -> None:
    signed(instance, 3)
    settle_now(instance)
    with reading(instance.engine) as connection:
        note = latest_note(connection)

    assert settle_now(instance) == 0

    with reading(instance.engine) as connection:
        assert latest_note(connection) == note


def test_days_behind_the_fence_can_be_settled_alone(instance: Instance) -> None:
    signed(instance, 2)
    signed(instance, 3, on=NEXT_DAY)

    assert settle(instance.engine, instance.settings, instance.initiative.id, until=MAY_DAY) == 2

    assert counts(instance) == StatementCounts(received=5, waiting=3, open=2)


def test_other_initiatives_wait_for_their_own_settling(instance: Instance) -> None:
    signed(instance, 4)
    with writing(instance.engine) as connection:
        row = connection.execute(select(arrival)).mappings().first()
        assert row
        values = dict(row) | {"id": bytes(16), "initiative_id": 77, "commitment": bytes(32)}
        connection.execute(insert(arrival).values(values))

    settle_now(instance)

    with reading(instance.engine) as connection:
        assert set(connection.scalars(select(leaf.c.initiative_id))) == {instance.initiative.id}
    assert count_waiting(instance.engine) == {77: 1}


def test_settlers_at_the_same_time_settle_everything_once(instance: Instance) -> None:
    """Nothing is elected here: the lock of the transaction and the head's size are what holds."""
    signed(instance, 120)
    others = [open_engine(instance.settings) for _ in range(3)]

    with ThreadPoolExecutor(3) as settlers:
        for _ in range(3):
            done = [settlers.submit(settle, other, instance.settings, instance.initiative.id) for other in others]
            for each in done:
                each.result()
    for other in others:
        other.dispose()
    settle_now(instance)

    assert counts(instance) == StatementCounts(received=120, open=120)
    assert count(instance, arrival, settled, leaf) == (0, 120, 120)
    with reading(instance.engine) as connection:
        assert list(connection.scalars(select(leaf.c.place).order_by(leaf.c.place))) == list(range(120))


def test_a_settler_behind_whose_back_the_head_has_grown_changes_nothing(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a failover in the middle of a settling, which a lock does not survive (`test_log.py` has the head)."""
    signed(instance, 5)

    def grown(*_: object, **_options: object) -> None:
        raise HeadMoved("the log has grown")

    with monkeypatch.context() as patched:
        patched.setattr(settling, "grow_head", grown)
        assert settle_now(instance) == 0

    assert counts(instance) == StatementCounts(received=5, waiting=5)
    assert count(instance, leaf) == (0,)
    assert settle_now(instance) == 5


def test_arrivals_that_come_meanwhile_are_in_this_settling_or_in_the_next(instance: Instance) -> None:
    germany = instance.collection("DE")

    def keep_signing(_: int) -> None:
        for _ in range(30):
            record(instance.store, germany, ADA, code=Code.new())

    with ThreadPoolExecutor(4) as writers:
        done = [writers.submit(keep_signing, number) for number in range(4)]
        while not all(future.done() for future in done):
            settle_now(instance)
            counts(instance)
    for future in done:
        future.result()
    settle_now(instance)

    assert counts(instance) == StatementCounts(received=120, open=120)


def test_no_signer_waits_for_the_transaction_of_a_settling(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_sqlite(instance.engine):
        pytest.skip("SQLite has one writer; its chunks are small (`test_waits.py`)")
    signed(instance, 20)
    grow, stands, go_on = settling.grow_head, threading.Event(), threading.Event()

    def slowly(*arguments: object, **options: object) -> object:
        stands.set()
        assert go_on.wait(30)
        return grow(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(settling, "grow_head", slowly)
    with ThreadPoolExecutor(1) as pool:
        settler = pool.submit(settle_now, instance)
        assert stands.wait(30)
        signed(instance, 5)
        go_on.set()
        assert settler.result() == 20

    assert counts(instance) == StatementCounts(received=25, waiting=5, open=20)


def test_who_erases_while_the_row_is_settled_waits_for_the_group_and_finds_it(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, *_ = signed(instance, 10)
    grow, stands = settling.grow_head, threading.Event()

    def slowly(*arguments: object, **options: object) -> object:
        stands.set()
        # The eraser is at the row by now, or at the writer's lock.
        threading.Event().wait(0.3)
        return grow(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(settling, "grow_head", slowly)
    with ThreadPoolExecutor(1) as pool:
        settler = pool.submit(settle_now, instance)
        assert stands.wait(30)
        erase_now(instance.engine, instance.settings, instance.initiative, code)
        settler.result()

    assert code.statement_id not in stored(instance)
    settle_now(instance)
    assert counts(instance) == StatementCounts(received=10, open=9, erased=1)


def test_on_sqlite_a_row_that_lies_in_two_tables_is_one_statement(on_sqlite: Instance) -> None:
    """Between copying and deleting: counted once, told once, erased from both."""
    codes = signed(on_sqlite, 6)
    list(settling._place(on_sqlite.engine, on_sqlite.settings, on_sqlite.initiative.id, MAY_DAY))
    assert counts(on_sqlite) == StatementCounts(received=6, open=6)
    with writing(on_sqlite.engine) as connection:
        connection.execute(settling.COPY, {"chosen": [code.statement_id for code in codes]})

    assert counts(on_sqlite) == StatementCounts(received=6, open=6)
    erase_now(on_sqlite.engine, on_sqlite.settings, on_sqlite.initiative, codes[0])
    assert counts(on_sqlite) == StatementCounts(received=6, open=5, erased=1)
    assert settle_now(on_sqlite) == 0

    assert stored(on_sqlite) == {code.statement_id for code in codes[1:]}
    assert count(on_sqlite, arrival, settled) == (0, 5)


def test_leaves_that_are_ahead_of_the_head_are_caught_up_with(instance: Instance) -> None:
    """A migration gives pending leaves their places; nobody could sign the head then."""
    with writing(instance.engine) as connection:
        connection.execute(insert(leaf).values(commitment=bytes(32), place=0))

    settle_now(instance)

    with reading(instance.engine) as connection:
        assert connection.scalar(select(log_head.c.size)) == 1


def test_what_comes_meanwhile_moves_to_a_new_file_and_dead_rows_stay_behind(
    on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy day the table is never empty."""

    def file_and_transactions() -> tuple[object, int]:
        with reading(on_postgresql.engine) as connection:
            transactions = "SELECT count(DISTINCT xmin::text) FROM arrival"
            file = connection.scalar(text("SELECT pg_relation_filenode('arrival')"))
            return file, connection.scalar(text(transactions)) or 0

    signed(on_postgresql, 12)
    settle(on_postgresql.engine, on_postgresql.settings, on_postgresql.initiative.id)
    codes = signed(on_postgresql, 3)
    before, transactions = file_and_transactions()
    assert transactions == 3
    monkeypatch.setattr(storage, "FEW", 2)
    assert not empty_arrivals(on_postgresql.engine)
    assert file_and_transactions() == (before, 3)
    monkeypatch.setattr(storage, "FEW", 3)

    assert empty_arrivals(on_postgresql.engine)

    file, transactions = file_and_transactions()
    assert file != before
    assert transactions == 1
    with reading(on_postgresql.engine) as connection:
        assert set(connection.scalars(select(arrival.c.id))) == {code.statement_id for code in codes}
    assert settle_now(on_postgresql) == 3
    assert counts(on_postgresql) == StatementCounts(received=15, open=15)


def test_who_asks_while_what_waits_moves_to_a_new_file_is_told_that_it_is_there(on_postgresql: Instance) -> None:
    """PostgreSQL shows a snapshot that is older than the new file an empty table; a day would be taken for complete."""
    signed(on_postgresql, 3)
    engine, initiative_id = on_postgresql.engine, on_postgresql.initiative.id

    with ThreadPoolExecutor(2) as pool:
        with writing(engine) as connection:
            connection.execute(text("LOCK TABLE arrival IN ACCESS EXCLUSIVE MODE"))
            waiting = pool.submit(count_waiting, engine)
            is_home = pool.submit(_is_home, engine, initiative_id, MAY_DAY)
            threading.Event().wait(0.5)
            rows = [dict(row._mapping) for row in connection.execute(select(arrival))]
            connection.execute(text("TRUNCATE arrival"))
            connection.execute(insert(arrival), rows)

        assert (waiting.result(), is_home.result()) == ({initiative_id: 3}, False)


def test_a_session_that_is_ended_in_the_middle_of_a_settling_changes_nothing(
    on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a failover: all of the group is undone, and the next settling finds it."""
    signed(on_postgresql, 12)
    grow = settling.grow_head

    def ended(connection: Connection, **options: object) -> object:
        grown = grow(connection, **options)  # type: ignore[arg-type]
        with psycopg.connect(on_postgresql.settings.database_url, autocommit=True) as other:
            pid = connection.scalar(text("SELECT pg_backend_pid()"))
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        return grown

    with monkeypatch.context() as patched:
        patched.setattr(settling, "grow_head", ended)
        with pytest.raises(StoreUnavailable):
            settle_now(on_postgresql)
    assert counts(on_postgresql) == StatementCounts(received=12, waiting=12)
    assert count(on_postgresql, leaf, settled) == (0, 0)

    assert settle_now(on_postgresql) == 12

    assert counts(on_postgresql) == StatementCounts(received=12, open=12)


def test_a_settling_whose_commit_is_done_and_not_heard_of_is_done_once(
    on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(on_postgresql, 12)

    @contextmanager
    def unheard(engine: Engine) -> Iterator[Connection]:
        with writing(engine) as connection:
            yield connection
        raise StoreUnavailable("the connection was lost at the commit")

    with monkeypatch.context() as patched:
        patched.setattr(settling, "writing", unheard)
        with pytest.raises(StoreUnavailable):
            settle_now(on_postgresql)

    assert settle_now(on_postgresql) == 0

    assert counts(on_postgresql) == StatementCounts(received=12, open=12)
    assert count(on_postgresql, leaf) == (12,)
