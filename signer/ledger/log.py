"""The sequencer: gives pending leaves their places and signs a checkpoint of the log.

Leaves that came in the same stretch of time are placed sorted by hash, so that the log keeps no order of arrival. One
sequencer at a time; a second one waits at the lock.
"""

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from signer.database import Lock, hold, writing
from signer.ledger.checkpoint import Checkpoint
from signer.ledger.merkle import Frontier
from signer.ledger.tables import leaf, log_head
from signer.sealing.signing import SigningKey

FETCH = 10_000


def sequence(engine: Engine, *, origin: str, key: SigningKey) -> Checkpoint:
    """Place all pending leaves and return the new checkpoint. Raises StoreUnavailable; nothing is half-placed."""
    with writing(engine) as connection:
        return sequence_within(connection, origin=origin, key=key)


def sequence_within(connection: Connection, *, origin: str, key: SigningKey) -> Checkpoint:
    """Place all pending leaves as part of the caller's transaction."""
    hold(connection, Lock.SEQUENCE)
    head = connection.execute(select(log_head.c.size, log_head.c.peaks)).one_or_none()
    frontier = Frontier.decode(head.size, head.peaks) if head else Frontier()
    _place_pending(connection, frontier.size)
    placed = select(leaf.c.commitment).where(leaf.c.place >= frontier.size).order_by(leaf.c.place)
    rows = connection.execute(placed.execution_options(yield_per=FETCH))
    grown = frontier.extended(row.commitment for row in rows)
    checkpoint = Checkpoint(origin, grown.size, grown.root)
    if head is None or grown.size != frontier.size:
        connection.execute(delete(log_head))
        connection.execute(
            insert(log_head).values(id=1, size=grown.size, peaks=grown.encode(), note=checkpoint.sign(key))
        )
    return checkpoint


def latest_note(connection: Connection) -> str | None:
    """Return the latest signed checkpoint, or None before the first."""
    return connection.scalar(select(log_head.c.note))


def _place_pending(connection: Connection, start: int) -> None:
    # One statement sees one state: a leaf that is committed meanwhile waits for the next time.
    place = (start - 1 + func.row_number().over(order_by=leaf.c.commitment)).label("place")
    ranked = select(leaf.c.commitment, place).where(leaf.c.place.is_(None)).subquery()
    connection.execute(update(leaf).values(place=ranked.c.place).where(leaf.c.commitment == ranked.c.commitment))
