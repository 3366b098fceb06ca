"""Work that comes back, each at its own pace.

Every second counts are rolled up and SQLite's write-ahead log is emptied, every hour (in a demonstration, seconds) the
log is sequenced, every day it is forgotten which human checks were spent the day before yesterday.

It runs in a thread of one worker, elected by a lock that the database or the file system lets go of when the worker
dies; another worker then takes over within seconds.
"""

import logging
import threading
import time
from datetime import date

from signer.database import elected, empty_write_ahead_log
from signer.errors import SignerError
from signer.human_check.forget import forget_spent
from signer.initiatives.keys import log_key
from signer.ledger.log import sequence
from signer.settings import Settings
from signer.tallies.rollup import roll_up
from signer.web.service import Service

DUTY = 7_302_000
ROLL_UP_SECONDS = 1.0
RETRY_SECONDS = 3.0

logger = logging.getLogger(__name__)


def start_periodic(service: Service, stopped: threading.Event | None = None) -> threading.Thread:
    """Start the thread of this process and return it; it stands for election until `stopped` is set."""
    arguments = (service, stopped or threading.Event())
    thread = threading.Thread(target=_run, args=arguments, name="periodic", daemon=True)
    thread.start()
    return thread


def _run(service: Service, stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            with elected(service.engine, DUTY) as mine:
                if mine:
                    _serve_the_term(service, stopped)
        except SignerError as error:
            # A database that is away or a secret that cannot be read for a moment must not end it for good.
            logger.warning("periodic work waits: %s", error)
        stopped.wait(RETRY_SECONDS)


def _serve_the_term(service: Service, stopped: threading.Event) -> None:
    settings = service.settings
    key = log_key(settings)
    stretch, forgotten_on = _stretch(settings), date.min
    while not stopped.wait(ROLL_UP_SECONDS):
        roll_up(service.engine)
        empty_write_ahead_log(service.engine)
        if service.today() != forgotten_on:
            forgotten_on = service.today()
            forget_spent(service.engine, forgotten_on)
        # Stretches are counted from the epoch, so that restarts do not cut one short.
        if _stretch(settings) != stretch:
            sequence(service.engine, origin=settings.log_origin, key=key)
            stretch = _stretch(settings)


def _stretch(settings: Settings) -> int:
    return int(time.time()) // settings.sequence_seconds
