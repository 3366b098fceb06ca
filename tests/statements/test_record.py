"""Recording one statement: one row, one leaf, one more in the count; or nothing at all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from signer.database import reading, writing
from signer.initiatives.collection import CollectionClosed, CollectionPaused, InitiativeWithdrawn, NotYetOpen
from signer.initiatives.fence import raise_fence
from signer.initiatives.initiative import Status
from signer.initiatives.tables import initiative as initiative_table
from signer.ledger.tables import leaf
from signer.scheme.statement import Refused, read_statement
from signer.sealing.canonical import decode_plaintext
from signer.sealing.code import Code
from signer.sealing.commitment import leaf_commitment
from signer.sealing.opening import open_envelope
from signer.statements.record import OtherMemberState
from signer.statements.record import record as record_statement
from signer.statements.store import AlreadyErased, BehindFence
from signer.statements.tables import arrival
from signer.tallies.queries import read_counts
from tests.acts import MAY_DAY, erase_now
from tests.cases import every_case
from tests.conftest import END, START, Instance
from tests.people import ADA, BERT
from tests.settling import count, settle_now, stored
from tests.signing import record
from tests.solved import new_check

NOTHING: frozenset[str] = frozenset()
DAY = timedelta(days=1)


def rows(instance: Instance) -> tuple[int, ...]:
    """Count statements, leaves and statements received."""
    settle_now(instance)
    with reading(instance.engine) as connection:
        total = read_counts(connection, instance.initiative.id).total
    return len(stored(instance)), *count(instance, leaf), total


def test_a_recorded_statement_opens_to_what_was_typed_and_its_leaf_is_in_the_log(instance: Instance) -> None:
    code = Code.new()
    germany = instance.collection("DE")

    record(instance.store, germany, ADA, code=code, check_id=new_check(), on=MAY_DAY, confirmed=NOTHING)

    with reading(instance.engine) as connection:
        row = connection.execute(select(arrival)).one()
    envelope = germany.storage_key.unwrap(row.sealed, row.id)
    context = germany.context(row.id, row.submitted_on)
    opened = decode_plaintext(open_envelope(envelope, instance.opening_key, context))
    assert row.id == code.statement_id
    assert dict(opened.fields) == ADA
    assert row.commitment == leaf_commitment(envelope, context, opened.blind)
    assert rows(instance) == (1, 1, 1)


def test_the_same_page_sent_twice_is_stored_once(instance: Instance) -> None:
    code, check_id = Code.new(), new_check()

    for _ in range(3):
        record(instance.store, instance.collection("DE"), ADA, code=code, check_id=check_id, confirmed=NOTHING)

    assert rows(instance) == (1, 1, 1)


def test_a_second_statement_by_the_same_person_is_a_row_of_its_own(instance: Instance) -> None:
    """Promise 2: whoever could be turned away as a repeat could be found out."""
    for _ in range(2):
        record(instance.store, instance.collection("DE"), ADA, confirmed=NOTHING)

    assert rows(instance) == (2, 2, 2)


def test_refused_fields_store_nothing(instance: Instance) -> None:
    with pytest.raises(Refused):
        record(instance.store, instance.collection("DE"), ADA | {"family_names": ""}, confirmed=NOTHING)

    assert rows(instance) == (0, 0, 0)


@every_case(
    ("status", "on", "refusal"),
    [
        (Status.COLLECTING, date(2027, 1, 31), NotYetOpen),
        (Status.COLLECTING, date(2028, 2, 1), CollectionClosed),
        (Status.PAUSED, MAY_DAY, CollectionPaused),
        (Status.CLOSED, MAY_DAY, CollectionClosed),
        (Status.WITHDRAWN, MAY_DAY, InitiativeWithdrawn),
    ],
)
def test_outside_the_collection_nothing_is_stored(
    instance: Instance, status: Status, on: date, refusal: type[Exception]
) -> None:
    with writing(instance.engine) as connection:
        connection.execute(update(initiative_table).values(status=status))

    with pytest.raises(refusal):
        record(instance.store, instance.collection("DE"), ADA, on=on, confirmed=NOTHING)

    assert rows(instance) == (0, 0, 0)


@pytest.mark.parametrize("on", [START, END])
def test_both_ends_of_the_collection_period_are_included(instance: Instance, on: date) -> None:
    record(
        instance.store, instance.collection("DE"), ADA, code=Code.new(), check_id=new_check(), on=on, confirmed=NOTHING
    )

    assert rows(instance) == (1, 1, 1)


def test_sending_an_erased_page_again_does_not_bring_the_statement_back(instance: Instance) -> None:
    code, check_id = Code.new(), new_check()
    record(instance.store, instance.collection("DE"), ADA, code=code, check_id=check_id)
    erase_now(instance.engine, instance.settings, instance.initiative, code, on=MAY_DAY)

    with pytest.raises(AlreadyErased):
        record(instance.store, instance.collection("DE"), ADA, code=code, check_id=check_id)

    assert rows(instance) == (0, 1, 1)


def test_behind_the_fence_a_late_request_stores_nothing_but_a_repeated_page_keeps_its_answer(
    instance: Instance,
) -> None:
    code, check_id = Code.new(), new_check()
    record(instance.store, instance.collection("DE"), ADA, code=code, check_id=check_id)
    with writing(instance.engine) as connection:
        raise_fence(connection, instance.initiative.id, MAY_DAY)

    again = record(instance.store, instance.collection("DE"), ADA, code=code, check_id=check_id)
    with pytest.raises(BehindFence):
        record(instance.store, instance.collection("DE"), BERT)
    next_day = record(instance.store, instance.collection("DE"), BERT, on=MAY_DAY + DAY)

    assert (again, next_day) == (MAY_DAY, MAY_DAY + DAY)
    assert rows(instance) == (2, 2, 2)


def test_a_page_sent_again_after_midnight_is_told_the_day_of_the_first_time(instance: Instance) -> None:
    code, check_id = Code.new(), new_check()
    record(instance.store, instance.collection("DE"), ADA, code=code, check_id=check_id)

    again = record(instance.store, instance.collection("DE"), ADA, code=code, check_id=check_id, on=MAY_DAY + DAY)

    assert again == MAY_DAY
    assert rows(instance) == (1, 1, 1)


def test_a_statement_read_by_another_member_states_form_is_refused(instance: Instance) -> None:
    """Otherwise a statement could be sealed to a place whose questions it never answered."""
    other = read_statement(ADA, instance.collection("DE").form, on=MAY_DAY)

    with pytest.raises(OtherMemberState, match="DE came to DK"):
        record_statement(
            instance.store, instance.collection("DK"), other, code=Code.new(), check_id=new_check(), on=MAY_DAY
        )

    assert rows(instance) == (0, 0, 0)
