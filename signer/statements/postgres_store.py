"""PostgreSQL: one data-modifying statement, committed by itself; the server groups the commits."""

import re
from datetime import date

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import Engine

from signer.database import POOL_WAIT_SECONDS, StoreUnavailable
from signer.statements.store import LOOK, SealedStatement, WriteOutcome, raise_unless_stored

# One round trip and one flush, given to the driver: the expression language would take as long as sealing does.
# Raising the fence waits for what is under way (`night.py`): an arrival is committed before that, or sees the fence.
WRITE = """
WITH spent AS (
    INSERT INTO spent_check (id, spent_on)
    SELECT %(check_id)s, %(submitted_on)s
    WHERE NOT EXISTS (SELECT FROM fence WHERE initiative_id = %(initiative_id)s AND until >= %(submitted_on)s)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
)
INSERT INTO arrival (id, initiative_id, member_state, submitted_on, key_id, sealed, commitment)
SELECT %(statement_id)s, %(initiative_id)s, %(member_state)s, %(submitted_on)s, %(key_id)s, %(sealed)s, %(commitment)s
FROM spent
"""
LOOK_AGAIN = re.sub(r":(\w+)", r"%(\1)s", LOOK)
CONNECTIONS = 4
"""Of each process: one for each thread that signs (`cli/serve.py`). With 16 or more in all a slow disk hardly shows."""
SESSION = {"autocommit": True}
TRIES = 3


class PostgresStore:
    """Writes through a fixed pool of connections of its own, which are made when they are needed first."""

    def __init__(self, engine: Engine) -> None:
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._pool = ConnectionPool(
            url, min_size=0, max_size=CONNECTIONS, timeout=POOL_WAIT_SECONDS, kwargs=SESSION, open=True
        )

    def write(self, sealed: SealedStatement) -> date:
        """Make `sealed` durable; see `Store.write`."""
        values = {name: getattr(sealed, name) for name in SealedStatement.__slots__}
        try:
            with self._pool.connection() as connection:
                for _ in range(TRIES):
                    if connection.execute(WRITE, values).rowcount:
                        return sealed.submitted_on
                    # A statement of its own, whose snapshot has what the other transaction committed meanwhile.
                    found = connection.execute(LOOK_AGAIN, values).fetchone()
                    if found:
                        raise_unless_stored(WriteOutcome(found[0]))
                        stored_on: date = found[1]
                        return stored_on
        except (psycopg.Error, PoolTimeout) as error:
            # Without the driver's text, which may quote the row.
            raise StoreUnavailable(f"the database could not be used ({type(error).__name__})") from None
        raise StoreUnavailable("the database did not settle whether the statement is stored")

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()
