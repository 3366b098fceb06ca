"""Received = kept + erased, leaves = received; whatever breaks it is found and named."""

import pytest
from sqlalchemy import delete, insert, update

from signer.database import reading, writing
from signer.ledger.tables import leaf
from signer.retention.erase import erase
from signer.sealing.code import Code
from signer.statements.tables import received, statement
from signer.tallies.reconcile import Unreconciled, require_reconciled
from signer.tallies.rollup import roll_up
from tests.conftest import MAY_DAY, Instance
from tests.people import ADA
from tests.signing import record
from tests.solved import new_check


def sign(instance: Instance, count: int) -> list[Code]:
    """Record `count` statements of Germans."""
    codes = [Code.new() for _ in range(count)]
    for code in codes:
        record(
            instance.store,
            instance.collection("DE"),
            ADA,
            code=code,
            check_id=new_check(),
            on=MAY_DAY,
            confirmed=frozenset(),
        )
    return codes


def test_numbers_agree_before_and_after_the_roll_up_and_after_an_erasure(instance: Instance) -> None:
    codes = sign(instance, 5)
    with reading(instance.engine) as connection:
        require_reconciled(connection)

    roll_up(instance.engine)
    erase(instance.engine, instance.initiative.id, codes[0], on=MAY_DAY)

    with reading(instance.engine) as connection:
        require_reconciled(connection)


def test_a_removed_statement_is_found(instance: Instance) -> None:
    codes = sign(instance, 3)
    with writing(instance.engine) as connection:
        connection.execute(delete(statement).where(statement.c.id == codes[0].statement_id))

    with reading(instance.engine) as connection, pytest.raises(Unreconciled, match=r"DE, 2027-05-01: received 3, .*2"):
        require_reconciled(connection)


def test_a_statement_moved_to_another_member_state_is_found(instance: Instance) -> None:
    codes = sign(instance, 2)
    with writing(instance.engine) as connection:
        moved = update(statement).where(statement.c.id == codes[0].statement_id)
        connection.execute(moved.values(member_state="FR"))

    with reading(instance.engine) as connection, pytest.raises(Unreconciled, match="DE"):
        require_reconciled(connection)


def test_a_raised_count_is_found(instance: Instance) -> None:
    sign(instance, 2)
    roll_up(instance.engine)
    with writing(instance.engine) as connection:
        connection.execute(update(received).values(statements=received.c.statements + 1))

    with reading(instance.engine) as connection, pytest.raises(Unreconciled, match="received 3, but kept 2"):
        require_reconciled(connection)


def test_a_leaf_too_many_is_found(instance: Instance) -> None:
    sign(instance, 2)
    with writing(instance.engine) as connection:
        connection.execute(insert(leaf).values(commitment=bytes(32)))

    with reading(instance.engine) as connection, pytest.raises(Unreconciled, match="3 leaves, but 2"):
        require_reconciled(connection)
