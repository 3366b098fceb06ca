"""How the service itself stands: what whoever keeps it running looks at, on the status page and in the metrics.

Everything here is read from the database, the instance folder and the disk, so that each worker and each machine says
the same; nothing is of a person, an address or a single statement.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from importlib.metadata import version

from sqlalchemy import Connection, func, select

from signer.audit.entry import EntryKind
from signer.audit.tables import audit_entry
from signer.database import reading
from signer.human_check.surge import Mode, read_mode
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.queries import read_initiatives
from signer.retention.deadlines import last_day_kept_of
from signer.schema import find_schema
from signer.service.service import Service
from signer.tallies.job_log import Work, read_runs

LATE: Mapping[Work, timedelta] = {
    Work.LEADER: timedelta(minutes=2),
    Work.SETTLE: timedelta(minutes=2),
    Work.NIGHT: timedelta(hours=27),
    Work.EMPTY_LOG: timedelta(hours=27),
    Work.DAILY: timedelta(hours=27),
}
"""After how long each periodic job is late; settling, beyond the time between two of them."""
RECONCILED_LATE = BACKUP_LATE = timedelta(hours=50)
"""Once a day, and one may have failed."""
DISK_WARN_BYTES, DISK_FAIL_BYTES = 5 << 30, 500 << 20
ENDS_SOON = timedelta(days=30)


class Condition(StrEnum):
    """good: nothing is to be done. look: soon. act: now."""

    GOOD = "good"
    LOOK = "look"
    ACT = "act"


@dataclass(frozen=True)
class InitiativeTerm:
    """The days of one initiative that the operator must not miss. destroy_by: the last on which rows may be kept."""

    initiative: Initiative
    collects_until: date
    destroy_by: date

    def condition(self, today: date) -> Condition:
        """Tell whether the day of destruction is near."""
        if today > self.destroy_by:
            return Condition.ACT
        return Condition.LOOK if today + ENDS_SOON >= self.destroy_by else Condition.GOOD


@dataclass(frozen=True)
class ServiceStatus:
    """The service at a moment.

    release, schema, database: what runs. runs: when each periodic job last ended. settle_seconds: how far apart the
    times of settling are. backup_at: when a backup was last recorded; None if never.
    reconciled_at, disagreed_at: when numbers last agreed and did not. disk_free, disk_total: of the instance folder, in
    bytes. mode: what the operator said about a rush.
    """

    now: datetime
    today: date
    release: str
    schema: str
    database: str
    runs: Mapping[Work, datetime]
    settle_seconds: int
    backup_at: datetime | None
    reconciled_at: datetime | None
    disagreed_at: datetime | None
    disk_free: int
    disk_total: int
    mode: Mode
    terms: tuple[InitiativeTerm, ...]

    @property
    def leading(self) -> Condition:
        """A leader says so every few seconds; minutes without it mean that no worker does periodic work."""
        return _act_if(self._is_late(Work.LEADER))

    @property
    def settling(self) -> Condition:
        """Arrivals are settled at fixed times, of which the first comes after a while."""
        if Work.SETTLE not in self.runs:
            return Condition.LOOK
        return _act_if(self._is_late(Work.SETTLE))

    @property
    def night(self) -> Condition:
        """Days are completed after midnight in Brussels: nothing tells any more in which order people came."""
        return _act_if(self._is_late(Work.NIGHT))

    @property
    def emptying(self) -> Condition:
        """When the night ends, neither write-ahead log nor tables tell any more who came when."""
        return Condition.LOOK if self._is_late(Work.EMPTY_LOG) else Condition.GOOD

    @property
    def daily(self) -> Condition:
        """Forecasts are made after midnight in Brussels."""
        return _act_if(self._is_late(Work.DAILY))

    @property
    def backup(self) -> Condition:
        """A backup belongs to each day."""
        return Condition.LOOK if _older(self.backup_at, self.now, BACKUP_LATE) else Condition.GOOD

    @property
    def numbers_agree(self) -> bool:
        """Received = kept + erased, as far as was tried last."""
        return not self.disagreed_at or bool(self.reconciled_at and self.reconciled_at > self.disagreed_at)

    @property
    def reconciling(self) -> Condition:
        """Numbers agreed, and lately."""
        if not self.numbers_agree:
            return Condition.ACT
        return Condition.LOOK if _older(self.reconciled_at, self.now, RECONCILED_LATE) else Condition.GOOD

    @property
    def disk(self) -> Condition:
        """A database without room stores nothing."""
        if self.disk_free < DISK_FAIL_BYTES:
            return Condition.ACT
        return Condition.LOOK if self.disk_free < DISK_WARN_BYTES else Condition.GOOD

    def _is_late(self, work: Work) -> bool:
        return is_late(self.runs.get(work), work, now=self.now, settle_seconds=self.settle_seconds)


def is_late(at: datetime | None, work: Work, *, now: datetime, settle_seconds: int) -> bool:
    """Tell whether a periodic job, which last ended at this time, should have ended once more by now."""
    between = timedelta(seconds=settle_seconds) if work is Work.SETTLE else timedelta()
    return _older(at, now, between + LATE[work])


def read_status(service: Service) -> ServiceStatus:
    """Return how the service stands. Raises StoreUnavailable."""
    settings, today = service.settings, service.today()
    disk = shutil.disk_usage(settings.instance)
    with reading(service.engine) as connection:
        return ServiceStatus(
            now=datetime.now(UTC),
            today=today,
            release=version("signer"),
            schema=find_schema(connection),
            database=service.engine.dialect.name,
            runs=read_runs(connection),
            settle_seconds=settings.sequence_seconds,
            backup_at=_last(connection, EntryKind.BACKUP_TAKEN),
            reconciled_at=_last(connection, EntryKind.RECONCILED),
            disagreed_at=_last(connection, EntryKind.NOT_RECONCILED),
            disk_free=disk.free,
            disk_total=disk.total,
            mode=read_mode(settings.instance),
            terms=tuple(_term(each) for each in read_initiatives(connection) if each.status is not Status.DRAFT),
        )


def _term(initiative: Initiative) -> InitiativeTerm:
    return InitiativeTerm(initiative, initiative.collection_end, last_day_kept_of(initiative))


def _last(connection: Connection, kind: EntryKind) -> datetime | None:
    at = connection.scalar(select(func.max(audit_entry.c.at)).filter_by(kind=kind))
    return datetime.fromisoformat(at) if at else None


def _older(at: datetime | None, now: datetime, allowed: timedelta) -> bool:
    return at is None or now - at > allowed


def _act_if(late: bool) -> Condition:
    return Condition.ACT if late else Condition.GOOD
