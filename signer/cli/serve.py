"""`signer serve`: the service behind granian."""

import logging

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from signer.cli.instance import open_instance
from signer.database import is_sqlite
from signer.settings import Settings
from signer.web.service import open_service

SQLITE_THREADS, POSTGRES_THREADS = 32, 8
"""With SQLite a thread waits for its group's commit; more of them make larger groups."""


@click.command()
@click.option("--host", help="Address to listen on; 127.0.0.1 without it, behind a proxy that ends TLS.")
@click.option("--port", type=int, help="Port to listen on.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the pages."""
    settings, engine = open_instance()
    # Whatever is missing or wrong shows here, in one line, and not in the log of a worker.
    open_service(settings).close()
    run(settings, host=host or settings.host, port=port or settings.port, sqlite=is_sqlite(engine))


def run(settings: Settings, *, host: str, port: int, sqlite: bool) -> None:
    """Run the server until it is told to stop; it keeps no access log."""
    logging.basicConfig(level=logging.WARNING)
    Granian(
        "signer.web.worker:make_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=SQLITE_THREADS if sqlite else POSTGRES_THREADS,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
