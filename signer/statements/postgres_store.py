"""PostgreSQL: one data-modifying statement, committed by itself; the server groups the commits."""

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import Engine

from signer.database import POOL_WAIT_SECONDS, StoreUnavailable
from signer.statements.store import SealedStatement, WriteOutcome, raise_unless_stored

LOST_A_RACE = max(outcome.value for outcome in WriteOutcome) + 1
"""The answer that is no outcome: another transaction committed after this one took its snapshot."""

# One round trip and one flush, given to the driver: the expression language would take as long as sealing does.
# Freezing a final batch locks the statement table before it writes `finalised`, so an insert either commits before it
# or sees that row.
WRITE = f"""
WITH spent AS (
    INSERT INTO spent_check (id, spent_on)
    SELECT %(check_id)s, %(submitted_on)s
    WHERE NOT EXISTS (SELECT FROM erasure WHERE statement_id = %(statement_id)s)
      AND NOT EXISTS (
          SELECT FROM finalised WHERE initiative_id = %(initiative_id)s AND member_state = %(member_state)s
      )
      AND NOT EXISTS (SELECT FROM statement WHERE id = %(statement_id)s)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), kept AS (
    INSERT INTO statement (id, initiative_id, member_state, submitted_on, key_id, sealed)
    SELECT %(statement_id)s, %(initiative_id)s, %(member_state)s, %(submitted_on)s, %(key_id)s, %(sealed)s FROM spent
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), leafed AS (
    INSERT INTO leaf (commitment) SELECT %(commitment)s FROM kept
), counted AS (
    INSERT INTO received_pending (initiative_id, member_state, submitted_on)
    SELECT %(initiative_id)s, %(member_state)s, %(submitted_on)s FROM kept
)
SELECT CASE
    WHEN EXISTS (SELECT FROM kept) THEN {WriteOutcome.STORED.value}
    WHEN EXISTS (SELECT FROM erasure WHERE statement_id = %(statement_id)s) THEN {WriteOutcome.ERASED.value}
    WHEN EXISTS (SELECT FROM statement WHERE id = %(statement_id)s) THEN {WriteOutcome.STORED.value}
    WHEN EXISTS (
        SELECT FROM finalised WHERE initiative_id = %(initiative_id)s AND member_state = %(member_state)s
    ) THEN {WriteOutcome.FINALISED.value}
    WHEN EXISTS (SELECT FROM spent_check WHERE id = %(check_id)s) THEN {WriteOutcome.CHECK_SPENT.value}
    ELSE {LOST_A_RACE}
END
"""  # noqa: S608 - only numbers of ours go into the text
CONNECTIONS = 4
"""Of each process: one for each thread that signs (`cli/serve.py`). With 16 or more in all a slow disk hardly shows."""
TRIES = 3


class PostgresStore:
    """Writes through a fixed pool of connections of its own, which are made when they are needed first."""

    def __init__(self, engine: Engine) -> None:
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._pool = ConnectionPool(
            url, min_size=0, max_size=CONNECTIONS, timeout=POOL_WAIT_SECONDS, kwargs={"autocommit": True}, open=True
        )

    def write(self, sealed: SealedStatement) -> None:
        """Make `sealed` durable. Raises AlreadyErased, CollectionFinalised, CheckSpent or StoreUnavailable."""
        values = {name: getattr(sealed, name) for name in SealedStatement.__slots__}
        for _ in range(TRIES):
            found = self._execute(values)
            # The same page, or two with one human check, sent at once: the other one committed after our snapshot was
            # taken. Look again.
            if found != LOST_A_RACE:
                raise_unless_stored(WriteOutcome(found))
                return
        raise StoreUnavailable("the database did not settle whether the statement is stored")

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()

    def _execute(self, values: dict[str, object]) -> int:
        try:
            with self._pool.connection() as connection:
                row = connection.execute(WRITE, values).fetchone()
        except (psycopg.Error, PoolTimeout) as error:
            # Without the driver's text, which may quote the row.
            raise StoreUnavailable(f"the database could not be used ({type(error).__name__})") from None
        if row is None:
            raise StoreUnavailable("the database gave no answer")
        return int(row[0])
