"""Erasing by code: destroyed and recorded, or nothing; and nobody can tell which."""

import hashlib

import pytest
from sqlalchemy import select, text

from signer.database import StoreUnavailable, reading, writing
from signer.sealing.code import Code
from signer.statements.tables import erasure, erasure_pace, statement
from tests.acts import MAY_DAY, erase_now
from tests.conftest import Instance
from tests.people import ADA
from tests.signing import record


def sign(instance: Instance) -> Code:
    """Record one statement of a German and return its code."""
    code = Code.new()
    record(instance.store, instance.collection("DE"), ADA, code=code)
    return code


def test_the_row_is_destroyed_and_the_erasure_recorded(instance: Instance) -> None:
    code, other = sign(instance), sign(instance)
    with reading(instance.engine) as connection:
        sealed = connection.scalar(select(statement.c.sealed).where(statement.c.id == code.statement_id))

    erase_now(instance.engine, instance.initiative.id, code, on=MAY_DAY)

    with reading(instance.engine) as connection:
        assert connection.scalars(select(statement.c.id)).all() == [other.statement_id]
        kept = connection.execute(select(erasure)).one()
    assert kept.code == code.value
    assert kept.sealed_sha256 == hashlib.sha256(sealed or b"").digest()
    assert (kept.member_state, kept.submitted_on, kept.erased_on) == ("DE", MAY_DAY, MAY_DAY)


@pytest.mark.parametrize("known", [True, False])
def test_every_code_gets_the_same_answer_and_waits_for_the_disk(instance: Instance, known: bool) -> None:
    """Promise 2: erasing must not tell whether there was a statement."""
    code = sign(instance) if known else Code.new()

    answer = erase_now(instance.engine, instance.initiative.id, code, on=MAY_DAY)  # type: ignore[func-returns-value]

    with reading(instance.engine) as connection:
        assert connection.scalar(select(erasure_pace.c.turn)) == 1
    assert answer is None


def test_erasing_twice_is_erasing_once(instance: Instance) -> None:
    code = sign(instance)

    for _ in range(2):
        erase_now(instance.engine, instance.initiative.id, code, on=MAY_DAY)

    with reading(instance.engine) as connection:
        assert len(connection.execute(select(erasure)).all()) == 1


def test_a_code_of_another_initiative_erases_nothing(instance: Instance) -> None:
    code = sign(instance)

    erase_now(instance.engine, instance.initiative.id + 1, code, on=MAY_DAY)

    with reading(instance.engine) as connection:
        assert connection.scalars(select(statement.c.id)).all() == [code.statement_id]


def test_a_failing_database_erases_nothing(instance: Instance) -> None:
    code = sign(instance)
    with writing(instance.engine) as connection:
        connection.execute(text("DROP TABLE erasure"))

    with pytest.raises(StoreUnavailable):
        erase_now(instance.engine, instance.initiative.id, code, on=MAY_DAY)

    with reading(instance.engine) as connection:
        assert connection.scalars(select(statement.c.id)).all() == [code.statement_id]
