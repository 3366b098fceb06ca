"""`signer serve`: the service behind granian."""

import logging
import socket
from importlib.metadata import version

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy import Engine

from signer.audit.entry import EntryKind
from signer.cli.instance import acting, open_instance, require_secrets
from signer.database import is_sqlite
from signer.errors import SignerError
from signer.service.metrics import address_of
from signer.service.service import open_service
from signer.settings import Settings
from signer.statements.postgres_store import CONNECTIONS

SQLITE_THREADS, POSTGRES_THREADS = 8, CONNECTIONS
"""With SQLite a thread waits for its group's commit: more make larger groups, and wait for each other to compute."""


class CannotListen(SignerError):
    """The address or port is taken, not allowed, or not of this machine."""


@click.command()
@click.option("--host", help="Address to listen on; 127.0.0.1 without it, behind a proxy that ends TLS.")
@click.option("--port", type=int, help="Port to listen on.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the pages."""
    settings, engine = open_instance()
    # Whatever is missing or wrong shows here, in one line, and not in the log of a worker.
    require_secrets(settings)
    open_service(settings).close()
    run(settings, engine, host=host or settings.host, port=port or settings.port)


def _require_free(host: str, port: int, by: str) -> None:
    """Say in one line what the server would say in a page of its own stack. by: what another port is chosen with."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "there is no such port"
            raise CannotListen(f"cannot listen on {host}, port {port}: {reason}; choose another with {by}") from None


def run(settings: Settings, engine: Engine, *, host: str, port: int) -> None:
    """Run the server until it is told to stop; it keeps no access log. Raises CannotListen or StoreUnavailable."""
    _require_free(host, port, "--port")
    if settings.metrics_bind:
        _require_free(*address_of(settings), "the setting metrics_bind")
    with acting(settings, engine) as unit:
        unit.record(EntryKind.SERVICE_STARTED, release=version("signer"))
    engine.dispose()
    logging.basicConfig(level=logging.WARNING)
    Granian(
        "signer.web.worker:make_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=SQLITE_THREADS if is_sqlite(engine) else POSTGRES_THREADS,
        # Its only warning is about our number of threads, which is measured (a thread waits for its group to commit).
        log_level=LogLevels.error,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
