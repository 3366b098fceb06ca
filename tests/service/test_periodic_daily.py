"""When the day in Brussels is over, every worker writes what it has gathered, and one publishes what comes of it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from signer.database import reading, writing
from signer.human_check.expire import KEPT_DAYS
from signer.service import periodic
from signer.service.service import Service, open_service
from signer.statements.tables import spent_check
from signer.tallies import daily_forecast, persons
from signer.tallies.daily_forecast import read_forecast
from signer.tallies.job_log import Work, read_runs
from signer.tallies.persons import latest_persons
from signer.tallies.tables import person_estimate, person_sketch
from tests.acts import MAY_DAY
from tests.conftest import START, Instance
from tests.counts import receive
from tests.tallies.estimate import without_chance
from tests.tallies.gathered import buckets_of, note, ones
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


NEXT_DAY = MAY_DAY + timedelta(days=1)
EACH = 40
A_DAYS_WORK_SECONDS = 20


@dataclass
class DatedService(Service):
    """The service on a day that the test sets."""

    day: date = MAY_DAY

    def today(self) -> date:
        """Return the day."""
        return self.day


@pytest.fixture
def two_workers(on_sqlite: Instance, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Instance, list[DatedService]]]:
    """Two services over one database, with periodic work that comes back quickly, and bits without chance."""
    monkeypatch.setattr(periodic, "ROLL_UP_SECONDS", 0.05)
    monkeypatch.setattr(periodic, "RETRY_SECONDS", 1.0)
    monkeypatch.setattr(daily_forecast, "forecast", _few_draws(daily_forecast.forecast))
    workers = []
    with without_chance(), ExitStack() as ends:
        for _ in range(2):
            opened = open_service(on_sqlite.settings)
            service = DatedService(opened.settings, opened.engine, opened.store, opened.catalogue)
            stopped = threading.Event()
            thread = periodic.start_periodic(service, stopped)
            ends.callback(service.close)
            ends.callback(thread.join)
            ends.callback(stopped.set)
            workers.append(service)
        yield on_sqlite, workers


def test_the_next_day_publishes_what_all_workers_have_gathered(
    two_workers: tuple[Instance, list[DatedService]],
) -> None:
    instance, workers = two_workers
    for day in range((NEXT_DAY - START).days):
        receive(instance, {"DE": 9}, on=START + timedelta(days=day))
    with writing(instance.engine) as connection:
        old = NEXT_DAY - timedelta(days=KEPT_DAYS + 1)
        connection.execute(insert(spent_check).values(id=bytes(16), spent_on=old))
    assert wait_for(lambda: Work.DAILY in runs(instance), seconds=A_DAYS_WORK_SECONDS)
    first = runs(instance)[Work.DAILY]
    for number, worker in enumerate(workers):
        note(worker.gathering, instance.initiative, range(number * EACH, (number + 1) * EACH))
    assert count(instance, person_sketch) == 0

    for worker in workers:
        worker.day = NEXT_DAY

    assert wait_for(lambda: kept_forecast_day(instance) == NEXT_DAY, seconds=A_DAYS_WORK_SECONDS)
    assert wait_for(lambda: runs(instance)[Work.DAILY] > first, seconds=A_DAYS_WORK_SECONDS)
    with reading(instance.engine) as connection:
        bits = connection.scalar(select(person_sketch.c.bits))
        made_on, found = latest_persons(connection, instance.initiative.id)
    assert bits
    assert ones(bits) == buckets_of(instance, range(2 * EACH))
    assert (made_on, persons.ALL in found) == (NEXT_DAY, True)
    assert count(instance, spent_check) == 0


def test_a_day_that_ends_soon_after_a_worker_was_elected_waits_for_the_others_too(
    two_workers: tuple[Instance, list[DatedService]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first day's wait must not count as the next day's."""
    _, workers = two_workers
    begun: dict[date, float] = {}
    do_daily_work = periodic._do_daily_work

    def note_when(service: Service, on: date) -> None:
        begun[on] = time.monotonic()
        do_daily_work(service, on)

    monkeypatch.setattr(periodic, "_do_daily_work", note_when)
    time.sleep(1.5 * periodic.RETRY_SECONDS)

    changed = time.monotonic()
    for worker in workers:
        worker.day = NEXT_DAY

    assert wait_for(lambda: NEXT_DAY in begun, seconds=A_DAYS_WORK_SECONDS)
    assert begun[NEXT_DAY] - changed >= 2 * periodic.RETRY_SECONDS


def test_a_new_start_on_the_same_day_publishes_no_second_estimate(
    two_workers: tuple[Instance, list[DatedService]],
) -> None:
    """A figure that could be made anew by a restart would move with single statements."""
    instance, workers = two_workers
    note(workers[0].gathering, instance.initiative, range(EACH))
    for worker in workers:
        worker.day = NEXT_DAY
    assert wait_for(lambda: count(instance, person_estimate) > 0, seconds=A_DAYS_WORK_SECONDS)
    with reading(instance.engine) as connection:
        before = connection.execute(select(person_estimate)).all()

    again = open_service(instance.settings)
    restarted = DatedService(again.settings, again.engine, again.store, again.catalogue, day=NEXT_DAY)
    note(restarted.gathering, instance.initiative, range(1_000, 1_000 + EACH))
    restarted.gathering.write()
    periodic._do_daily_work(restarted, NEXT_DAY)
    restarted.close()

    with reading(instance.engine) as connection:
        assert connection.execute(select(person_estimate)).all() == before


def count(instance: Instance, table: object) -> int:
    """Rows of a table."""
    with reading(instance.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def kept_forecast_day(instance: Instance) -> date | None:
    """The day of the forecast that is kept."""
    with reading(instance.engine) as connection:
        found = read_forecast(connection, instance.initiative.id)
    return found[0] if found else None


def runs(instance: Instance) -> Mapping[Work, datetime]:
    """When each work last ended."""
    with reading(instance.engine) as connection:
        return read_runs(connection)


def _few_draws(forecast: Callable[..., object]) -> Callable[..., object]:
    return lambda *given, **named: forecast(*given, **named, draws=20)
