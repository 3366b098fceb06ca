"""Numbers are kept for some seconds, so that readers cost no query and outlast a database that is away."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from signer.database import StoreUnavailable
from signer.web.kept import Kept
from tests.conftest import Instance


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
    kept: Kept[int] = Kept(instance.engine)
    read = counting([])

    assert [kept.find(1, read, fresh_seconds=60) for _ in range(3)] == [1, 1, 1]
    assert kept.find(2, read, fresh_seconds=60) == 2
    assert kept.find(1, read, fresh_seconds=0) == 3


def test_an_old_value_outlasts_a_database_that_is_away_and_none_does_not(instance: Instance) -> None:
    kept: Kept[int] = Kept(instance.engine)
    kept.find(1, counting([]), fresh_seconds=0)

    assert kept.find(1, away, fresh_seconds=0) == 1
    with pytest.raises(StoreUnavailable):
        kept.find(2, away, fresh_seconds=0)
    assert kept.find(1, counting([0]), fresh_seconds=0) == 2


def test_while_one_reads_the_others_go_on_with_what_there_is(instance: Instance) -> None:
    kept: Kept[int] = Kept(instance.engine)
    kept.find(1, counting([]), fresh_seconds=0)
    reading, go_on = threading.Event(), threading.Event()

    def slow(_connection: Connection) -> int:
        reading.set()
        go_on.wait(10)
        return 7

    reader = threading.Thread(target=kept.find, args=(1, slow), kwargs={"fresh_seconds": 0})
    reader.start()
    assert reading.wait(10)
    meanwhile = kept.find(1, away, fresh_seconds=0)
    go_on.set()
    reader.join()

    assert (meanwhile, kept.find(1, away, fresh_seconds=60)) == (1, 7)
