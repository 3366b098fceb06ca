"""Tables of the log."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, text

from signer.database import METADATA

leaf = Table(
    "leaf",
    METADATA,
    Column("commitment", LargeBinary(32), primary_key=True),
    Column("place", BigInteger, unique=True),
    Index(
        "leaf_pending_index", "commitment", sqlite_where=text("place IS NULL"), postgresql_where=text("place IS NULL")
    ),
    sqlite_with_rowid=False,
)
"""One for each statement received; nothing leads from a leaf to its statement. `place` is null until sequenced."""

log_head = Table(
    "log_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("id = 1", name="single"),
)
"""The tree as it stands (`Frontier.encode`) and its latest signed checkpoint."""
