"""Partners' tens: workers lose none of each other's, what is written is full tens, and the rest waits in memory."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select

from signer.database import StoreUnavailable, open_engine, reading, writing
from signer.settings import Settings
from signer.tallies import partner_tens
from signer.tallies.partner_tens import PartnerTens
from signer.tallies.tables import attribution
from tests.acts import MAY_DAY
from tests.conftest import Instance, in_file
from tests.lengths import examples
from tests.listening import listening

MONDAY = MAY_DAY - timedelta(days=MAY_DAY.weekday())
WORKERS, EACH = 3, 80
INITIATIVE = 1
SLUGS = ("spring", "radio")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An SQLite database that all examples of a property share."""
    folder = tmp_path_factory.mktemp("tens")
    engine = open_engine(Settings(instance=folder, secrets=folder, database_url=in_file(folder)))
    yield engine
    engine.dispose()


def note(tens: PartnerTens, count: int, partner: str = "spring") -> None:
    """Note so many statements that came by a link."""
    for _ in range(count):
        tens.note(INITIATIVE, partner)


def partners(engine: Engine) -> dict[tuple[str, date], int]:
    """Statements by slug and week."""
    with reading(engine) as connection:
        return {(row.code, row.week): row.statements for row in connection.execute(select(attribution))}


@contextmanager
def away(_engine: Engine) -> Iterator[None]:
    """A database that does not answer."""
    raise StoreUnavailable("the database could not be used (Test)")
    yield


def test_workers_that_write_at_once_lose_nothing_of_each_other(instance: Instance) -> None:
    """At each fixed time all workers write, and at the first one there is no row yet."""
    workers = [PartnerTens(instance.engine) for _ in range(WORKERS)]
    for worker in workers:
        note(worker, EACH)
    failures: list[Exception] = []
    together = threading.Barrier(WORKERS)

    def write(worker: PartnerTens) -> None:
        together.wait()
        try:
            worker.write(on=MAY_DAY)
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert partners(instance.engine) == {("spring", MONDAY): WORKERS * EACH}


def test_what_could_not_be_written_is_written_the_next_time(on_sqlite: Instance) -> None:
    tens = PartnerTens(on_sqlite.engine)
    note(tens, 19)

    with patch.object(partner_tens, "writing", away), pytest.raises(StoreUnavailable):
        tens.write(on=MAY_DAY)
    note(tens, 1)
    tens.write(on=MAY_DAY)

    assert partners(on_sqlite.engine) == {("spring", MONDAY): 20}


def test_nine_leave_no_trace_in_the_database(on_sqlite: Instance) -> None:
    """Not even a transaction, whose time would tell when they came."""
    tens = PartnerTens(on_sqlite.engine)

    with listening(on_sqlite.engine) as (asked,):
        note(tens, 9)
        tens.write(on=MAY_DAY)

    assert asked == []


def test_a_ten_belongs_to_the_week_in_which_it_is_written(on_sqlite: Instance) -> None:
    """The days of its ten statements are nowhere, not even in memory."""
    tens = PartnerTens(on_sqlite.engine)
    note(tens, 15)
    tens.write(on=MONDAY + timedelta(days=6))
    note(tens, 5)
    tens.write(on=MONDAY + timedelta(days=7))

    assert partners(on_sqlite.engine) == {("spring", MONDAY): 10, ("spring", MONDAY + timedelta(days=7)): 10}


@dataclass
class Told:
    """One process, what it was told, and what it has written of it."""

    tens: PartnerTens
    noted: Counter[str] = field(default_factory=Counter)


ACTS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["write", "fail", *SLUGS]), st.integers(1, 25), st.integers(0, 13)),
    max_size=20,
)


@settings(max_examples=examples(30))
@given(acts=ACTS)
def test_whatever_the_order_full_tens_are_written_and_at_most_nine_of_a_link_wait(
    shared: Engine, acts: list[tuple[int, str, int, int]]
) -> None:
    """Two processes note and write in any order; some writes find no database."""
    with writing(shared) as connection:
        connection.execute(delete(attribution))
    processes = [Told(PartnerTens(shared)) for _ in range(2)]

    for process, act, count, day in acts:
        told = processes[process]
        if act in SLUGS:
            note(told.tens, count, act)
            told.noted[act] += count
        elif act == "write":
            told.tens.write(on=MAY_DAY + timedelta(days=day))
        else:
            with patch.object(partner_tens, "writing", away), suppress(StoreUnavailable):
                told.tens.write(on=MAY_DAY)
        written = partners(shared)
        assert all(statements % 10 == 0 for statements in written.values())
        for slug in SLUGS:
            assert total(written, slug) <= sum(told.noted[slug] for told in processes)

    for told in processes:
        told.tens.write(on=MAY_DAY)
    written = partners(shared)
    for slug in SLUGS:
        full = sum(told.noted[slug] // 10 * 10 for told in processes)
        assert total(written, slug) == full >= sum(told.noted[slug] for told in processes) - 9 * len(processes)


def total(written: dict[tuple[str, date], int], slug: str) -> int:
    """Statements of a slug in all weeks."""
    return sum(count for (code, _), count in written.items() if code == slug)
