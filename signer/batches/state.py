"""The states of a batch, and which statements are open."""

from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, select, update

from signer.batches.tables import batch
from signer.statements.tables import statement


class State(StrEnum):
    """Where a batch is on its way; `open` is no batch's state but that of statements in none."""

    FROZEN = "frozen"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    CERTIFIED = "certified"
    DESTROYED = "destroyed"
    FAILED = "failed"


def is_open() -> ColumnElement[bool]:
    """Return the condition that a statement is in no batch, or in one that has failed."""
    failed = select(batch.c.id).where(batch.c.state == State.FAILED)
    return statement.c.batch.is_(None) | statement.c.batch.in_(failed)


def fail_batch_of_erased(connection: Connection, batch_id: int) -> None:
    """Void a frozen batch from which a statement was erased: it must be frozen anew without it."""
    connection.execute(
        update(batch)
        .where(batch.c.id == batch_id, batch.c.state == State.FROZEN)
        .values(state=State.FAILED, reason="a statement in it was erased by its signatory")
    )


def fail_superseded(connection: Connection, initiative_id: int, member_state: str) -> None:
    """Void the frozen batches of a Member State: its final batch takes their statements in."""
    connection.execute(
        update(batch)
        .where(
            batch.c.initiative_id == initiative_id,
            batch.c.member_state == member_state,
            batch.c.state == State.FROZEN,
        )
        .values(state=State.FAILED, reason="superseded by the final batch")
    )


def member_states_with_open(connection: Connection, initiative_id: int) -> tuple[str, ...]:
    """Return the Member States of which a statement is open, in alphabetical order."""
    rows = select(statement.c.member_state).distinct().where(statement.c.initiative_id == initiative_id, is_open())
    return tuple(connection.scalars(rows.order_by(statement.c.member_state)))
