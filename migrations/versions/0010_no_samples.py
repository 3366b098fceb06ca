"""PostgreSQL keeps no samples of what came or was erased today: they say of each id that it was there by then (14).

What it had sampled of ids, proofs and hashes is forgotten; autovacuum goes on counting rows.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


NAMING = (
    ("arrival", "id"),
    ("arrival", "commitment"),
    ("settled", "id"),
    ("erasure", "statement_id"),
    ("erasure", "proof"),
    ("erasure", "envelope_sha256"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in NAMING:
        # To the type that it has: nothing is rewritten, and the samples are dropped.
        op.execute(f"ALTER TABLE {table} ALTER {column} TYPE bytea")
        op.execute(f"ALTER TABLE {table} ALTER {column} SET STATISTICS 0")
