"""Keep when each kind of periodic work last ended, for the operators' status page and their metrics.

Adds a table of a handful of rows: no rewrite, the running release ignores it. Undo by dropping it; nothing is lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "periodic_run",
        sa.Column("work", sa.Text, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("work", name="periodic_run_pkey"),
    )
