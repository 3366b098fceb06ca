"""The application of one worker process, of `signer serve` or of another WSGI server (`wsgi.py`)."""

from flask import Flask

from signer.settings import read_settings
from signer.web.app import create_app
from signer.web.periodic import start_periodic
from signer.web.service import open_service


def make_app() -> Flask:
    """Return the application, with periodic work standing for election. Raises SignerError: it never starts half."""
    settings = read_settings()
    service = open_service(settings)
    start_periodic(service)
    return create_app(settings, service)
