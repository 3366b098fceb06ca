"""Settling happens at fixed times only, so that no settling tells when somebody signed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from signer.database import StoreUnavailable, reading
from signer.service import settling
from signer.service.settling import SettlingTimes
from signer.statements.settle import FEWEST
from signer.statements.tables import arrival, settled
from signer.tallies.job_log import Work, read_runs
from signer.tallies.queries import read_counts
from tests.acts import MAY_DAY
from tests.conftest import Instance
from tests.settling import count
from tests.signing import signed

HOUR, MINUTE = 3600, 60
NEXT_DAY = MAY_DAY + timedelta(days=1)


class Clock:
    """Seconds since 1970, as the test sets them; in the middle of a minute of a day of 2027."""

    def __init__(self) -> None:
        self.now = 500_000 * HOUR + 30.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def pass_to_next(self, seconds: int) -> None:
        """Let a few seconds of the next full hour or minute pass."""
        self.now = (self.now // seconds + 1) * seconds + 3


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def times(on_sqlite: Instance, clock: Clock) -> SettlingTimes:
    """The times of settling of an instance whose leader was elected just now."""
    return newly_elected(on_sqlite, clock)


def newly_elected(instance: Instance, clock: Clock) -> SettlingTimes:
    """The times of settling of a worker that was elected just now."""
    times = SettlingTimes(instance.engine, replace(instance.settings, sequence_seconds=HOUR), clock)
    times.begin_term()
    return times


def counted(instance: Instance) -> int:
    """How many are counted."""
    with reading(instance.engine) as connection:
        return read_counts(connection, instance.initiative.id).total


def test_nothing_is_settled_before_the_full_hour(on_sqlite: Instance, times: SettlingTimes, clock: Clock) -> None:
    signed(on_sqlite, FEWEST)
    for _ in range(59):
        times.do_what_is_due()
        clock.now += MINUTE
    before = counted(on_sqlite)

    clock.pass_to_next(HOUR)
    times.do_what_is_due()

    assert (before, counted(on_sqlite)) == (0, FEWEST)


def test_fewer_than_ten_wait_for_others(on_sqlite: Instance, times: SettlingTimes, clock: Clock) -> None:
    signed(on_sqlite, FEWEST - 1)
    for _ in range(3):
        clock.pass_to_next(HOUR)
        times.do_what_is_due()
    before = counted(on_sqlite)
    signed(on_sqlite, 1)

    clock.pass_to_next(HOUR)
    times.do_what_is_due()

    assert (before, counted(on_sqlite)) == (0, FEWEST)


def test_after_an_hour_with_a_rush_each_full_minute_settles_until_one_without(
    on_sqlite: Instance, times: SettlingTimes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "RUSH", 12)
    signed(on_sqlite, 12)
    clock.pass_to_next(HOUR)
    times.do_what_is_due()
    signed(on_sqlite, 11)
    times.do_what_is_due()
    within_the_minute = counted(on_sqlite)

    clock.pass_to_next(MINUTE)
    times.do_what_is_due()
    in_the_rush = counted(on_sqlite)
    clock.pass_to_next(HOUR)
    times.do_what_is_due()
    signed(on_sqlite, 20)
    clock.pass_to_next(MINUTE)
    times.do_what_is_due()

    # The hour after the rush brought eleven: no rush any more.
    assert (within_the_minute, in_the_rush, counted(on_sqlite)) == (12, 23, 23)


def test_that_a_fixed_time_came_is_noted_whether_or_not_anybody_signed(
    on_sqlite: Instance, times: SettlingTimes, clock: Clock
) -> None:
    """Otherwise the note would tell that ten had come."""
    clock.pass_to_next(HOUR)

    times.do_what_is_due()

    with reading(on_sqlite.engine) as connection:
        assert Work.SETTLE in read_runs(connection)


def test_a_fixed_time_without_a_leader_is_made_up_for_at_once(
    on_sqlite: Instance, times: SettlingTimes, clock: Clock
) -> None:
    clock.pass_to_next(HOUR)
    times.do_what_is_due()
    signed(on_sqlite, FEWEST)
    clock.pass_to_next(HOUR)
    clock.now += 20 * MINUTE

    newly_elected(on_sqlite, clock).do_what_is_due()

    assert counted(on_sqlite) == FEWEST


def test_a_fixed_time_that_a_fault_spoiled_is_made_up_for_at_the_next_full_minute(
    on_sqlite: Instance, times: SettlingTimes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every few seconds, for as long as the fault lasts."""
    tries = []

    def away(*_: object, **_options: object) -> int:
        tries.append(1)
        raise StoreUnavailable("the database does not answer")

    clock.pass_to_next(HOUR)
    times.do_what_is_due()
    signed(on_sqlite, FEWEST)
    clock.pass_to_next(HOUR)
    with monkeypatch.context() as patched:
        patched.setattr(settling, "settle", away)
        with pytest.raises(StoreUnavailable):
            times.do_what_is_due()
        for _ in range(5):
            times.begin_term()
            times.do_what_is_due()

    clock.pass_to_next(MINUTE)
    times.do_what_is_due()

    assert (len(tries), counted(on_sqlite)) == (1, FEWEST)


def test_a_leader_elected_within_the_hour_settles_nothing_before_it_ends(
    on_sqlite: Instance, times: SettlingTimes, clock: Clock
) -> None:
    clock.pass_to_next(HOUR)
    times.do_what_is_due()
    signed(on_sqlite, FEWEST)
    clock.now += 20 * MINUTE

    newly_elected(on_sqlite, clock).do_what_is_due()

    assert counted(on_sqlite) == 0


def test_up_to_a_day_only_what_bears_it_is_counted_together_and_settled(
    on_sqlite: Instance, times: SettlingTimes, clock: Clock
) -> None:
    """As between midnight and the night: nine of yesterday are a group no more than one."""
    signed(on_sqlite, FEWEST - 1)
    signed(on_sqlite, FEWEST, on=NEXT_DAY)
    clock.pass_to_next(HOUR)
    times.do_what_is_due(MAY_DAY)
    before = count(on_sqlite, arrival, settled)
    signed(on_sqlite, 1)

    clock.pass_to_next(HOUR)
    times.do_what_is_due(MAY_DAY)

    assert (before, count(on_sqlite, arrival, settled)) == ((2 * FEWEST - 1, 0), (FEWEST, FEWEST))


def test_from_the_first_leader_on_settling_can_be_late(on_sqlite: Instance, times: SettlingTimes, clock: Clock) -> None:
    with reading(on_sqlite.engine) as connection:
        assert read_runs(connection)[Work.SETTLE].timestamp() == clock.now
    times.do_what_is_due()
    assert counted(on_sqlite) == 0
