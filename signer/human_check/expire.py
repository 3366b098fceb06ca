"""Forgetting which checks were spent, once no page that carries one can be sent any more."""

from datetime import date, timedelta

from sqlalchemy import Engine, bindparam, delete, select

from signer.statements.tables import spent_check
from signer.storage import InTurn

KEPT_DAYS = 1
"""A check and the check page made with it end within three hours; today's and yesterday's are enough."""
CHUNK = 300


def expire_spent_checks(engine: Engine, today: date) -> int:
    """Delete the spent checks of the day before yesterday and earlier; return how many. Raises StoreUnavailable.

    In small commits, for which nobody searches while others wait to write.
    """
    old = select(spent_check.c.id).where(spent_check.c.spent_on < today - timedelta(days=KEPT_DAYS))
    turns, forgotten = InTurn(engine), 0
    for chunk in turns.chunks(old.order_by(spent_check.c.id).limit(bindparam("most")), {}, of=CHUNK):
        # What a power cut brings back is forgotten in the next night.
        with turns.writing(durable=False) as connection:
            forgotten += connection.execute(delete(spent_check).where(spent_check.c.id.in_(chunk))).rowcount
    return forgotten
