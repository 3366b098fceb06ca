"""Short transactions beside people who sign: what takes long falls outside of them."""

import gc

import pytest

from signer.storage import InTurn
from tests.conftest import Instance


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
