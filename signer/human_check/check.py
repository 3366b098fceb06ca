"""The human check: a browser's work or, without JavaScript, some seconds of patience; each counts for one statement.

Nothing here is kept. That a check counts once is seen to by the store, in the commit that writes the statement.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from signer.human_check.challenges import Challenges
from signer.human_check.difficulty import Load, is_surging, wait_for, work_for
from signer.human_check.refusals import CheckRefused, NotChecked
from signer.human_check.surge import Mode, Switch
from signer.human_check.waiting import WaitingTokens
from signer.settings import Settings

HUMAN_CHECK_KEY = "human-check-key"
"""Name of the secret that signs challenges and waiting tokens."""


@dataclass(frozen=True)
class Waiting:
    """A waiting token, and after how many seconds it counts."""

    token: str
    seconds: int


class HumanCheck:
    """What the pages ask; one for each process.

    mode: what the operator says about a rush.
    clock: seconds since 1970.
    """

    def __init__(self, key: bytes, mode: Callable[[], Mode], clock: Callable[[], float] = time.time) -> None:
        self._challenges, self._waiting = Challenges(key, clock), WaitingTokens(key, clock)
        self._mode, self._solving, self._patience = mode, Load(), Load()

    def challenge(self) -> Mapping[str, Any]:
        """Return a new challenge, as hard as the rush is large."""
        self._solving.note()
        return self._challenges.issue(work_for(self._solving.per_second(), self._mode()))

    def ask_to_wait(self) -> Waiting:
        """Return a new waiting token; the waiting grows with the rush."""
        self._patience.note()
        seconds = wait_for(self._patience.per_second(), self._mode())
        return Waiting(self._waiting.issue(seconds), seconds)

    def admit(self, *, solution: str, waiting: str) -> bytes:
        """Return the 16 bytes that name the check that was passed. Raises CheckRefused.

        solution, waiting: what came with the form, empty if nothing did; either is enough.
        """
        if not (solution or waiting):
            raise NotChecked("neither a solution nor a waiting token came")
        try:
            return self._challenges.read(solution) if solution else self._waiting.read(waiting)
        except CheckRefused:
            if not (solution and waiting):
                raise
            # The page's script gave up or was too late, and the person waited.
            return self._waiting.read(waiting)

    def per_second(self) -> float:
        """Return how many checks this process gives in a second, smoothed."""
        return self._solving.per_second() + self._patience.per_second()

    def is_surging(self) -> bool:
        """Return whether what is dear should be spared now."""
        return is_surging(self._solving.per_second(), self._mode())


def open_human_check(settings: Settings) -> HumanCheck:
    """Return the human check of an instance. Raises MissingSecret."""
    return HumanCheck(settings.secret(HUMAN_CHECK_KEY), Switch(settings.instance).mode)
