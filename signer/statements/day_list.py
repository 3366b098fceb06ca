"""Day lists: what each day brought of a Member State, kept from the first night, for a log that outsiders can hold.

A list is a count and the root of a Merkle tree (RFC 9162 section 2.1) over the statements of the day, in order of id:

    leaf = SHA-256(0x00 ‖ id (16 bytes) ‖ day (10 ASCII characters, ISO 8601) ‖ SHA-256(envelope))

It counts all that was received that day; an erasure keeps id, day and digest, so that the list can be made again from
what is there. The first list of a Member State covers all days before it, too. Days are listed behind the fence only.
"""

import hashlib
import heapq
from collections.abc import Iterator, Mapping
from datetime import date
from operator import itemgetter

from sqlalchemy import Connection, Engine, func, insert, select

from signer.database import Lock, hold, reading, writing
from signer.initiatives.initiative import Initiative
from signer.initiatives.keys import read_storage_key
from signer.ledger.merkle import LEAF_PREFIX, Frontier
from signer.sealing.storage_key import StorageKey, WrongStorageKey
from signer.settings import Settings
from signer.statements.tables import day_list, erasure, received, statement

FETCH = 1_000

_Listed = tuple[bytes, date, bytes]
"""Id, day, SHA-256 of the envelope."""


def list_days(engine: Engine, settings: Settings, initiative: Initiative, until: date) -> None:
    """Make the day lists that are missing up to the day `until`. Raises StoreUnavailable or MissingSecret.

    It reads outside the transactions that write: nobody waits for it.
    """
    with reading(engine) as connection:
        missing = list(_missing(connection, initiative.id, until))
    if not missing:
        return
    storage_key = read_storage_key(settings, initiative.registration_number)
    for member_state, first, last in missing:
        here = {"initiative_id": initiative.id, "member_state": member_state}
        with reading(engine) as connection:
            tree = _tree(_listed(connection, here, first, last, storage_key))
        with writing(engine) as connection:
            hold(connection, Lock.SETTLE)
            # Another process may have listed the day meanwhile; it is the same list.
            if connection.execute(select(day_list).filter_by(last_day=last, **here)).first() is None:
                values = {"first_day": first, "last_day": last, "statements": tree.size, "root": tree.root}
                connection.execute(insert(day_list).values(**values, **here))


def envelope_digest(sealed: bytes, statement_id: bytes, storage_key: StorageKey) -> bytes:
    """Return the SHA-256 of the envelope in a stored row; of the stored bytes where they do not unwrap.

    A row that was damaged must be erasable and countable like any other.
    """
    try:
        return hashlib.sha256(storage_key.unwrap(sealed, statement_id)).digest()
    except WrongStorageKey:
        return hashlib.sha256(sealed).digest()


def _missing(connection: Connection, initiative_id: int, until: date) -> Iterator[tuple[str, date, date]]:
    """Yield Member State, first and last day of each list that is to be made."""
    listed = {
        row.member_state: row.last
        for row in connection.execute(
            select(day_list.c.member_state, func.max(day_list.c.last_day).label("last"))
            .filter_by(initiative_id=initiative_id)
            .group_by(day_list.c.member_state)
        )
    }
    days: dict[str, list[date]] = {}
    rows = select(received.c.member_state, received.c.submitted_on).filter_by(initiative_id=initiative_id)
    for row in connection.execute(rows.where(received.c.submitted_on <= until).order_by(received.c.submitted_on)):
        if row.submitted_on > listed.get(row.member_state, date.min):
            days.setdefault(row.member_state, []).append(row.submitted_on)
    for member_state, found in sorted(days.items()):
        if member_state in listed:
            yield from ((member_state, day, day) for day in found)
        else:
            yield member_state, found[0], found[-1]


def _listed(
    connection: Connection, here: Mapping[str, object], first: date, last: date, storage_key: StorageKey
) -> Iterator[_Listed]:
    kept = select(statement.c.id, statement.c.submitted_on, statement.c.sealed).filter_by(**here)
    rows = connection.execute(
        kept.where(statement.c.submitted_on.between(first, last))
        .order_by(statement.c.id)
        .execution_options(yield_per=FETCH)
    )
    gone = connection.execute(
        select(erasure.c.statement_id, erasure.c.submitted_on, erasure.c.envelope_sha256)
        .filter_by(**here)
        .where(erasure.c.submitted_on.between(first, last))
        .order_by(erasure.c.statement_id)
    )
    yield from heapq.merge(
        ((id_, day, envelope_digest(sealed, id_, storage_key)) for id_, day, sealed in rows),
        (tuple(row) for row in gone.all()),
        key=itemgetter(0),
    )


def _tree(listed: Iterator[_Listed]) -> Frontier:
    return Frontier().extended(
        hashlib.sha256(LEAF_PREFIX + id_ + day.isoformat().encode("ascii") + digest).digest()
        for id_, day, digest in listed
    )
