"""The head of the log: the tree over all leaves that have a place, and its signed checkpoint.

Settling gives leaves their places, sorted by hash within each group, so that the log keeps no order of arrival; in the
same transaction the head grows over them.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, func, insert, select, update

from signer.errors import SignerError
from signer.ledger.checkpoint import Checkpoint
from signer.ledger.merkle import Frontier
from signer.ledger.tables import leaf, log_head
from signer.sealing.signing import SigningKey

FETCH = 10_000


class MisplacedLeaf(SignerError):
    """A leaf stands where none can: a place before it is empty. Somebody has changed the table."""


class HeadMoved(SignerError):
    """Another process has grown the head meanwhile; nothing was placed."""


def next_place(connection: Connection) -> int:
    """Return the place of the next leaf: how many have one."""
    last = connection.scalar(select(func.max(leaf.c.place)))
    return 0 if last is None else last + 1


def grow_head(connection: Connection, *, origin: str, key: SigningKey) -> Checkpoint:
    """Grow the head over the leaves that were placed behind it, sign it, and return the new checkpoint.

    The caller's transaction makes it durable together with the leaves; nobody may publish it before that is known.
    Raises MisplacedLeaf, or HeadMoved: the condition on the old size holds where a lock did not, such as after a
    failover.
    """
    head = connection.execute(select(log_head.c.size, log_head.c.peaks)).one_or_none()
    frontier = Frontier.decode(head.size, head.peaks) if head else Frontier()
    grown = frontier.extended(_placed_from(connection, frontier.size))
    checkpoint = Checkpoint(origin, grown.size, grown.root)
    values = {"size": grown.size, "peaks": grown.encode(), "note": checkpoint.sign(key)}
    if head is None:
        connection.execute(insert(log_head).values(id=1, **values))
    elif grown.size != head.size:
        moved = connection.execute(update(log_head).where(log_head.c.size == head.size).values(values))
        if not moved.rowcount:
            raise HeadMoved(f"the log has grown beyond {head.size} leaves meanwhile; nothing was placed")
    return checkpoint


def _placed_from(connection: Connection, size: int) -> Iterator[bytes]:
    placed = select(leaf.c.place, leaf.c.commitment).where(leaf.c.place >= size).order_by(leaf.c.place)
    with connection.execute(placed.execution_options(yield_per=FETCH)) as rows:
        for expected, row in enumerate(rows, start=size):
            if row.place != expected:
                raise MisplacedLeaf(f"a leaf stands at place {row.place} of the log, where {expected} is the next")
            yield row.commitment


def latest_note(connection: Connection) -> str | None:
    """Return the latest signed checkpoint, or None before the first."""
    return connection.scalar(select(log_head.c.note))
