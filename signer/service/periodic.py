"""Work that comes back, each at its own pace.

Every second counts are rolled up and SQLite's write-ahead log is emptied, every hour (in a demonstration, seconds) the
log is sequenced. Every day it is forgotten which human checks were spent the day before yesterday, and the
forecasts are made.

It runs in a thread of one worker, elected by a lock that the database or the file system lets go of when the worker
dies; another worker then takes over within seconds. The partners' tens in its own memory each worker writes by itself,
at the times at which the log is sequenced.
"""

import logging
import threading
import time
from datetime import UTC, date, datetime

from signer.database import Lock, elected, empty_write_ahead_log, reading, writing
from signer.errors import SignerError
from signer.human_check.expire import expire_spent_checks
from signer.initiatives.keys import log_key
from signer.ledger.log import sequence
from signer.service.service import Service
from signer.settings import Settings
from signer.tallies.daily_forecast import foresee, keep_forecast
from signer.tallies.job_log import Work, note_run
from signer.tallies.rollup import roll_up

ROLL_UP_SECONDS = 1.0
RETRY_SECONDS = 3.0
NOTE_SECONDS = 15.0
"""How often it is noted that counting goes on; what looks at it is alarmed after minutes."""

logger = logging.getLogger(__name__)


def start_periodic(service: Service, stopped: threading.Event | None = None) -> threading.Thread:
    """Start the thread of this process and return it; it stands for election until `stopped` is set."""
    arguments = (service, stopped or threading.Event())
    thread = threading.Thread(target=_run, args=arguments, name="periodic", daemon=True)
    thread.start()
    return thread


def _run(service: Service, stopped: threading.Event) -> None:
    own = _OwnWork(service)
    while not stopped.is_set():
        try:
            own.do_what_is_due()
            with elected(service.engine, Lock.PERIODIC) as mine:
                if mine:
                    _serve_the_term(service, own, stopped)
        except SignerError as error:
            # A database that is away or a secret that cannot be read for a moment must not end it for good.
            logger.warning("periodic work waits: %s", error)
        stopped.wait(RETRY_SECONDS)


class _OwnWork:
    """What every worker does for itself: it writes the partners' tens in its memory, at fixed times.

    At once when a ten is full would tell in which seconds its last statement came.
    """

    def __init__(self, service: Service) -> None:
        self._service, self._written_in = service, _stretch(service.settings)

    def do_what_is_due(self) -> None:
        if (stretch := _stretch(self._service.settings)) != self._written_in:
            self._service.partner_tens.write(on=self._service.today())
            self._written_in = stretch


def _serve_the_term(service: Service, own: _OwnWork, stopped: threading.Event) -> None:
    settings = service.settings
    key = log_key(settings)
    stretch, noted = _stretch(settings), float("-inf")
    done_on = date.min
    while not stopped.wait(ROLL_UP_SECONDS):
        roll_up(service.engine)
        empty_write_ahead_log(service.engine)
        if time.monotonic() - noted >= NOTE_SECONDS:
            noted = time.monotonic()
            _note(service, Work.ROLL_UP)
        own.do_what_is_due()
        if (today := service.today()) != done_on:
            _do_daily_work(service, today)
            done_on = today
            _note(service, Work.DAILY)
        # Stretches are counted from the epoch, so that restarts do not cut one short.
        if _stretch(settings) != stretch:
            sequence(service.engine, origin=settings.log_origin, key=key)
            stretch = _stretch(settings)
            _note(service, Work.SEQUENCE)


def _do_daily_work(service: Service, on: date) -> None:
    expire_spent_checks(service.engine, on)
    for initiative in service.catalogue.initiatives():
        with reading(service.engine) as connection:
            found = foresee(connection, initiative, on=on)
        # Drawing takes a second or two; nobody else waits for it.
        with writing(service.engine) as connection:
            keep_forecast(connection, initiative.id, found, on=on)


def _stretch(settings: Settings) -> int:
    return int(time.time()) // settings.sequence_seconds


def _note(service: Service, work: Work) -> None:
    with writing(service.engine) as connection:
        note_run(connection, work, at=datetime.now(UTC))
