"""A clock that the tests move, and a human check that goes by it."""

import pytest

from signer.human_check.check import HumanCheck
from signer.human_check.surge import Mode

KEY = bytes(range(32))


class Clock:
    """Tells the seconds that the test sets."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the machine too, since the library looks at that one."""
    moved = Clock(1_800_000_000.0)
    monkeypatch.setattr("altcha.v2.time.time", moved)
    return moved


@pytest.fixture
def check(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> HumanCheck:
    """A human check that asks for little work, and for five seconds of waiting."""
    monkeypatch.setattr("signer.human_check.difficulty.WORK", 50)
    return HumanCheck(KEY, mode=lambda: Mode.OFF, clock=clock)
