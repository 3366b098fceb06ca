"""The states of a batch, how it passes from one to the next, and which statements are open."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, insert, select, update

from signer.audit.unit_of_work import UnitOfWork
from signer.batches.tables import batch, batch_step
from signer.errors import SignerError
from signer.statements.tables import statement

SIGNATORY = "a signatory"
ERASED = "a statement in it was erased by its signatory"
SUPERSEDED = "superseded by the final batch"


class State(StrEnum):
    """Where a batch is on its way; `open` is no batch's state but that of statements in none."""

    FROZEN = "frozen"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    CERTIFIED = "certified"
    DESTROYED = "destroyed"
    FAILED = "failed"


NEXT: Mapping[State, frozenset[State]] = {
    State.FROZEN: frozenset({State.HANDED_OVER, State.FAILED}),
    State.HANDED_OVER: frozenset({State.RECEIVED}),
    State.RECEIVED: frozenset({State.CERTIFIED}),
    # A certificate that the authority corrects.
    State.CERTIFIED: frozenset({State.CERTIFIED}),
}
"""Back only before hand-over: what an authority has cannot be taken from it."""

EXPORTED = "exported"
"""The one step that changes no state."""

HANDED = (State.HANDED_OVER, State.RECEIVED, State.CERTIFIED)
"""An authority has the batch."""


class WrongStep(SignerError):
    """A batch is not in the state that the step begins from."""


def begins_from(wanted: State) -> frozenset[State]:
    """Return the states from which a batch can come into the state `wanted`."""
    return frozenset(state for state, following in NEXT.items() if wanted in following)


def is_open() -> ColumnElement[bool]:
    """Return the condition that a statement is in no batch, or in one that has failed."""
    failed = select(batch.c.id).where(batch.c.state == State.FAILED)
    return statement.c.batch.is_(None) | statement.c.batch.in_(failed)


def move_to(connection: Connection, batch_id: int, wanted: State, *, reason: str = "") -> None:
    """Bring a batch into the state `wanted`. Raises WrongStep.

    The condition is part of the update, so of two steps at the same time only one is taken.
    """
    begins = update(batch).where(batch.c.id == batch_id, batch.c.state.in_(begins_from(wanted)))
    changed = connection.execute(begins.values(state=wanted, reason=reason))
    if not changed.rowcount:
        found = connection.execute(select(batch.c.member_state, batch.c.number, batch.c.state).filter_by(id=batch_id))
        there = found.one()
        raise WrongStep(f"batch {there.member_state} {there.number} is {there.state} and cannot become {wanted}")


def record_step(
    connection: Connection, batch_id: int, step: str, *, on: date, actor: str, digest: str = "", reason: str = ""
) -> None:
    """Keep that a step was taken: who, when, how many statements, which digest, why."""
    count = select(batch.c.statements).where(batch.c.id == batch_id).scalar_subquery()
    values = {"step": step, "taken_on": on, "actor": actor, "digest": digest, "reason": reason}
    connection.execute(insert(batch_step).values(batch_id=batch_id, statements=count, **values))


def fail_batch_of_erased(connection: Connection, batch_id: int, *, on: date) -> bool:
    """Void a frozen batch from which a statement was erased; return False if an authority has the batch already.

    A voided batch must be frozen anew without the statement.
    """
    state = connection.scalar(select(batch.c.state).where(batch.c.id == batch_id).with_for_update())
    if state == State.FROZEN:
        move_to(connection, batch_id, State.FAILED, reason=ERASED)
        record_step(connection, batch_id, State.FAILED, on=on, actor=SIGNATORY, reason=ERASED)
    return state not in HANDED


def fail_superseded(unit: UnitOfWork, initiative_id: int, member_state: str) -> None:
    """Void the frozen batches of a Member State: its final batch takes their statements in."""
    frozen = select(batch.c.id).filter_by(initiative_id=initiative_id, member_state=member_state, state=State.FROZEN)
    for batch_id in unit.connection.scalars(frozen).all():
        move_to(unit.connection, batch_id, State.FAILED, reason=SUPERSEDED)
        record_step(unit.connection, batch_id, State.FAILED, on=unit.on, actor=unit.actor, reason=SUPERSEDED)


def member_states_to_freeze(connection: Connection, initiative_id: int, *, final: bool) -> tuple[str, ...]:
    """Return the Member States of which a new batch would take a statement in, in alphabetical order.

    final: that batch takes in what lies in interim batches, too.
    """
    taken_in = is_open()
    if final:
        interim = select(batch.c.id).where(batch.c.state == State.FROZEN, ~batch.c.final)
        taken_in |= statement.c.batch.in_(interim)
    rows = select(statement.c.member_state).distinct().where(statement.c.initiative_id == initiative_id, taken_in)
    return tuple(connection.scalars(rows.order_by(statement.c.member_state)))
