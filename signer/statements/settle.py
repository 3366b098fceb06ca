"""Settling: arrivals become settled statements, leaves with a place, and counts; in groups, sorted.

A group is what waits of one initiative, at most some thousand at a time, chosen and placed in order of leaf hash, and
kept in order of id. Neither order has to do with that of arrival.

- It waits for nobody who signs, nor they for it: it deletes rows that are committed, and others insert further ones.
  (SQLite has one writer, who is kept waiting for a small chunk at a time.)
- Exact: a lock of the transaction and the head's old size guard it, so that of two settlers one stands back, also after
  a failover, which a lock of the session does not survive.
- Idempotent: killed at any point, it goes on where it was.

PostgreSQL does a group in one transaction. SQLite places the leaves, then copies rows, then deletes arrivals in the
order in which they lie: a page that is freed when its last *id* has been copied would say, by its number, which ids
came together. In between a row lies in two tables; the leaf says that it was placed, its copy that it was copied. Only
placing is flushed: what copies and deletes is done again where a power cut undid it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, Engine, Row, bindparam, func, insert, select, text

from signer.database import Lock, hold, is_sqlite, reading, writing
from signer.initiatives.keys import log_key
from signer.ledger.log import HeadMoved, grow_head, next_place
from signer.ledger.tables import leaf
from signer.settings import Settings
from signer.statements.tables import arrival
from signer.storage import AT_ONCE, InTurn, leave_dead_rows_behind

FEWEST = 10
"""Fewer of an initiative wait, until their day is over: a group hides each of its members."""
GROUP = 5_000
"""Who erases may have to wait for one group: half a second."""
SQLITE_GROUP, SQLITE_CHUNK = 300, 100
"""Some 20 ms each, so that whoever signs waits briefly; `make proof PART=million-sqlite` measures how long."""

SETTLE = text("""
WITH moved AS (
    DELETE FROM arrival WHERE id IN (
        SELECT id FROM arrival
        WHERE initiative_id = :initiative_id AND submitted_on <= :until AND commitment > :after
        ORDER BY commitment LIMIT :most
    )
    RETURNING id, initiative_id, member_state, submitted_on, key_id, sealed, commitment
), kept AS (
    INSERT INTO settled (id, initiative_id, member_state, submitted_on, key_id, sealed)
    SELECT id, initiative_id, member_state, submitted_on, key_id, sealed FROM moved WHERE sealed IS NOT NULL ORDER BY id
), counted AS (
    INSERT INTO received AS there (initiative_id, member_state, submitted_on, statements)
    SELECT initiative_id, member_state, submitted_on, count(*) FROM moved
    GROUP BY initiative_id, member_state, submitted_on ORDER BY initiative_id, member_state, submitted_on
    ON CONFLICT (initiative_id, member_state, submitted_on)
    DO UPDATE SET statements = there.statements + excluded.statements
)
INSERT INTO leaf (commitment, initiative_id, place)
SELECT commitment, initiative_id, :next_place - 1 + row_number() OVER (ORDER BY commitment)
FROM moved ORDER BY commitment
RETURNING commitment
""").bindparams(bindparam("until", type_=Date))

PLACED = "EXISTS (SELECT 1 FROM leaf WHERE leaf.commitment = arrival.commitment)"
COPIED = """(EXISTS (SELECT 1 FROM settled WHERE settled.id = arrival.id)
    OR EXISTS (SELECT 1 FROM statement WHERE statement.id = arrival.id))"""
UNPLACED = (
    text(f"""
