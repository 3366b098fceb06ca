"""Where the strokes of the charts lie."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signer.scheme.load import load_scheme
from signer.tallies.forecast import Range
from signer.tallies.history import Day
from signer.tallies.overview import MemberStateFigures
from signer.tallies.planning import Event
from signer.web.console.numbers_charts import (
    BAR_LENGTH,
    NARROW,
    TILES,
    WIDE,
    draw_bar,
    draw_daily,
    draw_running,
    draw_tiles,
)
from tests.acts import MAY_DAY
from tests.lengths import examples

ABSOLUTE = re.compile(r"[MLV](-?[0-9.]+)(?: (-?[0-9.]+))?")
NUMBERS = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=500)


def days_of(numbers: list[tuple[int, int]]) -> list[Day]:
    """Days from May Day on. numbers: what came on each online and on paper."""
    found: list[Day] = []
    online = paper = 0
    for after, (received, on_paper) in enumerate(numbers):
        online, paper = online + received, paper + on_paper
        found.append(Day(MAY_DAY + timedelta(days=after), received, on_paper, online, paper))
    return found


def event(after: int) -> Event:
    """An event so many days after May Day."""
    return Event(after, MAY_DAY + timedelta(days=after), "something")


def figures(received: int, paper: int = 0) -> MemberStateFigures:
    """A Member State with a threshold of 1,000."""
    return MemberStateFigures("MT", 1000, received, paper, 0.0, 0.1, 0.15)


@settings(max_examples=examples(40))
@given(NUMBERS, st.sampled_from([WIDE, NARROW]), st.integers(0, 10**7))
def test_whatever_the_numbers_nothing_is_drawn_outside(numbers: list[tuple[int, int]], size: object, more: int) -> None:
    days = days_of(numbers)
    now = days[-1].collected_so_far
    events = [event(after) for after in range(-2, 40, 3)]

    daily = draw_daily(days, events, size, "en")  # type: ignore[arg-type]
    running = draw_running(
        days,
        events,
        size,  # type: ignore[arg-type]
        "en",
        goal=10**6,
        until=days[-1].on + timedelta(days=100),
        at_end=Range(now, now + more // 2, now + more),
    )

    for path in (daily.online, daily.paper, running.online, running.paper, running.line, running.cone, running.middle):
        for first, second in ABSOLUTE.findall(path):
            x, y = (float(first), float(second)) if second else (0.0, float(first))
            assert -0.1 <= x <= daily.axes.size.width + 0.1
            assert 0 <= y <= daily.axes.size.height
    for axes in (daily.axes, running.axes):
        assert len(axes.rows) in range(1, 6)
        assert {flag.number for flag in axes.flags} <= set(range(1, len(events) + 1))


def test_a_bar_is_as_high_as_its_number() -> None:
    chart = draw_daily(days_of([(100, 0), (50, 50), (0, 0)]), [], WIDE, "en")

    (_, first), (_, second) = ((start, end) for start, end in re.findall(r"M([0-9.]+) [0-9]+V([0-9.]+)", chart.online))
    ground = chart.axes.bottom
    assert ground - float(second) == pytest.approx((ground - float(first)) / 2, abs=0.1)
    # What came on paper stands on it, up to the height of the first.
    (top,) = re.findall(r"M[0-9.]+ [0-9.]+V([0-9.]+)h", chart.paper)
    assert float(top) == pytest.approx(float(first), abs=0.1)


def test_a_parcel_of_paper_does_not_press_the_other_days_to_the_ground() -> None:
    """Forms come by the thousand; the bars of the days must stay to be seen."""
    chart = draw_daily(days_of([(100, 0), (80, 40_000)]), [], WIDE, "en")

    assert chart.cut.count("M") == 1
    assert chart.axes.rows[-1].label == "100"


def test_events_that_lie_close_have_flags_beside_each_other() -> None:
    days = days_of([(1, 0)] * 300)

    flags = draw_daily(days, [event(10), event(11), event(200), event(900)], WIDE, "en").axes.flags

    assert [(flag.number, flag.y) for flag in flags] == [(1, 0), (2, 20), (3, 0)]


def test_the_axis_of_time_names_months_or_weeks_as_far_as_there_is_room() -> None:
    year = draw_daily(days_of([(1, 0)] * 365), [], WIDE, "en").axes.columns
    month = draw_daily(days_of([(1, 0)] * 30), [], WIDE, "en").axes.columns
    phone = draw_daily(days_of([(1, 0)] * 365), [], NARROW, "en").axes.columns

    assert [tick.label for tick in year][:3] == ["May", "Jun", "Jul"]
    assert "Jan 2028" in [tick.label for tick in year]
    assert [tick.label for tick in month] == ["3 May", "10 May", "17 May", "24 May"]
    assert len(phone) == len(year)
    assert 3 <= len([tick for tick in phone if tick.label]) < len(phone)


def test_the_goal_is_drawn_where_it_is_in_sight() -> None:
    def goal_with(number: int) -> float | None:
        days = days_of([(number, 0)])
        return draw_running(days, [], WIDE, "en", goal=1_000_000, until=MAY_DAY, at_end=None).goal

    assert goal_with(10) is None
    assert goal_with(500_000) is not None


def test_the_bar_of_a_member_state_ends_at_half_as_much_again_as_its_threshold() -> None:
    half, paper, beyond = draw_bar(figures(500)), draw_bar(figures(500, 500)), draw_bar(figures(2_000, 500))

    assert (half.online, half.paper, half.likely) == (60, 0, 54)
    assert (paper.online, paper.paper) == (60, 60)
    assert (beyond.online, beyond.paper, beyond.is_cut) == (BAR_LENGTH, 0, True)


def test_the_map_has_a_tile_of_its_own_for_every_member_state() -> None:
    assert set(TILES) == set(load_scheme("eu").forms)
    assert max(Counter(TILES.values()).values()) == 1
    assert [tile.step for tile in draw_tiles([figures(0), figures(199), figures(999), figures(1_000)])] == [0, 0, 4, 5]


def test_nothing_received_makes_empty_charts_and_no_fault() -> None:
    days = days_of([(0, 0)] * 3)

    assert draw_daily(days, [], WIDE, "en").online == ""
    assert draw_running(days, [], NARROW, "en", goal=10, until=date(2028, 1, 31), at_end=None).cone == ""
