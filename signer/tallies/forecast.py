"""Where a collection will stand at its end: its last weeks, drawn on a thousand times with all the doubts about them.

The model in two sentences. A collection has a level, which changes slowly, and bursts above it (its start, echoes in
the press), which fade within weeks and come at random, a few of them very large. Of what comes together, repeats and
invalid statements are taken off; the middle of all draws is told, and the range of eight in ten of them.

`docs/forecast.md` says where the numbers come from and how often the range held. Nothing here reads a clock or a
database.
"""

import math
import random  # noqa: TID251 - a simulation, which must give the same again; nothing secret comes of it
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

FEWEST_DAYS = 7
"""With less, nothing is said."""
WEEK = 7
DRAWS = 1000
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
HELD, HELD_LATE = 0.81, 0.68
"""How often the range held in the back-test of `docs/forecast.md`: in all, and in the last two months."""

WEEKS_OF_LEVEL, WEEKS_OF_SHARES = 10, 4
LEVEL_UNKNOWN = 0.5
"""Standard deviation of the logarithm of the level, as the last weeks show it; twice as much in the first month."""
LEVEL_DRIFT, LEVEL_STEP = -0.03, 0.13
"""How the logarithm of the level changes in a week: on average, and its standard deviation."""
FIRST_FALL = (1.6, 0.8)
"""In the first month the level is not seen yet: below the last week's number by so much, mean and deviation (log)."""
FADES_IN_WEEKS = (0.4, 2.5)
"""Between these a burst falls to a third."""
BURST_CHANCE = 0.12
"""That another one begins in a week."""
BURST_SIZE, BURST_SPREAD = 0.3, 1.6
"""Its first week over the level: mean and standard deviation of the logarithm."""
WEEK_NOISE = 0.35
LAST_WEEKS_BRING = (1.0, 2.4)
"""The last three weeks bring between these many times as much, since people are reminded."""
LAST_WEEKS = 3
OWN_STEP, OWN_UNKNOWN = 0.08, 0.25
"""How a Member State departs from the others: by week, and at once."""
FEWEST_A_WEEK = 0.05
"""Statements of a Member State that has given none."""


@dataclass(frozen=True)
class Course:
    """What one Member State has given so far, and what is expected of it.

    daily: statements received online on each day, from the first of the collection to the last that is over.
    paper: statements on paper. repeat_share: of those online. invalid_share: of what is left of them, and of paper.
    """

    daily: Sequence[int]
    threshold: int
    paper: int = 0
    repeat_share: float = 0.0
    invalid_share: float = 0.0

    def valid(self, online: float) -> float:
        """Return how many valid statements `online` statements and the paper are expected to give."""
        return online * self.each + self.paper * (1 - self.invalid_share)

    @property
    def each(self) -> float:
        """How many valid statements one received online is expected to give."""
        return (1 - self.repeat_share) * (1 - self.invalid_share)


@dataclass(frozen=True)
class Range:
    """Eight draws in ten end between low and high, half of them below middle."""

    low: int
    middle: int
    high: int


@dataclass(frozen=True)
class Outlook:
    """One Member State at the end. reached: chance, from 0 to 1, that its valid statements reach the threshold.

    a_day: statements needed each day from now on so that the valid ones do; 0 if they do already, None on the last day.
    """

    received: Range
    reached: float
    a_day: int | None


@dataclass(frozen=True)
class Forecast:
    """The collection at its end. received, valid: of all Member States. goal, enough, success: chances from 0 to 1.

    goal: that the valid statements reach the goal. enough: that enough Member States reach their threshold.
    success: both. goal_in_days: days until half of the draws have reached the goal; None if they do not.
    """

    received: Range
    valid: Range
    goal: float
    enough: float
    success: float
    goal_in_days: int | None
    member_states: Mapping[str, Outlook]


def forecast(
    courses: Mapping[str, Course], *, goal: int, needed: int, days_left: int, seed: int = 0, draws: int = DRAWS
) -> Forecast | None:
    """Return what to expect; None with less than seven days of data, or nothing received.

    courses: by Member State, all as long as each other. needed: Member States that must reach their threshold.
    days_left: days of collection that are not over yet. seed: the same one gives the same forecast.
    """
    together = [sum(day) for day in zip(*(course.daily for course in courses.values()), strict=True)]
    if len(together) < FEWEST_DAYS or not sum(together):
        return None
    chance = random.Random(seed)  # noqa: S311 - a simulation
    shares = _shares(courses)
    runs = [_run(courses, shares, _path(_weeks(together), days_left, chance), chance) for _ in range(draws)]
    return _summary(courses, runs, goal=goal, needed=needed, days_left=days_left)


def needed_a_day(lacking: float, *, each: float, days_left: int) -> int | None:
    """Return how many statements each day bring the valid ones that are lacking.

    each: how many valid ones one statement is expected to be. 0 if nothing is lacking; None if no day is left.
    """
    if lacking <= 0:
        return 0
    return math.ceil(lacking / each / days_left) if days_left > 0 else None


