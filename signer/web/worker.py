"""The application of one worker process, of `signer serve` or of another WSGI server (`wsgi.py`)."""

import gc

from flask import Flask

from signer.settings import read_settings
from signer.web.app import create_app
from signer.web.periodic import start_periodic
from signer.web.service import open_service

YOUNG_OBJECTS = 20_000
"""So many new objects before the collector looks for circles among them; a request makes some hundreds, with few."""


def make_app() -> Flask:
    """Return the application, with periodic work standing for election. Raises SignerError: it never starts half."""
    settings = read_settings()
    service = open_service(settings)
    start_periodic(service)
    app = create_app(settings, service)
    # What the start has made stays until the end. Looking through it for circles, as the collector would every few
    # hundred requests, stops all of a process's threads for longer than a citizen's whole request takes.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    return app
