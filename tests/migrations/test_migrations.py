"""Migrations go forward from every landed schema, and end where the tables are."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

import signer.accounts.tables
import signer.audit.tables
import signer.batches.tables
import signer.initiatives.tables
import signer.ledger.tables
import signer.statements.tables
import signer.tallies.tables  # noqa: F401 - the tables register themselves
from signer.database import METADATA, open_engine, reading, writing
from signer.schema import WrongSchema, find_schema, migrate, newest_schema, require_current
from signer.settings import Settings
from tests.conftest import Instance


def test_the_migrated_schema_is_that_of_the_tables(instance: Instance) -> None:
    with reading(instance.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_schema_that_is_needed_is_where_all_migrations_lead(instance: Instance) -> None:
    """It is told from the files' names; Alembic follows what stands in them."""
    with reading(instance.engine) as connection:
        assert newest_schema() == MigrationContext.configure(connection).get_current_revision()
        assert find_schema(connection) == newest_schema()


def test_migrating_again_changes_nothing(instance: Instance) -> None:
    migrate(instance.engine)

    require_current(instance.engine)


def test_an_empty_database_is_refused_with_what_to_do(empty_database: str, tmp_path: object) -> None:
    engine = open_engine(Settings(instance=tmp_path, secrets=tmp_path, database_url=empty_database))  # type: ignore[arg-type]

    with pytest.raises(WrongSchema, match="signer init"):
        require_current(engine)
    engine.dispose()


def test_a_database_of_a_later_release_is_refused(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(WrongSchema, match="9999"):
        require_current(instance.engine)
    with pytest.raises(WrongSchema, match="cannot be migrated"):
        migrate(instance.engine)
