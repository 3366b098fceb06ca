"""Work that comes back is done by one process, which another one replaces when it is gone."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time

import pytest
from sqlalchemy import text

from signer.database import Lock, reading, writing
from signer.initiatives.keys import LOG_KEY
from signer.ledger.tables import leaf
from signer.service import periodic
from signer.service.service import Service, open_service
from signer.statements.settle import FEWEST
from signer.statements.tables import arrival, settled
from signer.tallies.job_log import Work, read_runs
from signer.tallies.queries import read_counts
from tests.conftest import Instance
from tests.settling import count
from tests.signing import signed
from tests.waiting import wait_for


@pytest.fixture
def service(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service whose periodic work comes back every few hundredths of a second."""
    monkeypatch.setattr(periodic, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(periodic, "NIGHT_BEGINS", time(0))
    monkeypatch.setattr(periodic, "RETRY_SECONDS", 0.05)
    return open_service(replace(instance.settings, sequence_seconds=1))


def runs(instance: Instance) -> Mapping[Work, datetime]:
    """When each work last ended."""
    with reading(instance.engine) as connection:
        return read_runs(connection)


def is_settled(instance: Instance) -> bool:
    """Whether they are counted, and their leaves placed."""
    with reading(instance.engine) as connection:
        counted = read_counts(connection, instance.initiative.id).total == FEWEST
    return counted and count(instance, arrival, settled, leaf) == (0, FEWEST, FEWEST)


def test_ten_statements_are_counted_and_their_leaves_placed(instance: Instance, service: Service) -> None:
    stopped = threading.Event()
    thread = periodic.start_periodic(service, stopped)
    signed(instance, FEWEST)

    assert wait_for(lambda: is_settled(instance))
    stopped.set()
    thread.join()
    service.close()


def test_when_the_elected_process_ends_another_takes_over(instance: Instance, service: Service) -> None:
    first, second = threading.Event(), threading.Event()
    threads = [periodic.start_periodic(service, first)]
    assert wait_for(lambda: Work.LEADER in runs(instance))
    threads.append(periodic.start_periodic(service, second))
    first.set()
    threads[0].join()
    signed(instance, FEWEST)

    assert wait_for(lambda: is_settled(instance))
    second.set()
    threads[1].join()
    service.close()


def test_a_fault_that_passes_does_not_end_the_work(
    instance: Instance, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """Without it nothing would be counted or placed until somebody restarts the service."""
    key = instance.settings.secrets / LOG_KEY
    key.chmod(0o644)
    stopped = threading.Event()
    thread = periodic.start_periodic(service, stopped)
    signed(instance, FEWEST)
    assert wait_for(lambda: "periodic work waits" in caplog.text)
    key.chmod(0o600)

    assert wait_for(lambda: is_settled(instance))
    stopped.set()
    thread.join()
    service.close()


def test_a_leader_whose_session_is_gone_stands_for_election_again(
    on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL has given its duty to whoever asked next; two would lead."""
    monkeypatch.setattr(periodic, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(periodic, "RETRY_SECONDS", 0.05)
    service, stopped = open_service(on_postgresql.settings), threading.Event()
    holder = text(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = :duty "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).bindparams(duty=Lock.PERIODIC.value)

    def leads() -> object:
        with reading(on_postgresql.engine) as connection:
            return connection.scalar(holder)

    thread = periodic.start_periodic(service, stopped)
    assert wait_for(lambda: leads() is not None)
    first = leads()
    with writing(on_postgresql.engine) as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})

    assert wait_for(lambda: leads() not in {None, first})
    stopped.set()
    thread.join()
    service.close()
