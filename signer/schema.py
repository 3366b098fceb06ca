"""Brings a database to the current schema, forward from every schema that ever landed (Alembic)."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, inspect, select, table

from signer.database import reading, writing
from signer.errors import SignerError

if TYPE_CHECKING:
    from alembic.config import Config

PACKAGED = Path(__file__).parent / "migrations"
CHECKOUT = Path(__file__).parent.parent / "migrations"
KEPT_BY_ALEMBIC = table("alembic_version", column("version_num"))


class WrongSchema(SignerError):
    """The database is not at the schema that this release needs."""


def migrate(engine: Engine) -> tuple[str, str]:
    """Bring the database to the current schema in one transaction; return the schemas before (empty if none) and now.

    Raises WrongSchema or StoreUnavailable.
    """
    # Late, here and below: loading it would take a fifth of the time of each command that only asks for the schema.
    from alembic import command
    from alembic.util.exc import CommandError

    config = _config()
    try:
        with writing(engine) as connection:
            config.attributes["connection"] = connection
            before = find_schema(connection)
            command.upgrade(config, "head")
            return before, find_schema(connection)
    except CommandError as error:
        raise WrongSchema(f"the database cannot be migrated: {error}") from None


def newest_schema() -> str:
    """Return the schema that this release needs: the last of the migrations, which are numbered."""
    return max(path.name.partition("_")[0] for path in (_migrations() / "versions").glob("[0-9]*.py"))


def require_current(engine: Engine) -> None:
    """Return if the database is at the current schema. Raises WrongSchema, saying what to do, or StoreUnavailable."""
    wanted = newest_schema()
    with reading(engine) as connection:
        found = find_schema(connection)
    if found != wanted:
        raise WrongSchema(f"the database is at schema {found or 'none'}, expected {wanted}; run `signer init`")


def find_schema(connection: Connection) -> str:
    """Return the schema that the database is at; empty if it has none."""
    if not inspect(connection).has_table(KEPT_BY_ALEMBIC.name):
        return ""
    return connection.scalar(select(KEPT_BY_ALEMBIC.c.version_num)) or ""


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    # Alembic would read a percent sign as the start of a variable.
    config.set_main_option("script_location", str(_migrations()).replace("%", "%%"))
    return config


def _migrations() -> Path:
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT
