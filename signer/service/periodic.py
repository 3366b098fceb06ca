"""Periodic jobs: settling at fixed times, the night, forecasts, and emptying SQLite's write-ahead log.

They run in a thread of one worker, its leader: elected by a lock that the database or the file system lets go of when
the worker dies; another worker then takes over within seconds. The partners' tens in its own memory each worker writes
by itself, at the times of settling.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from signer.database import Lock, StoreUnavailable, elected, reading, writing
from signer.days import BRUSSELS
from signer.errors import SignerError
from signer.retention.journal import journal_of, note_night
from signer.service.night import run_night
from signer.service.service import Service
from signer.service.settling import SettlingTimes, stretch
from signer.storage import empty_write_ahead_log
from signer.tallies.daily_forecast import foresee, keep_forecast
from signer.tallies.job_log import Work, note_run, read_runs

TICK_SECONDS, NOTE_SECONDS = 1.0, 15.0
"""How often it is looked what is due, and noted that there is a leader; what watches that is alarmed after minutes."""
RETRY_SECONDS = 3.0
NIGHT_BEGINS = time_of_day(0, 10)
"""In Brussels: requests that were under way at midnight have ended, and clocks may differ."""
NIGHT_RETRY_SECONDS = 60.0

logger = logging.getLogger(__name__)


def start_periodic(service: Service, stopped: threading.Event | None = None) -> threading.Thread:
    """Start the thread of this process and return it; it stands for election until `stopped` is set."""
    arguments = (service, stopped or threading.Event())
    thread = threading.Thread(target=_run, args=arguments, name="periodic", daemon=True)
    thread.start()
    return thread


def _run(service: Service, stopped: threading.Event) -> None:
    own = _OwnWork(service)
    duties = _Duties(service, own)
    while not stopped.is_set():
        try:
            own.do_what_is_due()
            with elected(service.engine, Lock.PERIODIC) as require_still:
                if require_still:
                    _serve_the_term(service, duties, require_still, stopped)
        except SignerError as error:
            # A database that is away or a secret that cannot be read for a moment must not end it for good.
            logger.warning("periodic work waits: %s", error)
        stopped.wait(RETRY_SECONDS)


def _serve_the_term(
    service: Service, duties: "_Duties", require_still: Callable[[], object], stopped: threading.Event
) -> None:
    duties.begin_term()
    with _noted_as_leader(service):
        while not stopped.wait(TICK_SECONDS):
            require_still()
            duties.do_what_is_due()


class _OwnWork:
    """What every worker does for itself, at fixed times: partners' tens in its memory, its machine's journal.

    Tens written at once when one is full would tell in which seconds its last statement came; a journal without a line
    for the night would tell by its newest line that somebody has erased since.
    """

    def __init__(self, service: Service) -> None:
        self._service, self._written_in = service, stretch(service.settings.sequence_seconds)
        self._day, self._try_at = service.today(), float("-inf")

    def do_what_is_due(self) -> None:
        if (today := self._service.today()) != self._day and time.monotonic() >= self._try_at:
            try:
                note_night(journal_of(self._service.settings), on=today)
            except StoreUnavailable as error:
                # Nobody can erase here until it is mended; that is no reason to count nobody.
                logger.warning("the night has no line yet: %s", error)
                self._try_at = time.monotonic() + NIGHT_RETRY_SECONDS
            else:
                self._day = today
        if (now := stretch(self._service.settings.sequence_seconds)) != self._written_in:
            self._service.partner_tens.write(on=self._service.today())
            self._written_in = now


@contextmanager
def _noted_as_leader(service: Service) -> Iterator[None]:
    """Note every few seconds while the block runs that there is a leader, however long one piece of its work takes."""
    ended = threading.Event()

    def go_on() -> None:
        while True:
            with suppress(StoreUnavailable):
                _note(service, Work.LEADER, datetime.now(UTC))
            if ended.wait(NOTE_SECONDS):
                return

    thread = threading.Thread(target=go_on, name="leader", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class _Nights:
    """Runs the night, and what belongs to each day, once a day; one that was missed, as soon as somebody can."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._try_at, self._tried_on, self._done_on = float("-inf"), date.min, date.min

    def begin_term(self) -> None:
        """Hear what another leader has done. Raises StoreUnavailable."""
        with reading(self._service.engine) as connection:
            began_at = read_runs(connection).get(Work.DAILY)
        self._done_on = began_at.astimezone(BRUSSELS).date() if began_at else date.min

    @property
    def has_been_tried(self) -> bool:
        """Whether the night before today is over, or as good as can be."""
        return self._service.today() in {self._done_on, self._tried_on}

    def do_what_is_due(self) -> None:
        today, service = self._service.today(), self._service
        if today == self._done_on or time.monotonic() < self._try_at or datetime.now(BRUSSELS).time() < NIGHT_BEGINS:
            return
        began = datetime.now(UTC)
        try:
            run_night(service.engine, service.settings, on=today, again=self._tried_on == today)
            _do_daily_work(service, today)
            _note(service, Work.DAILY, began)
        except SignerError as error:
            # Settling goes on meanwhile.
            logger.warning("the night waits: %s", error)
            self._try_at = time.monotonic() + NIGHT_RETRY_SECONDS
        else:
            self._done_on = today
        finally:
            self._tried_on = today


class _Duties:
    """The leader's work, in its order. What it has tried outlasts a term: a fault is not tried without end."""

    def __init__(self, service: Service, own: _OwnWork) -> None:
        self._service, self._own = service, own
        self._settling, self._nights = SettlingTimes(service.engine, service.settings), _Nights(service)

    def begin_term(self) -> None:
        """Hear what another leader has done. Raises StoreUnavailable."""
        self._settling.begin_term()
        self._nights.begin_term()

    def do_what_is_due(self) -> None:
        """Do what has to be done by now. Raises StoreUnavailable or MissingSecret."""
        empty_write_ahead_log(self._service.engine)
        self._own.do_what_is_due()
        self._nights.do_what_is_due()
        # Before its night nothing of a day is settled, or it would lie among what the night lets go of.
        before_today = self._service.today() - timedelta(days=1)
        self._settling.do_what_is_due(date.max if self._nights.has_been_tried else before_today)


def _do_daily_work(service: Service, on: date) -> None:
    for initiative in service.catalogue.initiatives():
        with reading(service.engine) as connection:
            found = foresee(connection, initiative, on=on)
        # Drawing takes a second or two; nobody else waits for it.
        with writing(service.engine) as connection:
            keep_forecast(connection, initiative.id, found, on=on)


def _note(service: Service, work: Work, at: datetime) -> None:
    with writing(service.engine) as connection:
        note_run(connection, work, at=at)
