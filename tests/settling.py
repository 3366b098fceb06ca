"""Settling for tests: what the elected worker does at fixed times and at night, at once."""

from datetime import date

from sqlalchemy import Table, func, select, union_all

from signer.database import reading
from signer.statements.night import bring_home, let_go
from signer.statements.settle import empty_arrivals, settle
from signer.statements.tables import arrival, settled, statement
from signer.storage import empty_write_ahead_log
from tests.acts import MAY_DAY
from tests.conftest import Instance


def settle_now(instance: Instance) -> int:
    """Settle what waits, however little it is, and tidy as the leader does; return how many."""
    settled = settle(instance.engine, instance.settings, instance.initiative.id)
    empty_arrivals(instance.engine)
    empty_write_ahead_log(instance.engine)
    return settled


def pass_night(instance: Instance, *, after: date = MAY_DAY) -> None:
    """Let the day `after` be over: all that it brought is settled, moved and listed."""
    bring_home(instance.engine, instance.settings, instance.initiative, after)
    let_go(instance.engine)


def stored(instance: Instance) -> set[bytes]:
    """The ids of all statements that are there, wherever they lie."""
    with reading(instance.engine) as connection:
        ids = [select(table.c.id).where(table.c.sealed.is_not(None)) for table in (arrival, settled, statement)]
        return set(connection.scalars(union_all(*ids)))


def count(instance: Instance, *tables: Table) -> tuple[int, ...]:
    """How many rows there are in each of some tables."""
    with reading(instance.engine) as connection:
        return tuple(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
