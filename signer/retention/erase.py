"""Erasing one statement by its code: the row is destroyed, the erasure recorded, every code gets the same answer."""

import hashlib
from datetime import date

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from signer.batches.state import fail_batch_of_erased
from signer.database import is_sqlite
from signer.sealing.code import Code
from signer.statements.tables import erasure, erasure_pace, statement


def erase(connection: Connection, initiative_id: int, code: Code, *, on: date) -> None:
    """Erase the statement that `code` names, if there is one; tell nobody whether there was.

    connection: of a transaction of its own: it is no act of somebody who runs the service, and no log has it.
    A frozen batch that holds it is voided and must be frozen anew; one that an authority has already stays, and the
    erasure says which. The transaction is the caller's.
    """
    # Written for every code: one that names nothing must wait for the disk like one that does.
    _take_a_turn(connection)
    named = (statement.c.id == code.statement_id) & (statement.c.initiative_id == initiative_id)
    row = connection.execute(select(statement).where(named).with_for_update()).one_or_none()
    if row is None:
        return
    is_ours = row.batch is None or fail_batch_of_erased(connection, row.batch, on=on)
    connection.execute(delete(statement).where(named))
    connection.execute(
        insert(erasure).values(
            statement_id=code.statement_id,
            code=code.value,
            sealed_sha256=hashlib.sha256(row.sealed).digest(),
            initiative_id=row.initiative_id,
            member_state=row.member_state,
            submitted_on=row.submitted_on,
            erased_on=on,
            batch=None if is_ours else row.batch,
        )
    )


def _take_a_turn(connection: Connection) -> None:
    new = (sqlite_insert if is_sqlite(connection) else postgres_insert)(erasure_pace).values(id=1, turn=1)
    connection.execute(new.on_conflict_do_update(index_elements=["id"], set_={"turn": erasure_pace.c.turn + 1}))
