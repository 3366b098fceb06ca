"""Tries the forecast on collections whose end is known: `python -m tests.tallies.backtest` prints how often it held.

One collection is real (series/README.md), and a hard one: two hundred days of quiet, then nine hundred thousand
statements in three weeks. The others are invented by a process that knows nothing of the model: a launch that fades,
a level, echoes in the press that come at random and fade too, a last spurt, weekends, chance.
"""

import csv
import math
import random  # noqa: TID251 - invented, and the same each time
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from signer.scheme.load import load_scheme
from signer.tallies.forecast import WEEK, Course, forecast

SERIES = Path(__file__).with_name("series")
REAL = SERIES / "eci-2024-000007.csv"
SURGE = date(2025, 6, 20)
"""From then on well-known people spoke of the real one, and each day brought what a month had brought before."""
THRESHOLDS = load_scheme().thresholds(date(2024, 6, 19))
INVENTED, FIRST_SEED = 60, 100
DAYS = 365
EVERY = 14
"""Days between the days on which a forecast is made."""
STRETCHES = {"more than half a year": (183, 999), "two months to half a year": (61, 182), "two months or less": (1, 60)}
"""Days left when the forecast is made."""


Collection = Mapping[str, Sequence[int]]
"""Member State to statements of each day."""


def read_real(before: date = date.max) -> Collection:
    """Return the real collection day by day; between two captures of the page it went on evenly.

    before: what came from this day on is left out, as if the collection had ended.
    """
    with REAL.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if date.fromisoformat(row["day"]) < before]
    days = [date.fromisoformat(row["day"]) for row in rows]
    return {code: _daily(days, [int(row[code]) for row in rows]) for code in rows[0] if code != "day"}


def _daily(days: Sequence[date], totals: Sequence[int]) -> list[int]:
    daily = [totals[0]]
    for (before, earlier), (after, later) in pairwise(zip(days, totals, strict=True)):
        gap = (after - before).days
        shares = [earlier + (later - earlier) * day // gap for day in range(gap + 1)]
        daily += [second - first for first, second in pairwise(shares)]
    return daily


def invent(seed: int) -> Collection:
    """Return an invented collection of a year."""
    chance = random.Random(seed)
    launch, level = chance.lognormvariate(7.5, 1.3), chance.lognormvariate(4.5, 1.2)
    fade = chance.uniform(2, 20)
    echoes = _echoes(chance, level)
    spurt, spurt_days = chance.uniform(1, 3), chance.randint(7, 28)
    weights = {code: threshold * chance.lognormvariate(0, 1) for code, threshold in THRESHOLDS.items()}
    total = sum(weights.values())
    courses: dict[str, list[int]] = {code: [] for code in weights}
    for day in range(DAYS):
        rate = launch * math.exp(-day / fade) + level * math.exp(-day / 400) + echoes[day]
        rate *= 0.8 if day % WEEK in {5, 6} else 1.08
        rate *= spurt if day >= DAYS - spurt_days else 1.0
        rate *= chance.lognormvariate(0, 0.25)
        for code, weight in weights.items():
            courses[code].append(_poisson(chance, rate * weight / total))
    return courses


def _echoes(chance: random.Random, level: float) -> list[float]:
    heard = [0.0] * DAYS
    day = chance.expovariate(1 / 45)
    while day < DAYS:
        size, lasts = level * chance.lognormvariate(1.2, 1.1), chance.uniform(1.5, 8)
        for later in range(int(day), DAYS):
            heard[later] += size * math.exp(-(later - day) / lasts)
        day += chance.expovariate(1 / 45)
    return heard


def _poisson(chance: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


@dataclass(frozen=True)
class Trial:
    """One forecast of the statements received at the end, and what came. left: days that were left."""

    left: int
    low: int
    high: int
    came: int

    @property
    def held(self) -> bool:
        """What came lies within the range."""
        return self.low <= self.came <= self.high


def trials(collection: Collection, *, seed: int = 0, draws: int = 300, every: int = EVERY) -> Iterator[Trial]:
    """Make a forecast `every` so many days."""
    days = len(next(iter(collection.values())))
    came = sum(sum(daily) for daily in collection.values())
    for made in range(WEEK, days - WEEK, every):
        courses = {code: Course(daily[:made], THRESHOLDS[code]) for code, daily in collection.items()}
        found = forecast(courses, goal=1_000_000, needed=7, days_left=days - made, seed=seed, draws=draws)
        assert found is not None
        yield Trial(days - made, found.received.low, found.received.high, came)


def share_held(found: Sequence[Trial]) -> float:
    """Return how often the range held."""
    return sum(trial.held for trial in found) / len(found)


def main(count: int) -> None:
    """Print the figures of docs/forecast.md."""
    # Others than those by which the model's numbers were chosen.
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    tried = {
        f"{count} invented": [trial for seed in seeds for trial in trials(invent(seed), seed=seed)],
        "real, until the surge": list(trials(read_real(SURGE))),
        "real": list(trials(read_real())),
    }
    for name, found in tried.items():
        for stretch, (least, most) in {"all": (1, 999), **STRETCHES}.items():
            looked = [trial for trial in found if least <= trial.left <= most]
            if not looked:
                continue
            above = sum(trial.came > trial.high for trial in looked) / len(looked)
            print(  # noqa: T201 - a command
                f"{name}, {stretch}: {len(looked)} forecasts, held {share_held(looked):.0%}, more came {above:.0%}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else INVENTED)
