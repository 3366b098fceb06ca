"""Forecasts are made when the day in Brussels is over; partners' tens are written by every worker at fixed times."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as midnight

import pytest
from sqlalchemy import func, insert, select

from signer.database import reading, writing
from signer.human_check.expire import KEPT_DAYS
from signer.retention.journal import journal_of
from signer.service import periodic
from signer.service.service import Service, open_service
from signer.statements.settle import FEWEST
from signer.statements.tables import arrival, settled, spent_check, statement
from signer.tallies import daily_forecast
from signer.tallies.daily_forecast import read_forecast
from signer.tallies.job_log import Work, read_runs
from signer.tallies.tables import attribution
from tests.acts import MAY_DAY
from tests.conftest import START, Instance
from tests.counts import receive
from tests.settling import count
from tests.signing import signed
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


NEXT_DAY = MAY_DAY + timedelta(days=1)
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
    """Two services over one database, with periodic work that comes back quickly."""
    monkeypatch.setattr(periodic, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(periodic, "NIGHT_BEGINS", midnight(0))
    monkeypatch.setattr(periodic, "RETRY_SECONDS", 0.2)
    monkeypatch.setattr(periodic, "NOTE_SECONDS", 0.2)
    monkeypatch.setattr(daily_forecast, "forecast", _few_draws(daily_forecast.forecast))
    workers = []
    with ExitStack() as ends:
        for _ in range(2):
            opened = open_service(replace(on_sqlite.settings, sequence_seconds=1))
            service = DatedService(opened.settings, opened.engine, opened.store, opened.catalogue)
            stopped = threading.Event()
            thread = periodic.start_periodic(service, stopped)
            ends.callback(service.close)
            ends.callback(thread.join)
            ends.callback(stopped.set)
            workers.append(service)
        yield on_sqlite, workers


def test_the_next_day_makes_a_forecast_and_forgets_the_checks_of_before(
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

    for worker in workers:
        worker.day = NEXT_DAY

    assert wait_for(lambda: kept_forecast_day(instance) == NEXT_DAY, seconds=A_DAYS_WORK_SECONDS)
    assert wait_for(lambda: runs(instance)[Work.DAILY] > first, seconds=A_DAYS_WORK_SECONDS)
    with reading(instance.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(spent_check)) == 0


def test_between_midnight_and_its_night_nothing_of_the_new_day_is_settled(
    two_workers: tuple[Instance, list[DatedService]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would lie among what the night lets go of."""
    instance, workers = two_workers
    assert wait_for(lambda: Work.DAILY in runs(instance), seconds=A_DAYS_WORK_SECONDS)
    monkeypatch.setattr(periodic, "NIGHT_BEGINS", midnight.max)
    for worker in workers:
        worker.day = NEXT_DAY
    signed(instance, FEWEST)
    signed(instance, FEWEST, on=NEXT_DAY)

    assert wait_for(lambda: count(instance, settled) == (FEWEST,))
    time.sleep(2)
    assert count(instance, arrival, settled) == (FEWEST, FEWEST)
    monkeypatch.setattr(periodic, "NIGHT_BEGINS", midnight(0))

    assert wait_for(
        lambda: count(instance, arrival, settled, statement) == (0, FEWEST, FEWEST), seconds=A_DAYS_WORK_SECONDS
    )


def test_where_the_journal_cannot_be_written_people_are_counted_all_the_same(
    two_workers: tuple[Instance, list[DatedService]], caplog: pytest.LogCaptureFixture
) -> None:
    instance, workers = two_workers
    assert wait_for(lambda: Work.DAILY in runs(instance), seconds=A_DAYS_WORK_SECONDS)
    journal_of(instance.settings).unlink()
    journal_of(instance.settings).mkdir()
    for worker in workers:
        worker.day = NEXT_DAY
    signed(instance, FEWEST, on=NEXT_DAY)

    assert wait_for(lambda: count(instance, arrival, settled) == (0, FEWEST), seconds=A_DAYS_WORK_SECONDS)
    assert "the night waits" in caplog.text
    assert "the night has no line yet" in caplog.text


def test_a_night_that_takes_long_is_not_taken_for_the_want_of_a_leader(
    two_workers: tuple[Instance, list[DatedService]], monkeypatch: pytest.MonkeyPatch
) -> None:
    instance, workers = two_workers
    assert wait_for(lambda: Work.DAILY in runs(instance), seconds=A_DAYS_WORK_SECONDS)
    night, go_on = periodic.run_night, threading.Event()

    def slowly(*given: object, **named: object) -> object:
        assert go_on.wait(A_DAYS_WORK_SECONDS)
        return night(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(periodic, "run_night", slowly)
    for worker in workers:
        worker.day = NEXT_DAY
    time.sleep(0.5)
    noted = runs(instance)[Work.LEADER]

    assert wait_for(lambda: runs(instance)[Work.LEADER] > noted)
    go_on.set()


@pytest.fixture
def stretch(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The stretch of time that is now, for the test to change."""
    now = [1]
    monkeypatch.setattr(periodic, "stretch", lambda _seconds: now[0])
    return now


def test_every_worker_writes_partners_tens_at_the_next_fixed_time_and_not_before(
    stretch: list[int], two_workers: tuple[Instance, list[DatedService]]
) -> None:
    """At once, the time of the row would be that of a tenth statement."""
    instance, workers = two_workers
    for worker in workers:
        for _ in range(15):
            worker.partner_tens.note(instance.initiative.id, "spring")
    time.sleep(5 * periodic.RETRY_SECONDS)
    before = tens(instance)

    stretch[0] += 1

    assert before == 0
    assert wait_for(lambda: tens(instance) == 20)


def tens(instance: Instance) -> int:
    """Statements by partners' links that are stored."""
    with reading(instance.engine) as connection:
        return int(connection.scalar(select(func.sum(attribution.c.statements))) or 0)


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
