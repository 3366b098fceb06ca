"""Surge mode: what the operator says about a rush, and how running workers come to know it.

One word in a file of the instance folder: it can be said and heard while the database is busy or down. Several machines
have an instance folder each.
"""

import threading
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

FILE = "surge"
FRESH_SECONDS = 2.0


class Mode(StrEnum):
    """on: as in the worst rush. off: as on a quiet day. auto: as the counters say; what holds without the file."""

    ON = "on"
    OFF = "off"
    AUTO = "auto"


def read_mode(instance: Path) -> Mode:
    """Return the mode of the instance in the folder; AUTO if none is written, or nothing that can be read."""
    try:
        return Mode((instance / FILE).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return Mode.AUTO


def write_mode(instance: Path, mode: Mode) -> None:
    """Write the mode; running workers follow within seconds. Raises OSError."""
    # In one piece: a worker that reads meanwhile finds the old word or the new one.
    new = instance / f"{FILE}.new"
    new.write_text(f"{mode}\n", encoding="ascii")
    new.replace(instance / FILE)


class Switch:
    """The mode as a running process sees it, at most a few seconds old."""

    def __init__(self, instance: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._instance, self._clock, self._lock = instance, clock, threading.Lock()
        self._mode, self._read_at = Mode.AUTO, float("-inf")

    def mode(self) -> Mode:
        """Return the mode."""
        if self._clock() - self._read_at >= FRESH_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._mode, self._read_at = read_mode(self._instance), self._clock()
            finally:
                self._lock.release()
        return self._mode
