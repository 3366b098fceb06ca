"""The forecast says nothing too early, the same all day, and is right about as often as its page claims."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from signer.tallies.forecast import HELD, HELD_LATE, WEEK, Course, Forecast, forecast
from tests.tallies.backtest import (
    DAYS,
    EVERY,
    FIRST_SEED,
    INVENTED,
    STRETCHES,
    SURGE,
    Trial,
    invent,
    read_real,
    share_held,
    trials,
)

PAGE = Path(__file__).parents[2] / "docs" / "forecast.md"
EIGHT_IN_TEN = 0.8
SHORT_RUN, FEW_DRAWS, SELDOM = 24, 50, 90
"""Collections, draws, and days between two forecasts, so that a run takes seconds."""
LEVEL = 700
"""Statements a day, of two Member States together."""
STEADY = {"DE": Course([500] * 60, 67_680), "FR": Course([200] * 60, 55_695)}


def foresee(courses: Mapping[str, Course] = STEADY, *, days_left: int = 200, seed: int = 1) -> Forecast:
    """Return a forecast, of 60 steady days without other words."""
    found = forecast(courses, goal=150_000, needed=2, days_left=days_left, seed=seed, draws=300)
    assert found
    return found


@pytest.mark.parametrize("days", [0, 1, 6])
def test_it_says_nothing_with_less_than_seven_days(days: int) -> None:
    courses = {code: replace(course, daily=course.daily[:days]) for code, course in STEADY.items()}

    assert forecast(courses, goal=150_000, needed=2, days_left=200) is None


def test_it_speaks_on_the_eighth_day_and_not_where_nothing_came() -> None:
    week = {code: replace(course, daily=course.daily[:7]) for code, course in STEADY.items()}
    nothing = {code: replace(course, daily=[0] * 60) for code, course in STEADY.items()}

    assert forecast(week, goal=150_000, needed=2, days_left=200, draws=50)
    assert forecast(nothing, goal=150_000, needed=2, days_left=200, draws=50) is None


def test_the_same_day_gives_the_same_forecast_and_the_next_one_another() -> None:
    assert foresee(seed=739_000) == foresee(seed=739_000)
    assert foresee(seed=739_000) != foresee(seed=739_001)


def test_the_range_holds_what_is_received_already_and_is_in_order() -> None:
    found = foresee()

    for each in (found.received, found.valid, *(there.received for there in found.member_states.values())):
        assert each.low <= each.middle <= each.high
    assert found.received.low > LEVEL * 60
    assert found.received.low < LEVEL * 260 < found.received.high


def test_chances_are_shares_and_both_together_are_no_likelier_than_either() -> None:
    found = foresee()

    assert 0 < found.success <= min(found.goal, found.enough) <= 1


def test_a_doubt_about_fewer_days_is_narrower() -> None:
    def width(found: Forecast) -> float:
        return (found.received.high - found.received.low) / found.received.middle

    assert width(foresee(days_left=7)) < width(foresee(days_left=200))


def test_on_the_last_day_nothing_is_left_to_foresee() -> None:
    found = foresee(days_left=0)

    assert found.received.low == found.received.middle == found.received.high == LEVEL * 60
    assert {there.a_day for there in found.member_states.values()} == {None}


def test_repeats_and_invalid_ones_come_off_and_paper_counts_once() -> None:
    """Of 100 statements online a fifth are repeats; of what is left, and of 50 on paper, a tenth is invalid."""
    course = Course([100], 1_000, paper=50, repeat_share=0.2, invalid_share=0.1)

    assert course.valid(100) == pytest.approx((80 + 50) * 0.9)


def test_what_is_needed_each_day_reaches_the_threshold_and_no_day_less_would() -> None:
    course = Course([10] * 30, 1_000, paper=20, repeat_share=0.1, invalid_share=0.106)
    found = forecast({"MT": course}, goal=10**6, needed=1, days_left=100, draws=20)
    assert found
    a_day = found.member_states["MT"].a_day

    assert a_day
    assert course.valid(300 + 100 * a_day) >= 1_000 > course.valid(300 + 100 * (a_day - 1))


def test_a_member_state_that_has_enough_needs_nothing() -> None:
    reached = STEADY | {"MT": Course([100] * 60, 4_230)}

    assert foresee(reached).member_states["MT"].a_day == 0


def test_a_goal_that_is_reached_is_in_no_days_and_an_unreachable_one_in_none() -> None:
    assert forecast(STEADY, goal=40_000, needed=1, days_left=9, draws=20).goal_in_days == 0  # type: ignore[union-attr]
    assert forecast(STEADY, goal=10**8, needed=1, days_left=9, draws=20).goal_in_days is None  # type: ignore[union-attr]


def test_the_range_of_eight_in_ten_holds_about_eight_in_ten_as_the_page_says() -> None:
    """Forecasts of one collection hang together: of two dozen the share is known to about a fifteenth."""
    tried = [
        trial
        for seed in range(FIRST_SEED, FIRST_SEED + SHORT_RUN)
        for trial in trials(invent(seed), seed=seed, draws=FEW_DRAWS, every=SELDOM)
    ]

    number, held, above = of_page(f"{INVENTED} invented", "all")
    assert number == INVENTED * len(range(WEEK, DAYS - WEEK, EVERY))
    assert share_held(tried) == pytest.approx(held, abs=0.1)
    assert share_above(tried) == pytest.approx(above, abs=0.08)
    assert held == pytest.approx(EIGHT_IN_TEN, abs=0.05)


@pytest.mark.long
def test_the_page_has_what_the_whole_run_finds() -> None:
    tried = [trial for seed in range(FIRST_SEED, FIRST_SEED + INVENTED) for trial in trials(invent(seed), seed=seed)]

    assert of_page(f"{INVENTED} invented", "all") == (
        len(tried),
        pytest.approx(share_held(tried), abs=0.005),
        pytest.approx(share_above(tried), abs=0.005),
    )
    for name, (least, most) in STRETCHES.items():
        looked = [trial for trial in tried if least <= trial.left <= most]
        assert of_page("", name) == (
            len(looked),
            pytest.approx(share_held(looked), abs=0.005),
            pytest.approx(share_above(looked), abs=0.005),
        )


@pytest.mark.long
def test_the_page_tells_how_the_real_collection_went() -> None:
    """Its surge is what no forecast from counts can see; the page must not hide it."""
    for collection, name in ((read_real(SURGE), "real, until its surge of June 2025"), (read_real(), "real")):
        tried = list(trials(collection))
        number, held, above = of_page(name, "all")
        assert len(tried) == number
        assert share_held(tried) == pytest.approx(held, abs=0.005)
        assert share_above(tried) == pytest.approx(above, abs=0.005)


def test_what_organisers_are_told_of_the_trials_is_what_the_page_has() -> None:
    assert of_page(f"{INVENTED} invented", "all")[1] == HELD
    # The table leaves the name of the collections out where it is that of the row before.
    assert of_page("", "two months or less")[1] == HELD_LATE


def share_above(tried: list[Trial]) -> float:
    """How often more came than the range says."""
    return sum(trial.came > trial.high for trial in tried) / len(tried)


def of_page(collections: str, left: str) -> tuple[int, float, float]:
    """Forecasts, share held, share above, as the page's table has them."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.read_text(encoding="utf-8").splitlines()]
    (found,) = [row for row in rows if row[:2] == [collections, left]]
    number, held, above = (re.sub(r"[^0-9.]", "", cell) for cell in found[2:])
    return int(number), int(held) / 100, int(above) / 100
