"""Brings a database to the current schema, forward from every schema that ever landed (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine

from signer.database import reading, writing
from signer.errors import SignerError

PACKAGED = Path(__file__).parent / "migrations"
CHECKOUT = Path(__file__).parent.parent / "migrations"


class WrongSchema(SignerError):
    """The database is not at the schema that this release needs."""


def migrate(engine: Engine) -> tuple[str, str]:
    """Bring the database to the current schema in one transaction; return the schemas before (empty if none) and now.

    Raises WrongSchema or StoreUnavailable.
    """
    try:
        with writing(engine) as connection:
            config = _config()
            config.attributes["connection"] = connection
            before = find_schema(connection)
            command.upgrade(config, "head")
            return before, find_schema(connection)
    except CommandError as error:
        raise WrongSchema(f"the database cannot be migrated: {error}") from None


def require_current(engine: Engine) -> None:
    """Return if the database is at the current schema. Raises WrongSchema, saying what to do, or StoreUnavailable."""
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    with reading(engine) as connection:
        found = find_schema(connection)
    if found != wanted:
        raise WrongSchema(f"the database is at schema {found or 'none'}, expected {wanted}; run `signer init`")


def find_schema(connection: Connection) -> str:
    """Return the schema that the database is at; empty if it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def _config() -> Config:
    config = Config()
    folder = PACKAGED if PACKAGED.is_dir() else CHECKOUT
    # Alembic would read a percent sign as the start of a variable.
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
