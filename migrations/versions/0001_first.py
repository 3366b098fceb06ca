"""The first schema: initiatives, sealed statements, the log's leaves, counts, batches.

Costs nothing on an empty database. Undo by removing the database.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _initiatives()
    _statements()
    _log()
    _batches()
    if op.get_bind().dialect.name == "postgresql":
        # Random bytes do not compress, and a row that leaves its page costs a seventh of the throughput.
        op.execute("ALTER TABLE statement ALTER sealed SET STORAGE PLAIN")


def _initiatives() -> None:
    op.create_table(
        "initiative",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("registration_number", sa.Text, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("registered_on", sa.Date, nullable=False),
        sa.Column("collection_start", sa.Date, nullable=False),
        sa.Column("collection_end", sa.Date, nullable=False),
        sa.Column("register_url", sa.Text, nullable=False),
        sa.Column("website", sa.Text, nullable=False),
        sa.Column("original_language", sa.Text, nullable=False),
        sa.Column("organisers", sa.JSON, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="initiative_pkey"),
        sa.UniqueConstraint("registration_number", name="initiative_registration_number_key"),
    )
    op.create_table(
        "initiative_text",
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("objectives", sa.Text, nullable=False),
        sa.Column("website", sa.Text, nullable=False),
        sa.Column("partial_registration", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", "language", name="initiative_text_pkey"),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiative.id"], name="initiative_text_initiative_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "collection_key",
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("installed_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", name="collection_key_pkey"),
        sa.UniqueConstraint("public_key", name="collection_key_public_key_key"),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiative.id"], name="collection_key_initiative_id_fkey", ondelete="CASCADE"
        ),
    )


def _statements() -> None:
    op.create_table(
        "statement",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("submitted_on", sa.Date, nullable=False),
        sa.Column("key_id", sa.LargeBinary(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("batch", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="statement_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("statement_place_index", "statement", ["initiative_id", "member_state", "submitted_on", "batch"])
    op.create_table(
        "erasure",
        sa.Column("statement_id", sa.LargeBinary(16), nullable=False),
        sa.Column("code", sa.LargeBinary(16), nullable=False),
        sa.Column("sealed_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("submitted_on", sa.Date, nullable=False),
        sa.Column("erased_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name="erasure_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasure_pace",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("turn", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="erasure_pace_pkey"),
    )
    op.create_table(
        "received",
        *_place(),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", "member_state", "submitted_on", name="received_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table("received_pending", *_place())
    op.create_table(
        "finalised",
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", "member_state", name="finalised_pkey"),
        sqlite_with_rowid=False,
    )


def _place() -> list[sa.Column[object]]:
    return [
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("submitted_on", sa.Date, nullable=False),
    ]


def _log() -> None:
    op.create_table(
        "leaf",
        sa.Column("commitment", sa.LargeBinary(32), nullable=False),
        sa.Column("place", sa.BigInteger),
        sa.PrimaryKeyConstraint("commitment", name="leaf_pkey"),
        sa.UniqueConstraint("place", name="leaf_place_key"),
        sqlite_with_rowid=False,
    )
    pending = sa.text("place IS NULL")
    op.create_index("leaf_pending_index", "leaf", ["commitment"], sqlite_where=pending, postgresql_where=pending)
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("peaks", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="log_head_pkey"),
        sa.CheckConstraint("id = 1", name="log_head_single_check"),
    )


def _batches() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("frozen_on", sa.Date, nullable=False),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.Column("manifest", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="batch_pkey"),
        sa.UniqueConstraint(
            "initiative_id", "member_state", "number", name="batch_initiative_id_member_state_number_key"
        ),
        sa.ForeignKeyConstraint(["initiative_id"], ["initiative.id"], name="batch_initiative_id_fkey"),
    )
