"""Keep each step of a batch and each certificate, and from which batch a statement was erased after its hand-over.

Adds two tables, a first step for each batch that is there, and a nullable column without a rewrite; the running release
ignores them. Undo by dropping them, which loses the certificates.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_step",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("batch_id", sa.Integer, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("taken_on", sa.Date, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="batch_step_pkey"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="batch_step_batch_id_fkey"),
    )
    op.create_index("batch_step_batch_id_index", "batch_step", ["batch_id"])
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("batch_id", sa.Integer, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("valid_online", sa.BigInteger, nullable=False),
        sa.Column("valid_paper", sa.BigInteger, nullable=False),
        sa.Column("invalid", sa.Text, nullable=False),
        sa.Column("recorded_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name="certificate_pkey"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="certificate_batch_id_fkey"),
    )
    op.create_index("certificate_batch_id_index", "certificate", ["batch_id"])
    op.add_column("erasure", sa.Column("batch", sa.Integer))
    columns = "batch_id, step, taken_on, actor, statements, digest, reason"
    before = "'before the release that keeps steps'"
    for step, chosen in (("frozen", "1 = 1"), ("failed", "state = 'failed'")):
        op.execute(
            f"INSERT INTO batch_step ({columns}) SELECT id, '{step}', frozen_on, {before}, statements, '', "  # noqa: S608
            f"{'reason' if step == 'failed' else repr('')} FROM batch WHERE {chosen} ORDER BY id"
        )
