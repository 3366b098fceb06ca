"""What signing adds to besides the statement: workers lose nothing of it, and nothing leads to a statement."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from signer.database import StoreUnavailable, reading
from signer.scheme.load import load_scheme
from signer.tallies import gather, sketch
from signer.tallies.gather import FEWEST_AT_A_STOP, Gathering
from signer.tallies.sketch import Sketch
from signer.tallies.tables import attribution, person_sketch
from tests.acts import MAY_DAY
from tests.conftest import NUMBER, Instance
from tests.tallies.estimate import without_chance
from tests.tallies.gathered import buckets_of, note, ones

MONDAY = MAY_DAY - timedelta(days=MAY_DAY.weekday())
WORKERS, EACH = 3, 80


@pytest.fixture
def certain() -> Iterator[None]:
    """Bits without chance."""
    with without_chance():
        yield


def bits(instance: Instance) -> bytes:
    """The bits of Germany; empty if there are none."""
    with reading(instance.engine) as connection:
        return connection.scalar(select(person_sketch.c.bits).filter_by(member_state="DE")) or b""


def partners(instance: Instance) -> dict[tuple[str, date], int]:
    """Statements by code and week."""
    with reading(instance.engine) as connection:
        return {(row.code, row.week): row.statements for row in connection.execute(select(attribution))}


@pytest.mark.usefixtures("certain")
def test_workers_that_write_at_once_lose_nothing_of_each_other(instance: Instance) -> None:
    """Midnight: all workers write, and none of them has written for this Member State before."""
    expected = buckets_of(instance, range(WORKERS * EACH))
    workers = [Gathering(instance.engine, instance.settings) for _ in range(WORKERS)]
    for number, worker in enumerate(workers):
        note(worker, instance.initiative, range(number * EACH, (number + 1) * EACH), partner="spring")
    failures: list[Exception] = []
    together = threading.Barrier(WORKERS)

    def write(worker: Gathering) -> None:
        together.wait()
        try:
            worker.write()
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert ones(bits(instance)) == expected
    assert partners(instance) == {("spring", MONDAY): WORKERS * EACH}


@pytest.mark.usefixtures("certain")
def test_what_could_not_be_written_is_written_the_next_time(
    on_sqlite: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathering = Gathering(on_sqlite.engine, on_sqlite.settings)
    note(gathering, on_sqlite.initiative, range(19), partner="spring")

    @contextmanager
    def away(_engine: Engine) -> Iterator[None]:
        raise StoreUnavailable("the database could not be used (Test)")
        yield

    with monkeypatch.context() as broken:
        broken.setattr(gather, "writing", away)
        with pytest.raises(StoreUnavailable):
            gathering.write()
    note(gathering, on_sqlite.initiative, [19], partner="spring")
    gathering.write()

    assert ones(bits(on_sqlite)) == buckets_of(on_sqlite, range(20))
    assert partners(on_sqlite) == {("spring", MONDAY): 20}


def test_nothing_is_written_before_the_day_is_over(on_sqlite: Instance) -> None:
    """A row written with each statement could be joined to it."""
    gathering = Gathering(on_sqlite.engine, on_sqlite.settings)

    note(gathering, on_sqlite.initiative, range(3), partner="spring")

    assert (bits(on_sqlite), partners(on_sqlite)) == (b"", {})


def test_a_stop_keeps_back_what_would_tell_about_few(on_sqlite: Instance) -> None:
    """Two copies of the database around it would tell in which buckets those few are."""
    gathering = Gathering(on_sqlite.engine, on_sqlite.settings)
    note(gathering, on_sqlite.initiative, range(FEWEST_AT_A_STOP - 1), partner="spring")
    gathering.write(fewest=FEWEST_AT_A_STOP)
    few = bits(on_sqlite), partners(on_sqlite)

    note(gathering, on_sqlite.initiative, [FEWEST_AT_A_STOP], partner="spring")
    gathering.write(fewest=FEWEST_AT_A_STOP)

    assert few == (b"", {})
    assert any(bits(on_sqlite))
    assert partners(on_sqlite) == {("spring", MONDAY): FEWEST_AT_A_STOP}


def test_a_first_statement_and_a_repeat_leave_the_same_trace(on_sqlite: Instance) -> None:
    """Promise 2 reaches into memory too: both add one bucket to a list, and nothing looks whether it is there."""
    gathering = Gathering(on_sqlite.engine, on_sqlite.settings)

    note(gathering, on_sqlite.initiative, [1, 1, 2, 3, 4])

    first, again, *others = gathering._persons[on_sqlite.initiative.id, "DE"]
    assert first == again
    # Two persons may share a bucket, by chance.
    assert {*others} != {first}


def test_what_is_kept_is_as_large_for_everybody_and_names_no_statement(on_sqlite: Instance) -> None:
    gathering = Gathering(on_sqlite.engine, on_sqlite.settings)
    note(gathering, on_sqlite.initiative, range(2))
    gathering.write()

    with reading(on_sqlite.engine) as connection:
        (row,) = connection.execute(select(person_sketch)).all()

    threshold = load_scheme("eu").thresholds(on_sqlite.initiative.registered_on)["DE"]
    assert row._fields == ("initiative_id", "member_state", "bits")
    assert Sketch(row.bits).buckets == sketch.buckets_for(threshold)
    assert on_sqlite.initiative.registration_number == NUMBER
