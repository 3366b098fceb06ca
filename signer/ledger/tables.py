"""Tables of the log."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, LargeBinary, Table, Text

from signer.database import METADATA

leaf = Table(
    "leaf",
    METADATA,
    Column("commitment", LargeBinary(32), primary_key=True),
    Column("initiative_id", Integer),
    Column("place", BigInteger, nullable=False, unique=True),
    sqlite_with_rowid=False,
)
"""One for each statement that was settled; nothing leads from a leaf to its statement.

`initiative_id`: null where a release before schema 0009 placed it and the instance had several initiatives.
"""

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
