"""Short transactions beside people who sign: what takes long falls outside of them."""

import gc
from unittest.mock import patch

import pytest
from sqlalchemy import Connection

from signer.database import writing
from signer.storage import InTurn
from tests.conftest import Instance

NORMAL, FULL = 1, 2
"""How much SQLite flushes: the log when it is emptied, or at each commit, too."""


def test_no_garbage_is_collected_while_others_wait_for_the_transaction(on_sqlite: Instance) -> None:
    """Seen with 100,000 arrivals: looking at all objects took 50 ms and more, with the writer's lock in hand."""
    turns = InTurn(on_sqlite.engine)

    with turns.writing():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), turns.writing():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_where_none_is_collected_anyway_none_is_collected_afterwards(on_sqlite: Instance) -> None:
    gc.disable()
    try:
        with InTurn(on_sqlite.engine).writing():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def flushes(connection: Connection) -> int:
    """How much SQLite flushes on this connection."""
    return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())


def test_what_would_be_done_again_is_not_flushed_and_the_next_writer_flushes(on_sqlite: Instance) -> None:
    with writing(on_sqlite.engine, durable=False) as connection:
        assert flushes(connection) == NORMAL
    with writing(on_sqlite.engine) as connection:
        assert flushes(connection) == FULL


def test_the_next_writer_flushes_also_after_a_failure(on_sqlite: Instance) -> None:
    with pytest.raises(ZeroDivisionError), writing(on_sqlite.engine, durable=False):
        raise ZeroDivisionError
    with writing(on_sqlite.engine) as connection:
        assert flushes(connection) == FULL


def test_a_connection_that_cannot_be_made_to_flush_again_is_given_to_nobody(on_sqlite: Instance) -> None:
    engine = on_sqlite.engine

    # Within a transaction SQLite does not let it be changed.
    with patch.object(engine.dialect, "do_commit"), writing(engine, durable=False) as connection:
        driver = connection.connection.driver_connection

    with writing(engine) as connection:
        assert connection.connection.driver_connection is not driver
        assert flushes(connection) == FULL
