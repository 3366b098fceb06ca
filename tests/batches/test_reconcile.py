"""Received = open + in batches + erased, leaves = received; whatever breaks it is found and named."""

import pytest
from sqlalchemy import delete, insert, text, update

from signer.batches.freeze import freeze
from signer.batches.reconcile import StatementCounts, Unreconciled, require_reconciled
from signer.database import reading, writing
from signer.ledger.tables import leaf
from signer.sealing.code import Code
from signer.statements.tables import received, statement
from signer.tallies.rollup import roll_up
from tests.acts import MAY_DAY, act, erase_now
from tests.conftest import NUMBER, Instance
from tests.people import ADA
from tests.signing import record


def sign(instance: Instance, count: int) -> list[Code]:
    """Record `count` statements of Germans."""
    codes = [Code.new() for _ in range(count)]
    for code in codes:
        record(instance.store, instance.collection("DE"), ADA, code=code)
    return codes


def test_numbers_agree_before_and_after_the_roll_up_and_after_an_erasure(instance: Instance) -> None:
    codes = sign(instance, 5)
    with reading(instance.engine) as connection:
        require_reconciled(connection)

    roll_up(instance.engine)
    erase_now(instance.engine, instance.initiative.id, codes[0], on=MAY_DAY)

    with reading(instance.engine) as connection:
        require_reconciled(connection)


def test_a_removed_statement_is_found(instance: Instance) -> None:
    codes = sign(instance, 3)
    with writing(instance.engine) as connection:
        connection.execute(delete(statement).where(statement.c.id == codes[0].statement_id))

    with (
        reading(instance.engine) as connection,
        pytest.raises(Unreconciled, match=r"DE, 2027-05-01: received 3, but open 2"),
    ):
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

    with reading(instance.engine) as connection, pytest.raises(Unreconciled, match="received 3, but open 2"):
        require_reconciled(connection)


def test_a_leaf_too_many_is_found(instance: Instance) -> None:
    sign(instance, 2)
    with writing(instance.engine) as connection:
        connection.execute(insert(leaf).values(commitment=bytes(32)))

    with reading(instance.engine) as connection, pytest.raises(Unreconciled, match="3 leaves, but 2"):
        require_reconciled(connection)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE statement SET batch = 77", "3 statements of DE, 2027-05-01 name a batch that is not there"),
        (
            "UPDATE batch SET until = '2027-04-30'",
            "batch DE 1 ends on 2027-04-30, but holds 3 statements of 2027-05-01",
        ),
        ("UPDATE batch SET member_state = 'FR'", "batch FR 1 holds 3 statements of DE, 2027-05-01"),
        ("UPDATE batch SET statements = 4", "batch DE 1 was frozen with 4, but holds 3, and 0 were erased since"),
        ("UPDATE statement SET batch = NULL", "batch DE 1 was frozen with 3, but holds 0, and 0 were erased since"),
    ],
)
def test_a_batch_that_does_not_hold_what_was_frozen_is_found(instance: Instance, change: str, named: str) -> None:
    sign(instance, 3)
    act(instance.engine, instance.settings)(freeze)(NUMBER, "DE", until=MAY_DAY, final=False)
    with writing(instance.engine) as connection:
        connection.execute(text(change))

    with reading(instance.engine) as connection, pytest.raises(Unreconciled, match=named):
        require_reconciled(connection)


def test_the_numbers_of_an_initiative_are_given_by_member_state(instance: Instance) -> None:
    codes = sign(instance, 4)
    act(instance.engine, instance.settings)(freeze)(NUMBER, "DE", until=MAY_DAY, final=False)
    sign(instance, 2)
    erase_now(instance.engine, instance.initiative.id, codes[0], on=MAY_DAY)

    with reading(instance.engine) as connection:
        found = require_reconciled(connection)

    assert found.of(instance.initiative.id, "DE") == StatementCounts(received=6, open=5, in_batches=0, erased=1)
    assert found.of(instance.initiative.id) == found.of(instance.initiative.id, "DE")
    assert found.of(instance.initiative.id, "FR") == StatementCounts()
