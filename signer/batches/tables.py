"""Tables of batches."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from signer.database import METADATA

batch = Table(
    "batch",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("initiative_id", ForeignKey("initiative.id"), nullable=False),
    Column("member_state", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("until", Date, nullable=False),
    Column("frozen_on", Date, nullable=False),
    Column("statements", BigInteger, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    UniqueConstraint("initiative_id", "member_state", "number"),
)
"""A frozen set of statements of one Member State. A statement whose batch has failed is open again."""
