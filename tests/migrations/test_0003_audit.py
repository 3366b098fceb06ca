"""The audit log comes to an instance that collects: nothing there is touched, and then nothing in the log ever is."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text

from signer import schema
from signer.audit.entry import EntryKind
from signer.audit.read import read_entries, read_head, verify
from signer.audit.record import AUDIT_KEY, audit_key, record_event
from signer.batches.tables import batch
from signer.database import StoreUnavailable, open_engine, reading, writing
from signer.initiatives.tables import initiative
from signer.ledger.tables import leaf
from signer.schema import migrate
from signer.settings import Settings
from signer.statements.tables import statement

INITIATIVE = (
    "INSERT INTO initiative VALUES (1, '2027/000042', 'eu', '2027-01-07', '2027-02-01', '2028-01-31', "
    "'', '', 'en', '[]', 'collecting')"
)
STATEMENT = {
    "id": bytes(range(16)),
    "initiative_id": 1,
    "member_state": "DE",
    "submitted_on": "2027-05-01",
    "key_id": bytes(16),
    "sealed": b"sealed",
}
BATCH = {
    "id": 1,
    "initiative_id": 1,
    "member_state": "DE",
    "number": 1,
    "state": "frozen",
    "reason": "",
    "final": False,
    "until": "2027-05-01",
    "frozen_on": "2027-05-02",
    "statements": 1,
    "manifest": b"manifest",
}


def insertion(table: str, row: dict[str, object]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"


def test_rows_stay_and_a_log_begins_that_the_database_refuses_to_change(empty_database: str, tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, secrets=tmp_path / "secrets", database_url=empty_database)
    settings.make_secret(AUDIT_KEY)
    engine = open_engine(settings)
    with writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text(INITIATIVE))
        connection.execute(text(insertion("statement", STATEMENT)), STATEMENT)
        connection.execute(text(insertion("batch", BATCH)), BATCH)
        connection.execute(text("INSERT INTO leaf VALUES (:commitment, 0)"), {"commitment": bytes(32)})

    migrate(engine)

    with reading(engine) as connection:
        assert connection.scalars(select(initiative.c.registration_number)).all() == ["2027/000042"]
        kept = connection.execute(select(statement.c.id, statement.c.sealed)).all()
        assert [tuple(row) for row in kept] == [(STATEMENT["id"], b"sealed")]
        assert connection.scalars(select(batch.c.manifest)).all() == [b"manifest"]
        assert connection.execute(select(leaf.c.commitment, leaf.c.place)).all() == [(bytes(32), 0)]
        assert (list(read_entries(connection)), read_head(connection)) == ([], "")
    with writing(engine) as connection:
        record_event(connection, settings, EntryKind.RECONCILED, actor="command:test")
    for sql in ("UPDATE audit_entry SET actor = 'command:eve'", "DELETE FROM audit_entry"):
        with pytest.raises(StoreUnavailable), writing(engine) as connection:
            connection.execute(text(sql))
    with reading(engine) as connection:
        key = audit_key(settings).verifying_key
        assert verify(read_entries(connection), read_head(connection), settings, key).size == 1
    engine.dispose()
