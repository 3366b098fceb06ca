"""Numbers are kept for some seconds, so that readers cost no query and outlast a database that is away."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from signer.database import StoreUnavailable
from signer.human_check.surge import Mode, write_mode
from signer.service.stale_cache import StaleCache
from tests.conftest import NUMBER, Instance
from tests.listening import listening, naming
from tests.web.worker import client_of


def counting(count: list[int]) -> Callable[[Connection], int]:
    """Return what reads the next number each time."""

    def read(connection: Connection) -> int:
        count.append(int(connection.scalar(text("SELECT 1")) or 0))
        return len(count)

    return read


def away(_connection: Connection) -> int:
    """Fail as a database that does not answer."""
    raise StoreUnavailable("the database could not be used")


def test_a_value_is_read_anew_only_when_it_is_old(instance: Instance) -> None:
    kept: StaleCache[int] = StaleCache(instance.engine)
    read = counting([])

    assert [kept.find(1, read, fresh_seconds=60) for _ in range(3)] == [1, 1, 1]
    assert kept.find(2, read, fresh_seconds=60) == 2
    assert kept.find(1, read, fresh_seconds=0) == 3


def test_an_old_value_outlasts_a_database_that_is_away_and_none_does_not(instance: Instance) -> None:
    kept: StaleCache[int] = StaleCache(instance.engine)
    kept.find(1, counting([]), fresh_seconds=0)

    assert kept.find(1, away, fresh_seconds=0) == 1
    with pytest.raises(StoreUnavailable):
        kept.find(2, away, fresh_seconds=0)
    assert kept.find(1, counting([0]), fresh_seconds=0) == 2


@pytest.mark.parametrize(("mode", "asks"), [(Mode.OFF, True), (Mode.ON, False)])
def test_in_a_rush_numbers_of_half_a_minute_ago_will_do(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, mode: Mode, asks: bool
) -> None:
    """What is read every two seconds otherwise is then left to those who sign."""
    monkeypatch.setattr("signer.service.service.FRESH_SECONDS", 0)
    write_mode(instance.settings.instance, mode)
    addresses = [f"/api/v1/initiatives/{NUMBER}/{end}" for end in ("tally", "tally.csv", "history", "history.csv")]
    with listening(instance.engine) as runs:
        client = client_of(instance)
        for address in addresses * 2:
            runs.append([])
            assert client.get(address).status_code == 200

    again = runs[-len(addresses) :]
    assert [bool(naming(run, "received", "paper_count")) for run in again] == [asks] * len(addresses)


def test_while_one_reads_the_others_go_on_with_what_there_is(instance: Instance) -> None:
    kept: StaleCache[int] = StaleCache(instance.engine)
    kept.find(1, counting([]), fresh_seconds=0)
    reading, go_on = threading.Event(), threading.Event()

    def slow(_connection: Connection) -> int:
        reading.set()
        go_on.wait(60)
        return 7

    reader = threading.Thread(target=kept.find, args=(1, slow), kwargs={"fresh_seconds": 0})
    reader.start()
    assert reading.wait(60)
    meanwhile = kept.find(1, away, fresh_seconds=0)
    go_on.set()
    reader.join()

    assert (meanwhile, kept.find(1, away, fresh_seconds=60)) == (1, 7)
