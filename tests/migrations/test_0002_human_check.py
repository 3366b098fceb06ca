"""The second migration goes over a database that collects, and touches nothing in it."""

from pathlib import Path

from alembic import command
from sqlalchemy import inspect, select, text

from signer import schema
from signer.database import open_engine, reading, writing
from signer.schema import migrate
from signer.settings import Settings
from signer.statements.tables import spent_check, statement

ROW = {
    "id": bytes(range(16)),
    "initiative_id": 1,
    "member_state": "DE",
    "submitted_on": "2027-05-01",
    "key_id": bytes(16),
    "sealed": b"sealed",
}


def test_statements_stay_and_no_check_is_spent(empty_database: str, tmp_path: Path) -> None:
    engine = open_engine(Settings(instance=tmp_path, secrets=tmp_path, database_url=empty_database))
    with writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(f"INSERT INTO statement ({', '.join(ROW)}) VALUES ({', '.join(f':{name}' for name in ROW)})"),
            ROW,
        )
        assert "spent_check" not in inspect(connection).get_table_names()

    migrate(engine)

    with reading(engine) as connection:
        assert connection.scalars(select(statement.c.id)).all() == [ROW["id"]]
        assert connection.execute(select(spent_check)).all() == []
    engine.dispose()
