"""An instance that collects gets a place for when periodic work last ended, and keeps what it has."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import text

from signer import schema
from signer.database import open_engine, reading, writing
from signer.schema import migrate
from signer.settings import Settings
from signer.tallies.job_log import Work, note_run, read_runs

NOW = datetime(2027, 5, 1, 22, 30, tzinfo=UTC)


def test_counts_stay_and_no_work_has_run_yet(empty_database: str, tmp_path: Path) -> None:
    engine = open_engine(Settings(instance=tmp_path, secrets=tmp_path, database_url=empty_database))
    with writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        connection.exec_driver_sql("INSERT INTO received VALUES (1, 'DE', '2027-05-01', 12)")

    migrate(engine)

    with writing(engine) as connection:
        assert connection.scalar(text("SELECT statements FROM received")) == 12
        assert read_runs(connection) == {}
        note_run(connection, Work.SETTLE, at=NOW)
    with reading(engine) as connection:
        assert read_runs(connection) == {Work.SETTLE: NOW}
    engine.dispose()
