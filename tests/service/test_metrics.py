"""Metrics: of the service and never of people, on a port of their own."""

import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from signer.audit.entry import EntryKind
from signer.audit.record import record_event
from signer.database import writing
from signer.rehearsal.ports import free_port
from signer.service import metrics
from signer.service.metrics import start_metrics
from signer.service.service import Service, open_service
from signer.settings import Settings, WrongSettings
from signer.tallies.job_log import Work, note_run
from tests.acts import TESTER
from tests.conftest import NUMBER, Instance
from tests.people import ADA
from tests.signing import record
from tests.waiting import PATIENCE_SECONDS

LABELS = {"work", "initiative", "mode", "release", "schema", "database"}
"""All there are: what they name is decided by the operator, and few."""
PAGE = Path(__file__).parents[2] / "docs" / "operators.md"


@pytest.fixture
def bind() -> str:
    """An address that is free."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def service(on_sqlite: Instance, bind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service that serves metrics."""
    monkeypatch.setattr(metrics, "TRY_AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(metrics, "LISTEN_SECONDS", 0.1)
    opened = open_service(replace(on_sqlite.settings, metrics_bind=bind))
    yield opened
    opened.close()


@contextmanager
def serving(service: Service) -> Iterator[None]:
    """Serve metrics while the block runs."""
    stopped = threading.Event()
    thread = start_metrics(service, stopped)
    assert thread
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def scrape(bind: str) -> str:
    """Return the answer, waiting until somebody listens."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://{bind}/metrics", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def read(text: str) -> dict[str, Metric]:
    """Return the metrics by name, as Prometheus reads them."""
    return {family.name: family for family in text_string_to_metric_families(text)}


def test_it_says_what_the_database_and_the_disk_say(service: Service, bind: str) -> None:
    at = datetime(2027, 5, 1, 12, tzinfo=UTC)
    with writing(service.engine) as connection:
        note_run(connection, Work.LEADER, at=at)

    with serving(service):
        found = read(scrape(bind))

    assert found["signer_database_up"].samples[0].value == 1
    (run,) = found["signer_periodic_last_end_timestamp_seconds"].samples
    assert (run.labels, run.value) == ({"work": "leader"}, at.timestamp())
    assert found["signer_collecting"].samples[0].labels == {"initiative": NUMBER}
    assert found["signer_disk_free_bytes"].samples[0].value > 0
    assert "signer_backup_last_timestamp_seconds" not in found


def test_nothing_of_a_signatory_or_of_when_somebody_signed_is_in_it(
    service: Service, bind: str, on_sqlite: Instance
) -> None:
    """A count of statements, asked for every few seconds and kept, would be a record of minutes."""
    with serving(service):
        before = scrape(bind)
        record(service.store, on_sqlite.collection("DE"), ADA)
        after = scrape(bind)

    assert {label for family in read(after).values() for sample in family.samples for label in sample.labels} <= LABELS
    assert _without_disk(before) == _without_disk(after)
    # How many bytes are free may have any digits.
    words = "\n".join(line for line in after.splitlines() if not line.startswith("signer_disk_"))
    assert not any(value in words for value in ADA.values() if len(value) > 3)
    assert "127.0.0.1" not in after


def test_when_the_worker_that_serves_ends_another_one_does(service: Service, bind: str) -> None:
    with ExitStack() as second:
        with serving(service):
            scrape(bind)
            second.enter_context(serving(service))

        assert "signer_database_up 1.0" in scrape(bind)


def test_without_a_database_it_says_so(service: Service, bind: str) -> None:
    with serving(service):
        scrape(bind)
        with writing(service.engine) as connection:
            connection.exec_driver_sql("ALTER TABLE periodic_run RENAME TO mislaid")
        text = scrape(bind)

    assert [line for line in text.splitlines() if not line.startswith("#")] == ["signer_database_up 0.0"]


def test_the_operators_page_names_every_metric_and_no_other(service: Service, bind: str) -> None:
    with writing(service.engine) as connection:
        for kind in (EntryKind.BACKUP_TAKEN, EntryKind.RECONCILED):
            record_event(connection, service.settings, kind, actor=TESTER)

    with serving(service):
        found = read(scrape(bind))

    assert set(re.findall(r"`(signer_\w+)", PAGE.read_text(encoding="utf-8"))) == set(found)


def test_it_is_off_unless_an_address_is_named(on_sqlite: Instance) -> None:
    opened = open_service(on_sqlite.settings)

    assert start_metrics(opened, threading.Event()) is None
    opened.close()


@pytest.mark.parametrize("bind", ["9464", "127.0.0.1", "127.0.0.1:", ":9464", "127.0.0.1:port", "a b:1"])
def test_an_address_that_is_none_is_refused_at_the_start(tmp_path: Path, bind: str) -> None:
    with pytest.raises(WrongSettings, match="metrics_bind"):
        Settings(instance=tmp_path, secrets=tmp_path, metrics_bind=bind)


def _without_disk(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("signer_disk_free_bytes")]
