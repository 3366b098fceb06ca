"""Brings a database to the current schema, forward from every schema that ever landed (Alembic)."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, func, inspect, select, table

from signer.database import SQLITE_PAGE_BYTES, translated, writing
from signer.errors import SignerError
from signer.storage import has_right_pages, resize_pages

if TYPE_CHECKING:
    from alembic.config import Config

PACKAGED = Path(__file__).parent / "migrations"
CHECKOUT = Path(__file__).parent.parent / "migrations"
REWRITES = "0009"
"""The schema whose migration rewrites all statements."""
KEPT_BY_ALEMBIC = table("alembic_version", column("version_num"))


class WrongSchema(SignerError):
    """The database is not at the schema that this release needs."""


def migrate(engine: Engine) -> tuple[str, str]:
    """Bring the database to the current schema in one transaction; return the schemas before (empty if none) and now.

    SQLite: then bring the file to the current size of pages, which rewrites it. Raises WrongSchema or StoreUnavailable.
    """
    # Late, here and below: loading it would take a fifth of the time of each command that only asks for the schema.
    from alembic import command
    from alembic.util.exc import CommandError

    config = _config()
    try:
        with writing(engine) as connection:
            config.attributes["connection"] = connection
            before = find_schema(connection)
            if not has_right_pages(engine):
                # The whole file is written again below: zeros in what is freed now would only take room in its log.
                connection.exec_driver_sql("PRAGMA secure_delete=OFF")
            command.upgrade(config, "head")
            now = find_schema(connection)
    except CommandError as error:
        raise WrongSchema(f"the database cannot be migrated: {error}") from None
    resize_pages(engine)
    return before, now


def count_to_rewrite(engine: Engine) -> int:
    """Return how many statements `migrate` has to rewrite; 0 where it has nothing to do. Raises StoreUnavailable."""
    statements = table("statement")
    with translated(), engine.connect() as connection:
        is_here = inspect(connection).has_table(statements.name)
        if not is_here or (find_schema(connection) >= REWRITES and has_right_pages(engine)):
            return 0
        return connection.scalar(select(func.count()).select_from(statements)) or 0


def newest_schema() -> str:
    """Return the schema that this release needs: the last of the migrations, which are numbered."""
    return max(path.name.partition("_")[0] for path in (_migrations() / "versions").glob("[0-9]*.py"))


def require_current(engine: Engine) -> None:
    """Return if the database is at the current schema. Raises WrongSchema, saying what to do, or StoreUnavailable."""
    wanted = newest_schema()
    with translated(), engine.connect() as connection:
        found = find_schema(connection)
    if found != wanted:
        raise WrongSchema(f"the database is at schema {found or 'none'}, expected {wanted}; run `signer init`")
    if not has_right_pages(engine):
        raise WrongSchema(
            f"the file has no pages of {SQLITE_PAGE_BYTES} bytes yet; stop the service and run `signer init`"
        )


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
