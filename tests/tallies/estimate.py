"""Tries the estimate of persons: `python -m tests.tallies.estimate` prints the figures of docs/estimate.md.

The code is the service's; only the generator is another one, so that the same run gives the same figures again.
"""

import math
import random  # noqa: TID251 - a simulation, the same each time
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from unittest.mock import patch

from signer.scheme.load import load_scheme
from signer.tallies import sketch
from signer.tallies.persons import rounded
from signer.tallies.sketch import EMPTY, OF, TAKEN, Sketch, buckets_for

THRESHOLDS = load_scheme().thresholds(date(2021, 1, 7))
PLACES = ("MT", "DE")
"""The smallest and the largest threshold, of 705 seats."""
PERSONS = (500, 5_000, 70_000)
RUNS = 100
SEED = 2027


@dataclass(frozen=True)
class Trial:
    """What `runs` sketches into which `persons` have fallen said.

    expected: one standard error, as docs/estimate.md has it. found: the root of the mean square of what the estimates
    were off by; infinite if one of them was no number. published: the share of them that is certain enough.
    """

    buckets: int
    persons: int
    expected: float
    found: float
    published: float


@contextmanager
def seeded(seed: int) -> Iterator[random.Random]:
    """Let sketches be drawn by a generator that gives the same again, and give it."""
    chance = random.Random(seed)
    with patch.object(sketch, "secrets", _Secrets(chance)):
        yield chance


@contextmanager
def without_chance() -> Iterator[None]:
    """Let a bit be 1 where somebody has fallen and 0 elsewhere, so that what is lost shows."""
    with patch.multiple(sketch, EMPTY=0, TAKEN=OF):
        yield


def try_out(buckets: int, persons: int, runs: int, *, seed: int = SEED) -> Trial:
    """Let `persons` fall into `runs` new sketches."""
    with seeded(seed) as chance:
        estimates = [filled(buckets, persons, chance).estimate() for _ in range(runs)]
    off = [each.persons - persons if math.isfinite(each.error) else math.inf for each in estimates]
    found = math.sqrt(math.fsum(each * each for each in off) / runs)
    published = sum(rounded(each, persons) is not None for each in estimates) / runs
    return Trial(buckets, persons, standard_error(buckets, persons), found, published)


def filled(buckets: int, persons: int, chance: random.Random) -> Sketch:
    """Return a new sketch into which so many different persons have fallen, each once."""
    places = chance.choices(range(buckets), k=persons)
    return Sketch.new(buckets).with_persons(places)


def standard_error(buckets: int, persons: int) -> float:
    """Return one standard error of the estimate, in persons."""
    empty = (1 - 1 / buckets) ** persons
    ones = EMPTY / OF * empty + TAKEN / OF * (1 - empty)
    return math.sqrt(buckets * ones * (1 - ones)) / ((TAKEN - EMPTY) / OF * empty)


def row(persons: int, trials: Sequence[Trial]) -> str:
    """Return a row of the table in docs/estimate.md."""
    return " | ".join([f"| {persons:,}", *(cells(trial) for trial in trials)]) + " |"


def cells(trial: Trial) -> str:
    """Return what the table says of one place: the error by the formula, as found, and how often it is published."""
    found = f"{trial.found:,.0f}" if math.isfinite(trial.found) else "none"
    return f"{trial.expected:,.0f} ({trial.expected / trial.persons:.1%}) | {found} | {trial.published:.0%}"


class _Secrets:
    """The part of the module `secrets` that a sketch uses."""

    def __init__(self, chance: random.Random) -> None:
        self.randbits = chance.getrandbits
        self.randbelow = chance.randrange


def main(runs: int) -> None:
    """Print the table."""
    for persons in PERSONS:
        print(row(persons, [try_out(buckets_for(THRESHOLDS[code]), persons, runs) for code in PLACES]))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
