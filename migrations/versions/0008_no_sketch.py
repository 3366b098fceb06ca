"""Drop the sketch of persons and its estimates, and keep the share of repeats that organisers expect (decision 10).

No rewrite of anything else. The release before does not run on this schema, so end it first. There is no undo: the bits
are not in a backup either, if it was taken as the manual said. PostgreSQL deletes the files of the tables; their blocks
and the write-ahead log are overwritten in time only, which is why `signer init` also deletes the sketch's key.
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
    op.drop_table("person_sketch")
    op.drop_table("person_estimate")
