"""The planner's samples name no statement that is on its way, also those that were taken before."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from sqlalchemy import Engine, text

from signer import schema
from signer.database import open_engine, writing
from signer.schema import migrate
from signer.settings import Settings

ROWS = """
INSERT INTO {table} SELECT decode(md5(n::text), 'hex'), 1, 'DE', '2027-05-01', decode(md5('key'), 'hex'), '\\x00'{more}
FROM generate_series(1, 500) AS n
"""
ERASED = """
INSERT INTO erasure
SELECT decode(md5(n::text), 'hex'), sha256(n::text::bytea), sha256(n::text::bytea), 1, 'DE', '2027-05-01', '2027-05-01'
FROM generate_series(1, 500) AS n
"""


def sampled(engine: Engine) -> set[tuple[str, str]]:
    """Columns of which there are samples, once all is analysed."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("ANALYZE"))
        found = "SELECT tablename, attname FROM pg_stats WHERE tablename IN ('arrival', 'settled', 'erasure')"
        return {(table, column) for table, column in connection.execute(text(found))}


def test_samples_of_before_are_forgotten_and_none_are_taken(empty_postgres: Callable[[], str], tmp_path: Path) -> None:
    engine = open_engine(Settings(instance=tmp_path, secrets=tmp_path, database_url=empty_postgres()))
    with writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
    with writing(engine) as connection:
        for table, more in (("arrival", ", decode(md5('leaf ' || n), 'hex')"), ("settled", "")):
            connection.execute(text(ROWS.format(table=table, more=more)))
        connection.execute(text(ERASED))
    names = {("arrival", "id"), ("arrival", "commitment"), ("settled", "id")}
    names |= {("erasure", "statement_id"), ("erasure", "proof"), ("erasure", "envelope_sha256")}
    assert sampled(engine) >= names

    migrate(engine)

    assert not sampled(engine) & names
    with engine.connect() as connection:
        storage = text(
            "SELECT attstorage FROM pg_attribute WHERE attrelid = 'arrival'::regclass AND attname = 'sealed'"
        )
        assert connection.scalar(storage) == "p"
    engine.dispose()
