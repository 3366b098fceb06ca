"""Tables of the audit log. Triggers in the database refuse to change or remove an entry (migration 0003)."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, LargeBinary, Table, Text

from signer.database import METADATA

audit_entry = Table(
    "audit_entry",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("initiative", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
"""What somebody who runs the service did; `entry.Entry` says what each column holds."""

audit_head = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("id = 1", name="single"),
)
"""How many entries there are, the hash of the last one, and both as a note that the instance's audit key signed."""
