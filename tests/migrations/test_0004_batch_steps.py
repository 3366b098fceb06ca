"""The audit log and the steps of batches come to an instance that has frozen batches already."""

from pathlib import Path

from alembic import command
from sqlalchemy import select, text

from signer import schema
from signer.batches.tables import batch_step
from signer.database import open_engine, reading, writing
from signer.schema import migrate
from signer.settings import Settings

INITIATIVE = (
    "INSERT INTO initiative VALUES (1, '2027/000042', 'eu', '2027-01-07', '2027-02-01', '2028-01-31', "
    "'', '', 'en', '[]', 'collecting')"
)
BATCH = (
    "INSERT INTO batch VALUES ({id}, 1, 'DE', {id}, '{state}', '{reason}', {final}, "
    "'2027-05-01', '2027-05-02', 9, {manifest})"
)


def test_each_batch_gets_the_steps_that_are_known_of_it(empty_database: str, tmp_path: Path) -> None:
    engine = open_engine(Settings(instance=tmp_path, secrets=tmp_path, database_url=empty_database))
    postgres = engine.dialect.name == "postgresql"
    values = {"final": "false" if postgres else "0", "manifest": "'m'::bytea" if postgres else "x'6d'"}
    with writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text(INITIATIVE))
        connection.exec_driver_sql(BATCH.format(id=1, state="failed", reason="superseded by the final batch", **values))
        connection.exec_driver_sql(BATCH.format(id=2, state="frozen", reason="", **values))

    migrate(engine)

    with reading(engine) as connection:
        steps = connection.execute(select(batch_step).order_by(batch_step.c.batch_id, batch_step.c.id)).all()
    assert [(step.batch_id, step.step, step.statements, step.reason) for step in steps] == [
        (1, "frozen", 9, ""),
        (1, "failed", 9, "superseded by the final batch"),
        (2, "frozen", 9, ""),
    ]
    engine.dispose()
