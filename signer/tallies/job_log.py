"""When each periodic job was last done, on any machine: without it the service collects and nobody counts."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select

from signer.tallies.tables import periodic_run


class Work(StrEnum):
    """What comes back.

    leader: a worker leads. settle: a fixed time of settling came, or a worker waits for the first. night: the days
    before are complete. empty_log: neither write-ahead log nor tables tell any more who came when. daily: forecasts
    are made. Of what belongs to a day, the time is that when it began: it may end after midnight.
    """

    LEADER = "leader"
    SETTLE = "settle"
    NIGHT = "night"
    EMPTY_LOG = "empty-log"
    DAILY = "daily"


def note_run(connection: Connection, work: Work, *, at: datetime) -> None:
    """Note that `work` has ended well. at: see `Work`."""
    connection.execute(delete(periodic_run).filter_by(work=work))
    connection.execute(insert(periodic_run).values(work=work, ended_at=at))


def read_runs(connection: Connection) -> Mapping[Work, datetime]:
    """Return when each kind of work last ended; what never has is left out."""
    return {Work(row.work): row.ended_at for row in connection.execute(select(periodic_run))}
