"""Finds repeats among opened statements, in flat memory.

What is compared lies in a temporary database beside the output: HMAC-SHA256 (RFC 2104) of a statement's content,
identity and likeness under a random key that is never written. So a file that a power cut leaves behind tells nothing,
not even to somebody who tries all document numbers.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path

from signer.offline.open_record import Opened
from signer.scheme.form import Form
from signer.scheme.identity import identity, likeness
from signer.sealing.keyed_digest import keyed_digest

TAG_BYTES = 16
TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE statement (content BLOB PRIMARY KEY, identity BLOB NOT NULL, likeness BLOB, id BLOB NOT NULL)
        WITHOUT ROWID;
    CREATE TABLE left_out (kept BLOB NOT NULL, id BLOB NOT NULL);
"""
LEAVE_OUT = "INSERT INTO left_out SELECT id, ? FROM statement WHERE content = ?"
LEFT_OUT = "SELECT kept, id FROM left_out ORDER BY kept, id"
DIFFERING = """
    SELECT least, id FROM statement
    JOIN (SELECT identity, MIN(id) AS least FROM statement GROUP BY identity HAVING COUNT(*) > 1) USING (identity)
    ORDER BY least, id
"""
LOOK_ALIKES = """
    SELECT least, id FROM statement
    JOIN (SELECT likeness, MIN(id) AS least FROM statement WHERE likeness IS NOT NULL
          GROUP BY likeness HAVING COUNT(DISTINCT identity) > 1) USING (likeness)
    ORDER BY least, id
"""


@dataclass(frozen=True, slots=True)
class Tags:
    """What is compared of one statement: keyed tags of 16 bytes. likeness: None if the form gives no such hint."""

    content: bytes
    identity: bytes
    likeness: bytes | None


@dataclass(frozen=True)
class Tagger:
    """Makes the tags of one Member State's statements. key: 32 random bytes."""

    form: Form
    key: bytes = field(repr=False)

    def tags(self, opened: Opened) -> Tags:
        """Return the tags of a statement."""
        alike = likeness(opened.fields, self.form)
        return Tags(
            self._tag("content", chain.from_iterable(sorted(opened.fields.items()))),
            self._tag("identity", identity(opened.fields, self.form, on=opened.on)),
            self._tag("likeness", alike) if alike else None,
        )

    def _tag(self, purpose: str, parts: Iterable[str]) -> bytes:
        # Each part behind its length: no two lists of parts give the same message.
        message = "".join(f"{len(part)}:{part}" for part in (purpose, *parts))
        return keyed_digest(self.key, message.encode())[:TAG_BYTES]


class Repeats:
    """The statements of one Member State seen so far, by their tags."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def note(self, statement_id: bytes, tags: Tags) -> bool:
        """Take note of a statement; return whether it is to be written: it is no identical repeat of an earlier one."""
        row = (tags.content, tags.identity, tags.likeness, statement_id)
        if self._database.execute("INSERT OR IGNORE INTO statement VALUES (?, ?, ?, ?)", row).rowcount:
            return True
        self._database.execute(LEAVE_OUT, (statement_id, tags.content))
        return False

    def count_persons(self) -> int:
        """Return how many identities there are."""
        (count,) = self._database.execute("SELECT COUNT(DISTINCT identity) FROM statement").fetchone()
        return int(count)

    def identical(self) -> Iterator[tuple[bytes, ...]]:
        """Yield ids of statements with the same content: the one written first, then those left out."""
        for kept, rows in groupby(self._database.execute(LEFT_OUT), itemgetter(0)):
            yield (kept, *(statement_id for _, statement_id in rows))

    def differing(self) -> Iterator[tuple[bytes, ...]]:
        """Yield ids of written statements of one identity that differ."""
        yield from self._groups(DIFFERING)

    def look_alikes(self) -> Iterator[tuple[bytes, ...]]:
        """Yield ids of written statements that could be of one person under two identities."""
        yield from self._groups(LOOK_ALIKES)

    def _groups(self, query: str) -> Iterator[tuple[bytes, ...]]:
        for _, rows in groupby(self._database.execute(query), itemgetter(0)):
            yield tuple(statement_id for _, statement_id in rows)


@contextmanager
def repeats_in(path: Path) -> Iterator[Repeats]:
    """Yield an empty `Repeats` in a new database at `path`, which is deleted afterwards."""
    path.touch(mode=0o600, exist_ok=False)
    database = sqlite3.connect(path)
    try:
        database.executescript(TABLES)
        yield Repeats(database)
    finally:
        database.close()
        path.unlink()
