"""The two stores under many writers, and with the database gone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from signer.batches.reconcile import require_reconciled
from signer.database import StoreUnavailable, reading, writing
from signer.ledger.tables import leaf
from signer.sealing.code import Code
from signer.statements.tables import statement
from signer.tallies.queries import read_counts
from signer.tallies.rollup import roll_up
from tests.acts import MAY_DAY
from tests.conftest import Instance
from tests.people import ADA
from tests.signing import record
from tests.solved import new_check


def test_many_writers_lose_nothing_and_the_roll_up_misses_none(instance: Instance) -> None:
    germany = instance.collection("DE")

    def sign(_: int) -> None:
        record(instance.store, germany, ADA, code=Code.new(), check_id=new_check(), on=MAY_DAY, confirmed=frozenset())

    with ThreadPoolExecutor(8) as writers:
        done = [writers.submit(sign, number) for number in range(200)]
        while not all(future.done() for future in done):
            roll_up(instance.engine)
    for future in done:
        future.result()
    roll_up(instance.engine)

    with reading(instance.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(statement)) == 200
        assert read_counts(connection, instance.initiative.id).of("DE") == 200
        require_reconciled(connection)


def test_one_page_sent_many_times_at_once_is_stored_once(instance: Instance) -> None:
    germany, code = instance.collection("DE"), Code.new()

    def sign(_: int) -> None:
        record(instance.store, germany, ADA, code=code, check_id=new_check(), on=MAY_DAY, confirmed=frozenset())

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(sign, range(40)))

    with reading(instance.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(statement)) == 1
        assert connection.scalar(select(func.count()).select_from(leaf)) == 1


def test_a_database_that_fails_refuses_the_statement_without_a_word_of_it(instance: Instance) -> None:
    germany = instance.collection("DE")
    with writing(instance.engine) as connection:
        connection.execute(text("DROP TABLE leaf"))

    with pytest.raises(StoreUnavailable) as refused:
        record(instance.store, germany, ADA, code=Code.new(), check_id=new_check(), on=MAY_DAY, confirmed=frozenset())

    assert not any(value in str(refused.value) for value in ADA.values())
    with reading(instance.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(statement)) == 0


def test_the_store_goes_on_after_a_failure(instance: Instance) -> None:
    germany = instance.collection("DE")
    with writing(instance.engine) as connection:
        connection.execute(text("ALTER TABLE leaf RENAME TO leaf_away"))
    with pytest.raises(StoreUnavailable):
        record(instance.store, germany, ADA, code=Code.new(), check_id=new_check(), on=MAY_DAY, confirmed=frozenset())
    with writing(instance.engine) as connection:
        connection.execute(text("ALTER TABLE leaf_away RENAME TO leaf"))

    record(instance.store, germany, ADA, code=Code.new(), check_id=new_check(), on=MAY_DAY, confirmed=frozenset())

    with reading(instance.engine) as connection:
        require_reconciled(connection)
