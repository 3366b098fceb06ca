"""The fence of an initiative: the last day of which no further statement is taken.

The end of each day, an early closing and a final batch all use it. Raising it does not wait for requests under way:
`statements.night` does.
"""

from datetime import date

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from signer.database import is_sqlite
from signer.initiatives.tables import fence


def raise_fence(connection: Connection, initiative_id: int, until: date) -> None:
    """Take no further statement of the days up to and with `until`; a fence that is further on stays."""
    new = (sqlite_insert if is_sqlite(connection) else postgres_insert)(fence)
    put = new.values(initiative_id=initiative_id, until=until)
    connection.execute(
        put.on_conflict_do_update(
            index_elements=["initiative_id"], set_={"until": put.excluded.until}, where=fence.c.until < until
        )
    )
