"""A statement of a batch's days outside the batch fails it, so that it is frozen again; a missing one alarms for good.

It should never be: the fence keeps it out. But a promise that rests on one lock is looked after each night.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from signer.audit.entry import EntryKind
from signer.audit.read import latest_entries
from signer.batches.batch_file import open_batch
from signer.batches.queries import BatchSummary, list_batches, read_steps
from signer.batches.reconcile import StatementCounts, Unreconciled, require_reconciled
from signer.batches.state import OUTSIDE, State
from signer.batches.transitions import hand_over
from signer.database import reading, writing
from signer.service.night import Night, run_night
from signer.statements.tables import statement
from tests.acts import TESTER, act, export_to, freeze_now
from tests.batches.conftest import AFTER, NEXT, newest, slip_in
from tests.conftest import NUMBER, Instance
from tests.settling import settle_now
from tests.signing import signed

MADE_OF_THREE = "batch DE 1 was made of 3 statements and has 3 left, but 4 are of its days"


@pytest.fixture
def frozen(instance: Instance) -> BatchSummary:
    """An interim batch of three German statements; two Frenchmen are in another."""
    signed(instance, 3)
    signed(instance, 2, member_state="FR")
    for member_state in ("DE", "FR"):
        freeze_now(instance.engine, instance.settings, member_state, number=NUMBER, on=NEXT)
    return batches(instance)[0]


def batches(instance: Instance) -> tuple[BatchSummary, ...]:
    with reading(instance.engine) as connection:
        return list_batches(connection, NUMBER)


def next_night(instance: Instance) -> Night:
    return run_night(instance.engine, instance.settings, on=NEXT, actor=TESTER)


def told(instance: Instance) -> list[tuple[str, object]]:
    """What the audit log has of reconciling, in order: the kind, and what was found."""
    with reading(instance.engine) as connection:
        entries = latest_entries(connection, 100)
    kinds = {EntryKind.RECONCILED, EntryKind.NOT_RECONCILED}
    return [(entry.kind, entry.details.get("found", "")) for entry in reversed(entries) if entry.kind in kinds]


def come_late(instance: Instance) -> None:
    """Somebody signs, and the row gets a day behind the fence."""
    signed(instance, 1, on=NEXT)
    with writing(instance.engine) as connection:
        connection.execute(text("UPDATE arrival SET submitted_on = '2027-05-01'"))


def come_late_and_be_settled(instance: Instance) -> None:
    """The same, and it was settled before anybody looked."""
    come_late(instance)
    settle_now(instance)


@pytest.mark.parametrize("comes", [slip_in, come_late, come_late_and_be_settled])
def test_what_is_found_outside_its_batch_fails_it_and_it_is_frozen_again_with_it(
    instance: Instance, frozen: BatchSummary, tmp_path: Path, comes: Callable[[Instance], None]
) -> None:
    comes(instance)

    assert next_night(instance).disagreement == MADE_OF_THREE

    failed, french = batches(instance)
    assert (failed.state, failed.reason, french.state) == (State.FAILED, OUTSIDE, State.FROZEN)
    with reading(instance.engine) as connection:
        steps = [(taken.step, taken.actor, taken.reason) for taken in read_steps(connection, frozen.id)]
    assert steps == [("frozen", TESTER, ""), ("failed", TESTER, OUTSIDE)]
    assert told(instance) == [("not_reconciled", MADE_OF_THREE), ("reconciled", "")]
    assert next_night(instance).disagreement == ""

    assert freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, on=NEXT).count == 4
    again = next(there for there in batches(instance) if there.number == 2)
    path = export_to(tmp_path, instance.engine, instance.settings, again, on=NEXT)
    with open_batch(path, instance.trust.manifest_key) as opened:
        opened.require_exact()
    numbers = require_reconciled(instance.engine)
    assert numbers.of(instance.initiative.id, "DE") == StatementCounts(received=4, in_batches=4)


def test_each_batch_outside_of_which_something_was_found_fails_in_one_night(
    instance: Instance, frozen: BatchSummary
) -> None:
    slip_in(instance)
    slip_in(instance, member_state="FR")

    assert next_night(instance).disagreement == MADE_OF_THREE

    assert {there.state for there in batches(instance)} == {State.FAILED}
    assert [kind for kind, _ in told(instance)] == ["not_reconciled", "not_reconciled", "reconciled"]


def test_a_missing_row_never_fails_a_batch_and_stays_an_alarm(instance: Instance, frozen: BatchSummary) -> None:
    """Else the number that it was frozen with, which says that one is missing, would be void with it."""
    with writing(instance.engine) as connection:
        gone = connection.scalar(text("SELECT min(id) FROM statement WHERE member_state = 'DE'"))
        connection.execute(delete(statement).where(statement.c.id == gone))
    found = "DE, 2027-05-01: received 3, but waiting 0 + open 0 + in batches 2 + erased 0"

    assert [next_night(instance).disagreement for _ in range(2)] == [found, found]

    assert {there.state for there in batches(instance)} == {State.FROZEN}
    assert told(instance) == [("not_reconciled", found), ("not_reconciled", found)]
    with pytest.raises(Unreconciled):
        freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, final=True, on=AFTER)


def test_a_row_missing_with_its_count_and_its_leaf_is_missed_by_its_batch(
    instance: Instance, frozen: BatchSummary
) -> None:
    with writing(instance.engine) as connection:
        gone = connection.scalar(text("SELECT min(id) FROM statement WHERE member_state = 'DE'"))
        connection.execute(delete(statement).where(statement.c.id == gone))
        connection.execute(text("UPDATE received SET statements = 2 WHERE member_state = 'DE'"))
        connection.execute(text("DELETE FROM leaf WHERE place = 0"))
    found = "batch DE 1 was made of 3 statements and 0 were erased since, but 2 are of its days"

    assert [next_night(instance).disagreement for _ in range(2)] == [found, found]

    assert {there.state for there in batches(instance)} == {State.FROZEN}


def test_a_batch_that_an_authority_has_is_not_failed_but_the_alarm_stays(
    instance: Instance, final: BatchSummary, exported: Path
) -> None:
    act(instance.engine, instance.settings, on=AFTER)(hand_over)(final, recipient="An office", digest=final.digest)
    slip_in(instance)
    found = "batch DE 1 was made of 12 statements and has 12 left, but 13 are of its days"

    nights = [run_night(instance.engine, instance.settings, on=AFTER) for _ in range(2)]

    assert [night.disagreement for night in nights] == [found, found]
    assert newest(instance).state is State.HANDED_OVER
    assert told(instance) == [("not_reconciled", found), ("not_reconciled", found)]
