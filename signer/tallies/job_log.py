"""When each periodic job last finished, on any machine: without it the service collects and nobody counts."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select

from signer.statements.tables import received_pending
from signer.tallies.tables import periodic_run


class Work(StrEnum):
    """What comes back: counting what is pending, placing leaves in the log, and what belongs to each day."""

    ROLL_UP = "roll-up"
    SEQUENCE = "sequence"
    DAILY = "daily"


def note_run(connection: Connection, work: Work, *, at: datetime) -> None:
    """Note that `work` has ended well just now."""
    connection.execute(delete(periodic_run).filter_by(work=work))
    connection.execute(insert(periodic_run).values(work=work, ended_at=at))


def read_runs(connection: Connection) -> Mapping[Work, datetime]:
    """Return when each kind of work last ended; what never has is left out."""
    return {Work(row.work): row.ended_at for row in connection.execute(select(periodic_run))}


def count_waiting(connection: Connection) -> int:
    """Return how many statements wait to be counted: on SQLite none ever does."""
    return connection.scalar(select(func.count()).select_from(received_pending)) or 0
