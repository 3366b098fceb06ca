"""Reading the audit log: all of it in order, its latest entries, its signed head; and whether nothing was touched."""

import json
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Row, select

from signer.audit.entry import BrokenChain, ChainedEntry, Entry, follow_chain
from signer.audit.record import audit_origin
from signer.audit.tables import audit_entry, audit_head
from signer.ledger.checkpoint import Checkpoint, MalformedCheckpoint, read_checkpoint
from signer.sealing.signing import VerifyingKey
from signer.settings import Settings

FETCH = 1000


def read_head(connection: Connection) -> str:
    """Return the signed note of the newest head; empty before the first entry."""
    return connection.scalar(select(audit_head.c.note)) or ""


def read_entries(connection: Connection) -> Iterator[ChainedEntry]:
    """Yield all entries from the first on, a thousand in memory at a time. Raises BrokenChain for an unreadable one."""
    # Also what somebody added before the first: it must be found.
    last = -(1 << 62)
    while rows := connection.execute(
        select(audit_entry).where(audit_entry.c.number > last).order_by(audit_entry.c.number).limit(FETCH)
    ).all():
        yield from map(_read, rows)
        last = rows[-1].number


def latest_entries(connection: Connection, count: int, *, initiative: str = "", before: int = 0) -> tuple[Entry, ...]:
    """Return the latest `count` entries, the newest first, also one whose details somebody has made unreadable.

    initiative: only those about this registration number. before: only those with a smaller number, if it is not 0.
    """
    rows = select(audit_entry).order_by(audit_entry.c.number.desc()).limit(count)
    if initiative:
        rows = rows.where(audit_entry.c.initiative == initiative)
    if before:
        rows = rows.where(audit_entry.c.number < before)
    return tuple(_shown(row) for row in connection.execute(rows))


def verify(
    entries: Iterable[ChainedEntry], head: str, settings: Settings, key: VerifyingKey, *, kept: Iterable[str] = ()
) -> Checkpoint:
    """Return the head if nothing was removed, changed or added since it was signed. Raises BrokenChain.

    kept: signed heads of earlier days that somebody has kept elsewhere. Only they show what whoever holds database and
    audit key together has written anew.
    """
    origin = audit_origin(settings)
    if not head:
        if any(True for _ in entries):
            raise BrokenChain("the audit log has entries, but its signed head is missing")
        raise BrokenChain("the audit log is empty; every instance has at least the entry of its own start")
    signed = _read_note(head, origin, key)
    known = [_read_note(note, origin, key) for note in kept]
    follow_chain(entries, size=signed.size, last=signed.root, known={note.size: note.root for note in known})
    return signed


def _read_note(note: str, origin: str, key: VerifyingKey) -> Checkpoint:
    try:
        return read_checkpoint(note, origin=origin, key=key)
    except MalformedCheckpoint:
        raise BrokenChain(f"a head of the audit log is not signed by the audit key of {origin}") from None


def _shown(row: Row[tuple[object, ...]]) -> Entry:
    try:
        return _read(row).entry
    except BrokenChain:
        # Whoever looks at the log must see the others, and be able to ask which one was changed.
        return Entry(row.number, row.at, row.kind, row.actor, row.initiative, {"unreadable": row.details})


def _read(row: Row[tuple[object, ...]]) -> ChainedEntry:
    try:
        details = json.loads(row.details)
    except ValueError:
        raise BrokenChain(f"entry {row.number} of the audit log was changed: its details are no JSON") from None
    if not isinstance(details, dict):
        raise BrokenChain(f"entry {row.number} of the audit log was changed: its details are no table")
    return ChainedEntry(Entry(row.number, row.at, row.kind, row.actor, row.initiative, details), row.hash)
