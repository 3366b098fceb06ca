"""Difficulty of the human check: more, the more people or robots come at once, before anybody is refused.

Each process counts the checks that it gives, smoothed over half a minute. Counting needs no database, no address and
no agreement among processes: a proxy spreads the requests evenly enough. Challenges and waiting tokens are counted
apart: few people run no script, so that many of them at once are robots, which must not make the others' work harder.
"""

import math
import threading
import time
from collections.abc import Callable

from signer.human_check.surge import Mode

WORK = 50_000
"""Hashes at most, half of that on average: about a second on a cheap phone, while its owner types."""
HARDEST = 16
"""How many times the work is asked for at most: a cheap phone takes a quarter of a minute, its owner types longer."""
WAIT_SECONDS = 5
"""How long a browser without JavaScript waits."""
LONGEST_WAIT = 6
"""How many times the waiting is asked for at most: half a minute is what a patient person bears."""
EASY_CHALLENGES, EASY_WAITS = 20.0, 2.0
"""Challenges and waiting tokens in a second up to which one process asks no more than that."""
HALF_LIFE_SECONDS = 20.0


class Load:
    """Checks in a second that this process gives, smoothed.

    clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._rate, self._at = 0.0, clock()

    def note(self) -> None:
        """Count one check."""
        with self._lock:
            self._rate = self._decayed() + math.log(2) / HALF_LIFE_SECONDS
            self._at = self._clock()

    def per_second(self) -> float:
        """Return the rate now."""
        with self._lock:
            return self._decayed()

    def _decayed(self) -> float:
        # Each check weighs ln 2 / half-life at first, so that a steady r in a second adds up to r.
        return self._rate * math.exp2((self._at - self._clock()) / HALF_LIFE_SECONDS)


def work_for(challenges_per_second: float, mode: Mode) -> int:
    """Return how many hashes the next challenge takes at most."""
    return round(WORK * _factor(challenges_per_second / EASY_CHALLENGES, mode, HARDEST))


def wait_for(waits_per_second: float, mode: Mode) -> int:
    """Return after how many seconds the next waiting token counts."""
    return math.ceil(WAIT_SECONDS * _factor(waits_per_second / EASY_WAITS, mode, LONGEST_WAIT))


def is_surging(challenges_per_second: float, mode: Mode) -> bool:
    """Return whether what is dear should be spared: told so, or challenges are asked for twice as fast as is easy."""
    return _factor(challenges_per_second / EASY_CHALLENGES, mode, HARDEST) >= 2  # noqa: PLR2004 - as the docstring says


def _factor(rush: float, mode: Mode, most: int) -> float:
    """Return how many times the least is asked for: the most if the operator says so, else as large as the rush is."""
    if mode is Mode.AUTO:
        return min(max(rush, 1.0), most)
    return float(most) if mode is Mode.ON else 1.0
