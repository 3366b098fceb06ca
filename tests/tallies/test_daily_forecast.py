"""The forecast of an initiative from its stored counts: of the days that are over, once a day, until the end."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from signer.database import reading, writing
from signer.initiatives.initiative import Status
from signer.tallies import daily_forecast
from signer.tallies.daily_forecast import foresee, keep_forecast, read_forecast
from signer.tallies.forecast import Forecast, forecast
from tests.conftest import END, START, Instance
from tests.counts import receive

FEW_DRAWS = 40
LATER = START + timedelta(days=40)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn is tried elsewhere."""
    monkeypatch.setattr(daily_forecast, "forecast", lambda *given, **named: forecast(*given, **named, draws=FEW_DRAWS))


@pytest.fixture
def forty_days(on_sqlite: Instance) -> Instance:
    """Forty days with a hundred German and ten Maltese statements each."""
    for day in range(40):
        receive(on_sqlite, {"DE": 100, "MT": 10}, on=START + timedelta(days=day))
    return on_sqlite


def foreseen(instance: Instance, on: date) -> Forecast | None:
    """The forecast of a day."""
    with reading(instance.engine) as connection:
        return foresee(connection, instance.initiative, on=on)


def test_it_is_made_of_the_days_that_are_over(forty_days: Instance) -> None:
    """Today is not over: what comes in the evening must not look like a fall in the morning."""
    before = foreseen(forty_days, LATER)
    receive(forty_days, {"FR": 9_000}, on=LATER)

    after = foreseen(forty_days, LATER)

    assert before
    assert after
    assert before.received == after.received


def test_the_first_week_and_the_time_after_the_end_have_none(forty_days: Instance) -> None:
    assert foreseen(forty_days, START + timedelta(days=6)) is None
    assert foreseen(forty_days, START + timedelta(days=7)) is not None
    assert foreseen(forty_days, END + timedelta(days=1)) is None


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CLOSED, Status.WITHDRAWN])
def test_what_does_not_collect_has_none(forty_days: Instance, status: Status) -> None:
    ended = replace(forty_days, initiative=replace(forty_days.initiative, status=status))

    assert foreseen(ended, LATER) is None


def test_a_pause_is_no_end(forty_days: Instance) -> None:
    assert foreseen(replace(forty_days, initiative=replace(forty_days.initiative, status=Status.PAUSED)), LATER)


def test_it_is_kept_as_it_was_made_until_the_next(forty_days: Instance) -> None:
    first, second = foreseen(forty_days, LATER), foreseen(forty_days, LATER + timedelta(days=1))
    kept = []
    for on, found in ((LATER, first), (LATER + timedelta(days=1), second), (END, None)):
        with writing(forty_days.engine) as connection:
            keep_forecast(connection, forty_days.initiative.id, found, on=on)
            kept.append(read_forecast(connection, forty_days.initiative.id))

    assert kept == [(LATER, first), (LATER + timedelta(days=1), second), None]