@dataclass(frozen=True)
class _Run:
    """One draw: statements received by each Member State at the end, and all valid ones after each week."""

    received: Mapping[str, float]
    valid_by_week: Sequence[float]


def _path(weeks: Sequence[int], days_left: int, chance: random.Random) -> list[float]:
    """Draw what all Member States together give in each week that is left; the last one may be short."""
    last = max(float(weeks[-1]), FEWEST_A_WEEK)
    if len(weeks) < LAST_WEEKS + 1:
        level = math.log(last) - max(0.0, chance.gauss(*FIRST_FALL))
    else:
        level = math.log(max(FEWEST_A_WEEK, median(weeks[-WEEKS_OF_LEVEL:])))
        # The last two weeks show best where it is now, unless they are a burst.
        level = 0.5 * level + 0.5 * min(level + 1, math.log(max(FEWEST_A_WEEK, min(weeks[-2:]))))
        level += chance.gauss(0, LEVEL_UNKNOWN)
    fades = math.exp(-1 / chance.uniform(*FADES_IN_WEEKS))
    burst = max(0.0, last - math.exp(level))
    reminded = chance.uniform(*LAST_WEEKS_BRING)
    path: list[float] = []
    count = math.ceil(days_left / WEEK)
    for week in range(count):
        level += chance.gauss(LEVEL_DRIFT, LEVEL_STEP)
        burst *= fades
        if chance.random() < BURST_CHANCE:
            burst += math.exp(level + chance.gauss(BURST_SIZE, BURST_SPREAD))
        number = (math.exp(level) + burst) * math.exp(chance.gauss(0, WEEK_NOISE))
        part = min(1.0, (days_left - WEEK * week) / WEEK)
        path.append(number * part * (reminded if week >= count - LAST_WEEKS else 1.0))
    return path


def _run(
    courses: Mapping[str, Course], shares: Mapping[str, float], path: Sequence[float], chance: random.Random
) -> _Run:
    own = {}
    for code, share in shares.items():
        spread = math.hypot(OWN_UNKNOWN, OWN_STEP * math.sqrt(len(path)))
        own[code] = share * math.exp(chance.gauss(0, spread))
    whole = sum(own.values())
    own = {code: part / whole for code, part in own.items()}
    coming = sum(path)
    received = {code: sum(course.daily) + own[code] * coming for code, course in courses.items()}
    valid = sum(course.valid(sum(course.daily)) for course in courses.values())
    a_statement = sum(own[code] * course.each for code, course in courses.items())
    by_week = [valid]
    for number in path:
        by_week.append(by_week[-1] + number * a_statement)
    return _Run(received, by_week)


def _shares(courses: Mapping[str, Course]) -> Mapping[str, float]:
    """Return what part of all statements each Member State has given lately."""
    lately = {code: sum(course.daily[-WEEK * WEEKS_OF_SHARES :]) + FEWEST_A_WEEK for code, course in courses.items()}
    whole = sum(lately.values())
    return {code: number / whole for code, number in lately.items()}


def _weeks(daily: Sequence[int]) -> list[int]:
    """Return the sums of the full weeks that end with the last day, the oldest first."""
    ends = range(len(daily), WEEK - 1, -WEEK)
    return [sum(daily[end - WEEK : end]) for end in reversed(ends)]


def _summary(
    courses: Mapping[str, Course], runs: Sequence[_Run], *, goal: int, needed: int, days_left: int
) -> Forecast:
    reached = [
        {code for code, course in courses.items() if course.valid(run.received[code]) >= course.threshold}
        for run in runs
    ]
    at_goal = [run.valid_by_week[-1] >= goal for run in runs]
    enough = [len(found) >= needed for found in reached]
    return Forecast(
        received=_range([sum(run.received.values()) for run in runs]),
        valid=_range([run.valid_by_week[-1] for run in runs]),
        goal=fmean(at_goal),
        enough=fmean(enough),
        success=fmean(first and second for first, second in zip(at_goal, enough, strict=True)),
        goal_in_days=_days_to_goal(runs, goal, days_left),
        member_states={
            code: Outlook(
                received=_range([run.received[code] for run in runs]),
                reached=fmean(code in found for found in reached),
                a_day=_a_day(course, days_left),
            )
            for code, course in courses.items()
        },
    )


def _range(values: Sequence[float]) -> Range:
    ordered = sorted(values)
    low, middle, high = (
        round(ordered[min(int(share * len(ordered)), len(ordered) - 1)]) for share in (LOW, MIDDLE, HIGH)
    )
    return Range(low, middle, high)


def _days_to_goal(runs: Sequence[_Run], goal: int, days_left: int) -> int | None:
    for week in range(len(runs[0].valid_by_week)):
        if fmean(run.valid_by_week[week] >= goal for run in runs) >= MIDDLE:
            return min(WEEK * week, days_left)
    return None


def _a_day(course: Course, days_left: int) -> int | None:
    lacking = course.threshold - course.valid(sum(course.daily))
    return needed_a_day(lacking, each=course.each, days_left=days_left)
