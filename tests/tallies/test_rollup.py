"""The roll-up counts every statement once, whoever else is signing or counting meanwhile."""

import threading

from sqlalchemy import func, insert, select

from signer.database import reading, writing
from signer.statements.tables import received_pending
from signer.tallies.queries import read_counts
from signer.tallies.rollup import roll_up
from tests.acts import MAY_DAY
from tests.conftest import Instance
from tests.people import ADA, BERT
from tests.signing import record

WRITERS, EACH = 4, 50


def count(instance: Instance) -> int:
    """Statements of Germany as counted."""
    with reading(instance.engine) as connection:
        return read_counts(connection, instance.initiative.id).of("DE")


def test_each_statement_is_counted_once_however_often_it_is_rolled_up(instance: Instance) -> None:
    for fields in (ADA, BERT, ADA):
        record(instance.store, instance.collection("DE"), fields)
        roll_up(instance.engine)
        roll_up(instance.engine)

    assert count(instance) == 3


def test_two_that_count_while_others_sign_miss_none_and_count_none_twice(on_postgresql: Instance) -> None:
    """Rows become visible in another order than they were made in; a mark at the newest one would lose some.

    On SQLite the statement's own transaction counts.
    """
    instance = on_postgresql
    here = {"initiative_id": instance.initiative.id, "member_state": "DE", "submitted_on": MAY_DAY}
    done = threading.Event()

    def sign() -> None:
        for _ in range(EACH):
            with writing(instance.engine) as connection:
                connection.execute(insert(received_pending).values(**here))

    def count_on() -> None:
        while not done.is_set():
            roll_up(instance.engine)

    writers = [threading.Thread(target=sign) for _ in range(WRITERS)]
    counters = [threading.Thread(target=count_on) for _ in range(2)]
    for thread in (*counters, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in counters:
        thread.join()
    roll_up(instance.engine)

    assert count(instance) == WRITERS * EACH
    with reading(instance.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(received_pending)) == 0
