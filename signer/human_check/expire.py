"""Forgetting which checks were spent, once no page that carries one can be sent any more."""

from datetime import date, timedelta

from sqlalchemy import Engine, delete, select

from signer.database import reading
from signer.statements.tables import spent_check
from signer.storage import InTurn

KEPT_DAYS = 1
"""A check and the check page made with it end within three hours; today's and yesterday's are enough."""
AT_ONCE = 1_000


def expire_spent_checks(engine: Engine, today: date) -> int:
    """Delete the spent checks of the day before yesterday and earlier; return how many. Raises StoreUnavailable.

    In small commits, for which nobody searches while others wait to write.
    """
    is_old = spent_check.c.spent_on < today - timedelta(days=KEPT_DAYS)
    turns, forgotten, last = InTurn(engine), 0, b""
    while True:
        next_ = select(spent_check.c.id).where(is_old, spent_check.c.id > last).order_by(spent_check.c.id)
        with reading(engine, counts=False) as connection:
            ids = connection.scalars(next_.limit(AT_ONCE)).all()
        if not ids:
            return forgotten
        first, last = ids[0], ids[-1]
        with turns.writing() as connection:
            old = delete(spent_check).where(is_old, spent_check.c.id.between(first, last))
            forgotten += connection.execute(old).rowcount
