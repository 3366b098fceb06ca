"""Make a place for the share of repeats that organisers expect of a Member State.

Adds a table: no rewrite, the running release ignores it. Undo by dropping it, which loses those shares.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "repeat_share",
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiative.id"], name="repeat_share_initiative_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("initiative_id", "member_state", name="repeat_share_pkey"),
    )
