"""Prometheus metrics for whoever keeps the service running, on a port of their own that no citizen reaches.

Off unless `metrics_bind` names an address. Every worker tries to listen there; the first one does, and when it ends
another one takes over within seconds. It makes no difference which: all figures are read from the database, the
instance folder and the disk at the moment they are asked for (`status.py`), none is kept in a process. So there is
no rate of requests here, which one worker could not know of the others: a proxy in front has it.

Names of initiatives and of periodic work are the only labels. There is no count of statements received, nor of those
that wait to be settled: asked for every few seconds and kept for months, the latter would be a record of the seconds in
which people signed.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import make_wsgi_app
from prometheus_client.registry import Collector

from signer.database import StoreUnavailable
from signer.human_check.surge import Mode
from signer.initiatives.initiative import Status
from signer.service.service import Service
from signer.service.status import InitiativeTerm, ServiceStatus, read_status
from signer.settings import Settings

TRY_AGAIN_SECONDS = 3.0
LISTEN_SECONDS = 0.5
"""How long an end waits for the next request at most."""
SLOWEST_SECONDS = 5.0

logger = logging.getLogger(__name__)


def start_metrics(service: Service, stopped: threading.Event) -> threading.Thread | None:
    """Serve metrics in a thread until `stopped` is set, where the settings name an address; else return None."""
    if not service.settings.metrics_bind:
        return None
    thread = threading.Thread(target=_run, args=(service, stopped), name="metrics", daemon=True)
    thread.start()
    return thread


def address_of(settings: Settings) -> tuple[str, int]:
    """Return host and port of `metrics_bind`, which must not be empty."""
    host, _, port = settings.metrics_bind.rpartition(":")
    return host, int(port)


def _run(service: Service, stopped: threading.Event) -> None:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StatusCollector(service))
    host, port = address_of(service.settings)
    while not stopped.is_set():
        try:
            with make_server(host, port, make_wsgi_app(registry), _Server, _Handler) as server:
                server.timeout = LISTEN_SECONDS
                while not stopped.is_set():
                    server.handle_request()
        except OSError:
            # Another worker listens, as one of them should.
            stopped.wait(TRY_AGAIN_SECONDS)


class StatusCollector(Collector):
    """Reads the figures anew each time they are asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics; without a database only that there is none."""
        try:
            found = read_status(self._service)
        except StoreUnavailable:
            yield _one("signer_database_up", "Whether the database answers", 0)
            return
        yield _one("signer_database_up", "Whether the database answers", 1)
        yield _labelled(
            "signer_info",
            "Release, schema and database; always 1",
            ("release", "schema", "database"),
            [((found.release, found.schema, found.database), 1.0)],
        )
        yield from _of_work(found)
        yield from _of_initiatives(found)


def _of_work(found: ServiceStatus) -> Iterator[Metric]:
    yield _labelled(
        "signer_periodic_last_end_timestamp_seconds",
        "When each periodic work last ended",
        ("work",),
        (((work,), at.timestamp()) for work, at in found.runs.items()),
    )
    for name, at in {"backup": found.backup_at, "reconciled": found.reconciled_at}.items():
        if at:
            yield _one(f"signer_{name}_last_timestamp_seconds", f"When the audit log last says: {name}", at.timestamp())
    yield _one("signer_numbers_agree", "Whether received = kept + erased when last tried", found.numbers_agree)
    yield _one("signer_disk_free_bytes", "Free on the disk of the instance folder", found.disk_free)
    yield _one("signer_disk_size_bytes", "Size of the disk of the instance folder", found.disk_total)
    modes = (((mode,), mode is found.mode) for mode in Mode)
    yield _labelled("signer_surge_mode", "1 for what the operator said about a rush", ("mode",), modes)


def _of_initiatives(found: ServiceStatus) -> Iterator[Metric]:
    values: dict[tuple[str, str], Callable[[InitiativeTerm], float]] = {
        ("signer_collecting", "Whether the initiative takes statements"): lambda term: (
            term.initiative.status is Status.COLLECTING
        ),
        ("signer_collection_end_timestamp_seconds", "Last day of collection"): lambda term: _moment(
            term.collects_until
        ),
        ("signer_destroy_by_timestamp_seconds", "Last day on which statements may be kept"): lambda term: _moment(
            term.destroy_by
        ),
    }
    for (name, text), value in values.items():
        rows = (((term.initiative.registration_number,), value(term)) for term in found.terms)
        yield _labelled(name, text, ("initiative",), rows)


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _labelled(name: str, text: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family


def _moment(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


class _Server(WSGIServer):
    """One request at a time, from one who asks every few seconds."""

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Say that it went wrong, without the address of who asked."""
        logger.warning("an answer to a request for metrics could not be given")


class _Handler(WSGIRequestHandler):
    timeout = SLOWEST_SECONDS

    def log_message(self, *_: object) -> None:
        """Keep no log of requests."""
