"""Kept = open + in batches: every batch still holds the statements that were frozen into it."""

from sqlalchemy import Connection, func, select

from signer.batches.state import State
from signer.batches.tables import batch
from signer.statements.tables import statement
from signer.tallies.reconcile import Unreconciled

HOLDING = (State.FROZEN, State.HANDED_OVER, State.RECEIVED, State.CERTIFIED)


def require_batches_whole(connection: Connection) -> None:
    """Return if each batch holds as many statements as were frozen, and no statement names a batch that is not there.

    Raises Unreconciled with both numbers.
    """
    rows = (
        select(statement.c.batch, batch.c.member_state, batch.c.number, batch.c.state, batch.c.statements)
        .add_columns(func.count(statement.c.id).label("kept"))
        .select_from(statement)
        .outerjoin(batch, batch.c.id == statement.c.batch)
        .where(statement.c.batch.is_not(None))
        .group_by(statement.c.batch, batch.c.member_state, batch.c.number, batch.c.state, batch.c.statements)
    )
    found: dict[int, int] = {}
    for row in connection.execute(rows):
        if row.number is None:
            raise Unreconciled(f"{row.kept} statements name a batch that does not exist")
        found[row.batch] = row.kept
    for row in connection.execute(select(batch).where(batch.c.state.in_(HOLDING))):
        kept = found.get(row.id, 0)
        if kept != row.statements:
            raise Unreconciled(
                f"batch {row.member_state} {row.number} was frozen with {row.statements}, but holds {kept}"
            )
