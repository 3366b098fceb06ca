"""Keep which human checks were spent, so that each lets one statement in (decision 7).

Adds an empty table: no rewrite, the running release ignores it. Undo by dropping it; checks then count again for as
long as they last, at most three hours.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spent_check",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("spent_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name="spent_check_pkey"),
        sqlite_with_rowid=False,
    )
