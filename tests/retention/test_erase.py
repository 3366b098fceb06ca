"""Erasing by code: destroyed and recorded, or nothing; and nobody can tell which."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Table, select, text, update

from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.database import StoreUnavailable, reading, writing
from signer.ledger.tables import leaf
from signer.retention.journal import journal_of, read_journal
from signer.sealing.code import Code
from signer.statements.tables import arrival, erasure, erasure_pace, settled, statement
from tests.acts import MAY_DAY, erase_now
from tests.conftest import Instance
from tests.settling import count, pass_night, settle_now, stored
from tests.signing import signed

WHERE: dict[str, tuple[Table, Callable[[Instance], object]]] = {
    "arrived": (arrival, lambda _: None),
    "settled": (settled, settle_now),
    "a day old": (statement, pass_night),
}
"""Where a statement lies: the table, and what has brought it there."""


@pytest.mark.parametrize("where", WHERE)
def test_the_row_is_destroyed_and_the_erasure_recorded(instance: Instance, where: str) -> None:
    code, other = signed(instance, 2)
    table, bring = WHERE[where]
    bring(instance)
    with reading(instance.engine) as connection:
        sealed = connection.scalar(select(table.c.sealed).where(table.c.id == code.statement_id)) or b""
    envelope = instance.collection("DE").storage_key.unwrap(sealed, code.statement_id)

    erase_now(instance.engine, instance.settings, instance.initiative, code, on=MAY_DAY)

    assert stored(instance) == {other.statement_id}
    with reading(instance.engine) as connection:
        kept = connection.execute(select(erasure)).one()
    assert (kept.statement_id, kept.proof) == (code.statement_id, code.erasure_proof)
    assert kept.envelope_sha256 == hashlib.sha256(envelope).digest()
    assert (kept.member_state, kept.submitted_on, kept.erased_on) == ("DE", MAY_DAY, MAY_DAY)
    assert require_reconciled(instance.engine).of(instance.initiative.id).erased == 1


def test_the_proof_of_an_erasure_can_be_checked_by_anybody_and_opens_nothing(instance: Instance) -> None:
    (code,) = signed(instance, 1)

    erase_now(instance.engine, instance.settings, instance.initiative, code)

    with reading(instance.engine) as connection:
        kept = connection.execute(select(erasure)).one()
    assert hashlib.sha256(kept.proof).digest()[:16] == kept.statement_id
    assert code.value not in kept.proof
    assert code.blind != kept.proof


@pytest.mark.parametrize("where", WHERE)
def test_a_code_of_an_earlier_release_still_erases_its_statement(instance: Instance, where: str) -> None:
    """Before schema 0009 the identifier was another function of the code."""
    (code,) = signed(instance, 1)
    table, bring = WHERE[where]
    bring(instance)
    with writing(instance.engine) as connection:
        connection.execute(update(table).values(id=code.former_statement_id))

    erase_now(instance.engine, instance.settings, instance.initiative, code)

    assert stored(instance) == set()
    with reading(instance.engine) as connection:
        assert connection.scalar(select(erasure.c.statement_id)) == code.former_statement_id


def test_an_arrival_that_was_erased_is_placed_and_counted_like_any_other(instance: Instance) -> None:
    """Otherwise a count that did not rise would tell of it."""
    code, _ = signed(instance, 2)
    erase_now(instance.engine, instance.settings, instance.initiative, code)

    assert settle_now(instance) == 2

    assert count(instance, arrival, settled, leaf) == (0, 1, 2)
    counts = require_reconciled(instance.engine).of(instance.initiative.id)
    assert counts == StatementCounts(received=2, open=1, erased=1)


def test_a_damaged_row_can_be_erased_too(instance: Instance) -> None:
    (code,) = signed(instance, 1)
    with writing(instance.engine) as connection:
        connection.execute(update(arrival).values(sealed=b"damaged"))

    erase_now(instance.engine, instance.settings, instance.initiative, code)

    with reading(instance.engine) as connection:
        assert connection.scalar(select(erasure.c.envelope_sha256)) == hashlib.sha256(b"damaged").digest()


@pytest.mark.parametrize("known", [True, False])
def test_every_code_gets_the_same_answer_and_waits_for_the_disk(instance: Instance, known: bool) -> None:
    """Promise 2: erasing must not tell whether there was a statement."""
    (code,) = signed(instance, 1) if known else [Code.new()]

    answer = erase_now(instance.engine, instance.settings, instance.initiative, code, on=MAY_DAY)  # type: ignore[func-returns-value]

    with reading(instance.engine) as connection:
        assert connection.scalar(select(erasure_pace.c.turn)) == 1
    assert answer is None
    (line,) = read_journal(journal_of(instance.settings))
    assert line == {"id": code.statement_id.hex(), "on": "2027-05-01", "proof": code.erasure_proof.hex()}


def test_erasing_twice_is_erasing_once(instance: Instance) -> None:
    (code,) = signed(instance, 1)

    for _ in range(2):
        erase_now(instance.engine, instance.settings, instance.initiative, code, on=MAY_DAY)

    with reading(instance.engine) as connection:
        assert len(connection.execute(select(erasure)).all()) == 1


def test_a_code_of_another_initiative_erases_nothing(instance: Instance) -> None:
    (code,) = signed(instance, 1)

    other = replace(instance.initiative, id=instance.initiative.id + 1)
    erase_now(instance.engine, instance.settings, other, code, on=MAY_DAY)

    assert stored(instance) == {code.statement_id}


def test_a_failing_database_erases_nothing(instance: Instance) -> None:
    (code,) = signed(instance, 1)
    with writing(instance.engine) as connection:
        connection.execute(text("ALTER TABLE erasure RENAME TO erasure_away"))

    with pytest.raises(StoreUnavailable):
        erase_now(instance.engine, instance.settings, instance.initiative, code, on=MAY_DAY)
    with writing(instance.engine) as connection:
        connection.execute(text("ALTER TABLE erasure_away RENAME TO erasure"))

    assert stored(instance) == {code.statement_id}


def test_without_a_journal_nothing_is_erased(instance: Instance) -> None:
    """What the journal has not, a restored backup would bring back."""
    (code,) = signed(instance, 1)
    journal_of(instance.settings).mkdir()

    with pytest.raises(StoreUnavailable, match="journal of erasures"):
        erase_now(instance.engine, instance.settings, instance.initiative, code)

    assert stored(instance) == {code.statement_id}
