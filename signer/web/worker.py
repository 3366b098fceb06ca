"""The application of one worker process, of `signer serve` or of another WSGI server (`wsgi.py`)."""

import gc
import threading
from multiprocessing.util import Finalize

from flask import Flask

from signer.service.metrics import start_metrics
from signer.service.periodic import start_periodic
from signer.service.service import Service, open_service
from signer.settings import read_settings
from signer.web.app import create_app

YOUNG_OBJECTS = 20_000
"""So many new objects before the collector looks for circles among them; a request makes some hundreds, with few."""
LAST_WORK_SECONDS = 10
"""So long an end waits for periodic work that has begun."""


def make_app() -> Flask:
    """Return the application, with periodic work standing for election. Raises SignerError: it never starts half."""
    settings = read_settings()
    service = open_service(settings)
    stopped = threading.Event()
    periodic = start_periodic(service, stopped)
    start_metrics(service, stopped)
    # Not atexit, which the processes of a server like granian's skip: this runs at the end of both kinds of process.
    Finalize(None, _end, args=(service, stopped, periodic), exitpriority=1)
    app = create_app(settings, service)
    # What the start has made stays until the end. Looking through it for circles, as the collector would every few
    # hundred requests, stops all of a process's threads for longer than a citizen's whole request takes.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    return app


def _end(service: Service, stopped: threading.Event, periodic: threading.Thread) -> None:
    """Finish what was taken, when the process is told to end; when it is killed, partners' tens in memory are lost."""
    stopped.set()
    periodic.join(LAST_WORK_SECONDS)
    service.close()
