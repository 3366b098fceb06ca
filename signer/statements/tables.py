"""Tables of the signing path, and the way of a row through them: arrival → settled → statement.

- `arrival`: what has come. It is emptied by each settling, for its order of rows is the order of arrival.
- `settled`: the statements of the settlings of the day, each of which put its group in by ascending id.
- `statement`: the statements of the days that are over, put in by the night, by ascending id. Inserted and erased,
  never updated.

No foreign keys: on PostgreSQL each insert would lock the one row of its initiative, the hottest row there is.
Nothing here has a time, a language, an address or anything else about how a statement came, and no row of a statement,
leaf, count or erasure depends on the order of arrival after the night: no transaction id, page or free page (decision
14). Spent checks keep an order of their own until they are forgotten, and name nothing.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, Table, Text

from signer.database import METADATA, WRITTEN_AGAIN


def _of_sealed() -> tuple[Column[Any], ...]:
    """Return the columns of a statement that is no longer on its way."""
    return (
        Column("id", LargeBinary(16), primary_key=True),
        Column("initiative_id", Integer, nullable=False),
        Column("member_state", Text, nullable=False),
        Column("submitted_on", Date, nullable=False),
        Column("key_id", LargeBinary(16), nullable=False),
        Column("sealed", LargeBinary, nullable=False),
    )


arrival = Table(
    "arrival",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("initiative_id", Integer, nullable=False),
    Column("member_state", Text, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("key_id", LargeBinary(16), nullable=False),
    Column("sealed", LargeBinary),
    Column("commitment", LargeBinary(32), nullable=False),
)
"""A sealed statement and its leaf hash, as they came. `sealed`: null once it was erased; settling still counts it.

On SQLite a table with a row id, so that rows are appended: what one commit brings lies together, and the pages that are
freed are freed in the order in which they were filled, whatever ids they held.
"""

settled = Table("settled", METADATA, *_of_sealed(), sqlite_with_rowid=False)
"""A statement that was placed in the log and counted, until the night of its day."""

statement = Table(
    "statement",
    METADATA,
    *_of_sealed(),
    Index("statement_place_index", "initiative_id", "member_state", "id", "submitted_on"),
    sqlite_with_rowid=False,
)
"""A sealed statement: the envelope, wrapped once more under the storage key."""

erasure = Table(
    "erasure",
    METADATA,
    Column("statement_id", LargeBinary(16), primary_key=True),
    Column("proof", LargeBinary(32), nullable=False),
    Column("envelope_sha256", LargeBinary(32), nullable=False),
    Column("initiative_id", Integer, nullable=False),
    Column("member_state", Text, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("erased_on", Date, nullable=False),
    sqlite_with_rowid=False,
    info=WRITTEN_AGAIN,
)
"""What was erased: received = kept + erased. `proof` shows that the code's holder asked, and opens nothing.

`envelope_sha256`: of the envelope; of the stored bytes where these did not unwrap, or where a release before schema
0009 erased.
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
    info=WRITTEN_AGAIN,
)
"""Statements received by initiative, Member State and day, added up by settling; erasing does not lower it."""

spent_check = Table(
    "spent_check",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("spent_on", Date, nullable=False),
    sqlite_with_rowid=False,
)
"""The human check of each statement of the last days, so that it counts once. It names no statement and no person, and
its day is the one that the statement's row has anyway."""

day_list = Table(
    "day_list",
    METADATA,
    Column("initiative_id", Integer, primary_key=True),
    Column("member_state", Text, primary_key=True),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, primary_key=True),
    Column("statements", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
"""What each day brought of a Member State, erased ones included, and the Merkle root over it (`day_list.py`).

`first_day` is `last_day`, but for the first list of a Member State, which covers all days before it too.
"""
