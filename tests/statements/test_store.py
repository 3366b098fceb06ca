"""The two stores under many writers, and with the database gone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.database import METADATA, StoreUnavailable, one_writer, reading, writing
from signer.initiatives.fence import raise_fence
from signer.sealing.code import Code
from signer.statements.sqlite_store import SqliteStore
from signer.statements.tables import arrival, spent_check
from tests.acts import MAY_DAY
from tests.conftest import Instance
from tests.people import ADA
from tests.settling import count
from tests.signing import record
from tests.solved import new_check
from tests.waiting import wait_for


def test_many_writers_lose_nothing(instance: Instance) -> None:
    germany = instance.collection("DE")

    def sign(_: int) -> None:
        record(instance.store, germany, ADA, code=Code.new())

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(sign, range(200)))

    counts = require_reconciled(instance.engine).of(instance.initiative.id, "DE")
    assert counts == StatementCounts(received=200, waiting=200)


def test_one_page_sent_many_times_at_once_is_stored_once(instance: Instance) -> None:
    germany, code, check_id = instance.collection("DE"), Code.new(), new_check()

    def sign(_: int) -> object:
        return record(instance.store, germany, ADA, code=code, check_id=check_id)

    with ThreadPoolExecutor(8) as writers:
        answers = list(writers.map(sign, range(40)))

    assert set(answers) == {MAY_DAY}
    assert count(instance, arrival, spent_check) == (1, 1)


def test_of_one_page_sent_before_and_after_midnight_in_one_group_the_open_day_is_stored(on_sqlite: Instance) -> None:
    """The fence of the first day is up: its row would lie behind it, and in no batch."""
    store = on_sqlite.store
    assert isinstance(store, SqliteStore)
    next_day = MAY_DAY + timedelta(days=1)
    with writing(on_sqlite.engine) as connection:
        raise_fence(connection, on_sqlite.initiative.id, MAY_DAY)
    germany, code, check_id = on_sqlite.collection("DE"), Code.new(), new_check()

    def sign(on: date) -> date:
        return record(store, germany, ADA, code=code, check_id=check_id, on=on)

    with ThreadPoolExecutor(2) as writers:
        with one_writer(on_sqlite.engine):
            answers = []
            for number, on in enumerate((MAY_DAY, next_day), start=1):
                answers.append(writers.submit(sign, on))
                assert wait_for(lambda waiting=number: len(store._queue) == waiting)  # type: ignore[misc]
        assert {answer.result() for answer in answers} == {next_day}

    with reading(on_sqlite.engine) as connection:
        assert connection.scalars(select(arrival.c.submitted_on)).all() == [next_day]


def test_signing_writes_two_rows_and_reads_nothing_but_the_fence(instance: Instance) -> None:
    """Whatever else it touched, somebody would wait for it one day."""
    germany = instance.collection("DE")
    others = [table.name for table in METADATA.sorted_tables if table.name not in {"arrival", "spent_check", "fence"}]
    with writing(instance.engine) as connection:
        for name in others:
            connection.execute(text(f"ALTER TABLE {name} RENAME TO {name}_away"))

    record(instance.store, germany, ADA)

    with writing(instance.engine) as connection:
        for name in others:
            connection.execute(text(f"ALTER TABLE {name}_away RENAME TO {name}"))
    assert count(instance, arrival, spent_check) == (1, 1)


def test_a_database_that_fails_refuses_the_statement_without_a_word_of_it(instance: Instance) -> None:
    germany = instance.collection("DE")
    with writing(instance.engine) as connection:
        connection.execute(text("DROP TABLE arrival"))

    with pytest.raises(StoreUnavailable) as refused:
        record(instance.store, germany, ADA, code=Code.new(), check_id=new_check(), on=MAY_DAY, confirmed=frozenset())

    assert not any(value in str(refused.value) for value in ADA.values())
    assert count(instance, spent_check) == (0,)


def test_the_store_goes_on_after_a_failure(instance: Instance) -> None:
    germany = instance.collection("DE")
    with writing(instance.engine) as connection:
        connection.execute(text("ALTER TABLE arrival RENAME TO arrival_away"))
    with pytest.raises(StoreUnavailable):
        record(instance.store, germany, ADA, code=Code.new(), check_id=new_check(), on=MAY_DAY, confirmed=frozenset())
    with writing(instance.engine) as connection:
        connection.execute(text("ALTER TABLE arrival_away RENAME TO arrival"))

    record(instance.store, germany, ADA, code=Code.new(), check_id=new_check(), on=MAY_DAY, confirmed=frozenset())

    require_reconciled(instance.engine)
