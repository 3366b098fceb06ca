"""Tables of batches."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
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
    Column("since", Date, nullable=False, server_default="0001-01-01"),
    Column("erased", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("initiative_id", "member_state", "number"),
)
"""A range of days of one Member State, `since` to `until`, without what was erased of it; no statement says its batch.

`statements`, `manifest`: of the file as it was last made. `erased`: of these days, when it was made; what was erased
since is no longer there. The days of a batch that has failed are open again.
"""

batch_step = Table(
    "batch_step",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("step", Text, nullable=False),
    Column("taken_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    Column("statements", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("batch_step_batch_id_index", "batch_id"),
)
"""What happened to a batch, in order of `id`; by day, since one of the steps is made by a signatory who erases."""

certificate = Table(
    "certificate",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("reference", Text, nullable=False),
    Column("valid_online", BigInteger, nullable=False),
    Column("valid_paper", BigInteger, nullable=False),
    Column("invalid", Text, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Index("certificate_batch_id_index", "batch_id"),
)
"""What an authority certified (Regulation (EU) 2019/788, Annex VI); the newest of a batch counts.

`invalid`: JSON, code of a reason to the number of statements, as far as the authority told.
"""