SELECT commitment, member_state, submitted_on FROM arrival
WHERE initiative_id = :initiative_id AND submitted_on <= :until AND NOT {PLACED}
ORDER BY commitment LIMIT :most
""")  # noqa: S608 - text of ours, here and below
    .bindparams(bindparam("until", type_=Date))
    .columns(submitted_on=Date)
)
COUNT = text("""
INSERT INTO received (initiative_id, member_state, submitted_on, statements)
VALUES (:initiative_id, :member_state, :submitted_on, :statements)
ON CONFLICT (initiative_id, member_state, submitted_on) DO UPDATE SET statements = statements + excluded.statements
""").bindparams(bindparam("submitted_on", type_=Date))
UNCOPIED = text(f"""
SELECT id FROM arrival
WHERE initiative_id = :initiative_id AND sealed IS NOT NULL AND {PLACED} AND NOT {COPIED}
ORDER BY id LIMIT :most
""")  # noqa: S608
COPY = text(f"""
INSERT INTO settled (id, initiative_id, member_state, submitted_on, key_id, sealed)
SELECT id, initiative_id, member_state, submitted_on, key_id, sealed FROM arrival
WHERE id IN :chosen AND sealed IS NOT NULL AND NOT {COPIED}
ORDER BY id
""").bindparams(bindparam("chosen", expanding=True))  # noqa: S608
LEFT = f"{PLACED} AND (sealed IS NULL OR {COPIED})"
UNDELETED = text(f"""
SELECT rowid FROM arrival WHERE initiative_id = :initiative_id AND {LEFT} ORDER BY rowid LIMIT :most
""")  # noqa: S608
# A row id may be another row's by now.
LEAVE = text(f"DELETE FROM arrival WHERE rowid IN :chosen AND {LEFT}").bindparams(  # noqa: S608
    bindparam("chosen", expanding=True)
)


def count_waiting(engine: Engine, *, until: date = date.max) -> dict[int, int]:
    """Return how many arrivals up to a day wait, by initiative. For settling only: the console has `reconcile.py`."""
    of = arrival.c.initiative_id
    wanted = select(of, func.count().label("total")).where(arrival.c.submitted_on <= until).group_by(of)
    with reading(engine, arrival) as connection:
        return {row.initiative_id: int(row.total) for row in connection.execute(wanted)}


def settle(engine: Engine, settings: Settings, initiative_id: int, *, until: date = date.max) -> int:
    """Settle what waits of an initiative and bears a day up to `until`; return how many. Raises StoreUnavailable.

    Where another settler is at work, it stands back: 0, or as many as were settled before the other came.
    """
    step = _settle_on_sqlite if is_sqlite(engine) else _settle_on_postgresql
    settled = 0
    with suppress(HeadMoved):
        for group in step(engine, settings, initiative_id, until):
            settled += group
    return settled


def empty_arrivals(engine: Engine) -> bool:
    """PostgreSQL: let go of what the deleted rows still hold, where few have come meanwhile; return whether so.

    Nobody who signs waits longer than for a tenth of a second; where that is not enough, next time.
    """
    return is_sqlite(engine) or leave_dead_rows_behind(engine, arrival) is None


def _settle_on_postgresql(engine: Engine, settings: Settings, initiative_id: int, until: date) -> Iterator[int]:
    key, after = log_key(settings), b""
    while True:
        with writing(engine) as connection:
            hold(connection, Lock.SETTLE)
            values = {"initiative_id": initiative_id, "until": until, "after": after, "most": GROUP}
            placed = connection.scalars(SETTLE, values | {"next_place": next_place(connection)}).all()
            grow_head(connection, origin=settings.log_origin, key=key)
        yield len(placed)
        if len(placed) < GROUP:
            return
        after = max(placed)


def _settle_on_sqlite(engine: Engine, settings: Settings, initiative_id: int, until: date) -> Iterator[int]:
    yield from _place(engine, settings, initiative_id, until)
    turns = InTurn(engine)
    for search, move in ((UNCOPIED, COPY), (UNDELETED, LEAVE)):
        for chunk in turns.chunks(search, {"initiative_id": initiative_id}, of=SQLITE_CHUNK):
            with turns.writing(durable=False) as connection:
                connection.execute(move, {"chosen": chunk})


def _place(engine: Engine, settings: Settings, initiative_id: int, until: date) -> Iterator[int]:
    """Place leaves and count: what was placed is settled, wherever its row lies."""
    key, turns = log_key(settings), InTurn(engine)
    for place, group in _groups(engine, initiative_id, until):
        with turns.writing() as connection:
            if next_place(connection) != place:
                raise HeadMoved("another process settles; it has placed leaves meanwhile")
            if group:
                _place_group(connection, initiative_id, group, place)
            grow_head(connection, origin=settings.log_origin, key=key)
        yield len(group)


def _groups(engine: Engine, initiative_id: int, until: date) -> Iterator[tuple[int, Sequence[Row[Any]]]]:
    """Yield what waits, group by group, each with the place of its first leaf; one at least, which may be empty.

    So the head also grows over what was placed without it.
    """
    values = {"initiative_id": initiative_id, "until": until, "most": AT_ONCE}
    while True:
        with reading(engine) as connection:
            place = next_place(connection)
            waiting = connection.execute(UNPLACED, values).all()
        for start in range(0, max(1, len(waiting)), SQLITE_GROUP):
            yield place + start, waiting[start : start + SQLITE_GROUP]
        if len(waiting) < AT_ONCE:
            return


def _place_group(connection: Connection, initiative_id: int, group: Sequence[Row[Any]], place: int) -> None:
    leaves = [
        {"commitment": row.commitment, "initiative_id": initiative_id, "place": place + number}
        for number, row in enumerate(group)
    ]
    connection.execute(insert(leaf), leaves)
    counts = Counter((row.member_state, row.submitted_on) for row in group)
    for (member_state, on), count in sorted(counts.items()):
        values = {"initiative_id": initiative_id, "member_state": member_state, "submitted_on": on}
        connection.execute(COUNT, values | {"statements": count})
