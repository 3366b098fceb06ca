"""The two stores, one for each database."""

from sqlalchemy import Engine

from signer.database import is_sqlite
from signer.statements.postgres_store import PostgresStore
from signer.statements.sqlite_store import SqliteStore
from signer.statements.store import Store


def open_store(engine: Engine) -> Store:
    """Return the store that fits the database of `engine`."""
    return SqliteStore(engine) if is_sqlite(engine) else PostgresStore(engine)
