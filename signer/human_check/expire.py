"""Forgetting which checks were spent, once no page that carries one can be sent any more."""

from datetime import date, timedelta

from sqlalchemy import Engine, delete, select

from signer.database import writing
from signer.statements.tables import spent_check

KEPT_DAYS = 1
"""A check and the check page made with it end within three hours; today's and yesterday's are enough."""
AT_ONCE = 5_000


def expire_spent_checks(engine: Engine, today: date) -> int:
    """Delete the spent checks of the day before yesterday and earlier; return how many. Raises StoreUnavailable.

    In small commits: signing goes on between them.
    """
    old = spent_check.c.spent_on < today - timedelta(days=KEPT_DAYS)
    some = select(spent_check.c.id).where(old).limit(AT_ONCE)
    forgotten = 0
    while True:
        with writing(engine) as connection:
            deleted = connection.execute(delete(spent_check).where(spent_check.c.id.in_(some))).rowcount
        forgotten += deleted
        if deleted < AT_ONCE:
            return forgotten
