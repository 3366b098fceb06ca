"""PostgreSQL: one data-modifying statement, committed by itself; the server groups the commits."""

from sqlalchemy import Engine, text

from signer.database import StoreUnavailable, translated
from signer.statements.store import Outcome, SealedStatement, raise_unless_stored

# One round trip and one flush. Freezing a final batch locks the statement table before it writes `finalised`, so an
# insert either commits before it or sees that row.
WRITE = text("""
WITH spent AS (
    INSERT INTO spent_check (id, spent_on)
    SELECT :check_id, :submitted_on
    WHERE NOT EXISTS (SELECT FROM erasure WHERE statement_id = :statement_id)
      AND NOT EXISTS (SELECT FROM finalised WHERE initiative_id = :initiative_id AND member_state = :member_state)
      AND NOT EXISTS (SELECT FROM statement WHERE id = :statement_id)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), kept AS (
    INSERT INTO statement (id, initiative_id, member_state, submitted_on, key_id, sealed)
    SELECT :statement_id, :initiative_id, :member_state, :submitted_on, :key_id, :sealed FROM spent
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), leafed AS (
    INSERT INTO leaf (commitment) SELECT :commitment FROM kept
), counted AS (
    INSERT INTO received_pending (initiative_id, member_state, submitted_on)
    SELECT :initiative_id, :member_state, :submitted_on FROM kept
)
SELECT CASE
    WHEN EXISTS (SELECT FROM kept) THEN 0
    WHEN EXISTS (SELECT FROM erasure WHERE statement_id = :statement_id) THEN 1
    WHEN EXISTS (SELECT FROM statement WHERE id = :statement_id) THEN 0
    WHEN EXISTS (SELECT FROM finalised WHERE initiative_id = :initiative_id AND member_state = :member_state) THEN 2
    WHEN EXISTS (SELECT FROM spent_check WHERE id = :check_id) THEN 3
    ELSE 4
END
""")
LOST_A_RACE = 4
TRIES = 3


class PostgresStore:
    """Writes through a fixed pool of connections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def write(self, sealed: SealedStatement) -> None:
        """Make `sealed` durable. Raises AlreadyErased, CollectionFinalised, CheckSpent or StoreUnavailable."""
        values = {name: getattr(sealed, name) for name in SealedStatement.__slots__}
        for _ in range(TRIES):
            with translated(), self._engine.connect() as connection:
                found = connection.execute(WRITE, values).scalar_one()
            # The same page, or two with one human check, sent at once: the other one committed after our snapshot was
            # taken. Look again.
            if found != LOST_A_RACE:
                raise_unless_stored(Outcome(found))
                return
        raise StoreUnavailable("the database did not settle whether the statement is stored")

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()
