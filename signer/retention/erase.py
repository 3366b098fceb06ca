"""Erasing one statement by its code: the row is destroyed, the erasure recorded, every code gets the same answer.

Erasing follows the way of the rows, arrival → settled → statement, with a new snapshot for each table: a row that moves
meanwhile is met further on. In `arrival` only the sealed bytes go; settling still places the leaf and counts it.
"""

from datetime import date

from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from signer.database import is_sqlite
from signer.initiatives.initiative import Initiative
from signer.initiatives.keys import read_storage_key
from signer.retention.journal import journal_of, note_request
from signer.sealing.code import Code
from signer.settings import Settings
from signer.statements.day_list import envelope_digest
from signer.statements.tables import arrival, erasure, erasure_pace, settled, statement


def erase(connection: Connection, settings: Settings, initiative: Initiative, code: Code, *, on: date) -> None:
    """Erase the statement that `code` names, if there is one; tell nobody whether there was.

    connection: of a transaction of its own: it is no act of somebody who runs the service, and no log has it. It is
    the caller's. The request is in the journal before the transaction can be durable.
    A batch that was frozen with the statement stays: it holds its days without what was erased of them.
    Raises StoreUnavailable or MissingSecret.
    """
    storage_key = read_storage_key(settings, initiative.registration_number)
    # Written for every code: one that names nothing must wait for the disk like one that does.
    _take_a_turn(connection)
    gone = [row for table in (arrival, settled, statement) if (row := _take_out(connection, table, initiative, code))]
    # While it is copied from one table to the next, SQLite has it in both.
    statement_id = gone[0].id if gone else code.statement_id
    if gone:
        connection.execute(
            insert(erasure).values(
                statement_id=statement_id,
                proof=code.erasure_proof,
                envelope_sha256=envelope_digest(gone[0].sealed, statement_id, storage_key),
                initiative_id=initiative.id,
                member_state=gone[0].member_state,
                submitted_on=gone[0].submitted_on,
                erased_on=on,
            )
        )
    note_request(journal_of(settings), statement_id, code.erasure_proof, on=on)


def _take_out(connection: Connection, table: Table, initiative: Initiative, code: Code) -> Row[tuple[object]] | None:
    here = table.c.id.in_(code.statement_ids) & (table.c.initiative_id == initiative.id) & table.c.sealed.is_not(None)
    row = connection.execute(select(table).where(here).with_for_update()).one_or_none()
    if row:
        gone = update(table).values(sealed=None) if table is arrival else delete(table)
        connection.execute(gone.where(table.c.id == row.id))
    return row


def _take_a_turn(connection: Connection) -> None:
    new = (sqlite_insert if is_sqlite(connection) else postgres_insert)(erasure_pace).values(id=1, turn=1)
    connection.execute(new.on_conflict_do_update(index_elements=["id"], set_={"turn": erasure_pace.c.turn + 1}))
