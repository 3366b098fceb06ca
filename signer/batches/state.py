"""The states of a batch, and how it passes from one to the next."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from signer.audit.unit_of_work import UnitOfWork
from signer.batches.tables import batch, batch_step
from signer.errors import SignerError

OUTSIDE = "a statement of its days was found outside it"
SUPERSEDED = "superseded by the final batch"


class State(StrEnum):
    """Where a batch is on its way; `open` is no batch's state but that of days in none."""

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

EXPORTED, REMADE = "exported", "remade"
"""The steps that change no state: its file was given out; it was made again, without what had been erased since."""

HANDED = (State.HANDED_OVER, State.RECEIVED, State.CERTIFIED)
"""An authority has the batch."""

LIVING = (State.FROZEN, *HANDED)
"""The batch holds the statements of its days; those of any other are open."""


class WrongStep(SignerError):
    """A batch is not in the state that the step begins from."""


def begins_from(wanted: State) -> frozenset[State]:
    """Return the states from which a batch can come into the state `wanted`."""
    return frozenset(state for state, following in NEXT.items() if wanted in following)


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


def fail_superseded(unit: UnitOfWork, initiative_id: int, member_state: str) -> None:
    """Void the frozen batches of a Member State: its final batch takes their statements in."""
    frozen = select(batch.c.id).filter_by(initiative_id=initiative_id, member_state=member_state, state=State.FROZEN)
    for batch_id in unit.connection.scalars(frozen).all():
        move_to(unit.connection, batch_id, State.FAILED, reason=SUPERSEDED)
        record_step(unit.connection, batch_id, State.FAILED, on=unit.on, actor=unit.actor, reason=SUPERSEDED)
