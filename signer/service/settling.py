"""Times of settling: fixed ones, so that no settling tells when somebody signed.

Each full hour (`sequence_seconds`), and each full minute while the hour before brought a thousand; for each initiative
of which ten wait. What waits longer is settled by the night.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from signer.database import reading, writing
from signer.settings import Settings
from signer.statements.settle import FEWEST, count_waiting, empty_arrivals, settle
from signer.tallies.job_log import Work, note_run, read_runs

RUSH = 1_000
RUSH_SECONDS = 60


def stretch(seconds: int, clock: Callable[[], float] = time.time) -> int:
    """Return the number of the stretch of so many seconds that it is now, counted from 1970: restarts shift none."""
    return int(clock()) // seconds


class SettlingTimes:
    """Settles what is due, while this worker is the leader.

    A fixed time that came while nobody led, or that a fault spoiled, is made up for: at once, or at the next full
    minute. clock: seconds since 1970.
    """

    def __init__(self, engine: Engine, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._settings, self._clock = engine, settings, clock
        self._stretch, self._minute = self._now(settings.sequence_seconds), self._now(RUSH_SECONDS)
        self._spoiled_in = -1
        self._brought: Counter[int] = Counter()
        self._in_a_rush: set[int] = set()

    def begin_term(self) -> None:
        """Begin where the leader before has ended. Raises StoreUnavailable."""
        with reading(self._engine) as connection:
            last = read_runs(connection).get(Work.SETTLE)
        self._stretch, self._minute = self._now(self._settings.sequence_seconds), self._now(RUSH_SECONDS)
        self._brought.clear()
        self._in_a_rush.clear()
        if last:
            self._stretch = min(self._stretch, int(last.timestamp()) // self._settings.sequence_seconds)
        else:
            # From now on it can be seen to be late.
            self._note()

    def do_what_is_due(self, until: date = date.max) -> None:
        """Settle, if a fixed time has come since the last call, what bears a day up to `until`.

        Raises StoreUnavailable or MissingSecret.
        """
        now, minute = self._now(self._settings.sequence_seconds), self._now(RUSH_SECONDS)
        retry = self._now(min(RUSH_SECONDS, self._settings.sequence_seconds))
        if retry == self._spoiled_in:
            return
        # Until it is done.
        self._spoiled_in = retry
        if now != self._stretch:
            self._settle(lambda _: True, until)
            self._in_a_rush = {initiative for initiative, brought in self._brought.items() if brought >= RUSH}
            self._brought.clear()
            self._note()
        elif minute != self._minute and self._in_a_rush:
            self._settle(self._in_a_rush.__contains__, until)
        self._stretch, self._minute, self._spoiled_in = now, minute, -1

    def _settle(self, is_due: Callable[[int], bool], until: date) -> None:
        for initiative_id, count in count_waiting(self._engine, until=until).items():
            if count >= FEWEST and is_due(initiative_id):
                self._brought[initiative_id] += settle(self._engine, self._settings, initiative_id, until=until)
        empty_arrivals(self._engine)

    def _note(self) -> None:
        with writing(self._engine) as connection:
            note_run(connection, Work.SETTLE, at=datetime.fromtimestamp(self._clock(), UTC))

    def _now(self, seconds: int) -> int:
        return stretch(seconds, self._clock)
