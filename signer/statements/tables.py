"""Tables of the signing path.

No foreign keys: on PostgreSQL each insert would lock the one row of its initiative, the hottest row there is.
Nothing here has a time, an order of arrival, a language, an address or anything else about how a statement came.
"""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, Table, Text

from signer.database import METADATA

statement = Table(
    "statement",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("initiative_id", Integer, nullable=False),
    Column("member_state", Text, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("key_id", LargeBinary(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("batch", Integer),
    Index("statement_place_index", "initiative_id", "member_state", "submitted_on", "batch"),
    sqlite_with_rowid=False,
)
"""A sealed statement: the envelope, wrapped once more under the storage key. Clustered by its random id."""

erasure = Table(
    "erasure",
    METADATA,
    Column("statement_id", LargeBinary(16), primary_key=True),
    Column("code", LargeBinary(16), nullable=False),
    Column("sealed_sha256", LargeBinary(32), nullable=False),
    Column("initiative_id", Integer, nullable=False),
    Column("member_state", Text, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("erased_on", Date, nullable=False),
    Column("batch", Integer),
    sqlite_with_rowid=False,
)
"""What was erased: received = kept + erased. The code shows that its holder asked; the row it named is gone.

`batch`: the batch that an authority has already, with the statement in it; otherwise null.
"""

erasure_pace = Table("erasure_pace", METADATA, Column("id", Integer, primary_key=True), Column("turn", BigInteger))
"""One row that every attempt to erase writes, so that a code that names nothing takes a flush too."""

received = Table(
    "received",
    METADATA,
    Column("initiative_id", Integer, primary_key=True),
    Column("member_state", Text, primary_key=True),
    Column("submitted_on", Date, primary_key=True),
    Column("statements", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Statements received by initiative, Member State and day; erasing does not lower it."""

received_pending = Table(
    "received_pending",
    METADATA,
    Column("initiative_id", Integer, nullable=False),
    Column("member_state", Text, nullable=False),
    Column("submitted_on", Date, nullable=False),
)
"""PostgreSQL only: one row for each statement until the next roll-up adds it to `received`."""

spent_check = Table(
    "spent_check",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("spent_on", Date, nullable=False),
    sqlite_with_rowid=False,
)
"""The human check of each statement of the last days, so that it counts once. It names no statement and no person, and
its day is the one that the statement's row has anyway."""

finalised = Table(
    "finalised",
    METADATA,
    Column("initiative_id", Integer, primary_key=True),
    Column("member_state", Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""A final batch was frozen: a request that was still under way must not add a statement behind it."""
