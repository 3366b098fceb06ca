"""Days: which of a Member State a batch holds, which are open, and the statements in a range of them.

A batch is a range of days behind the fence, without what was erased of it. No statement says in which batch it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from signer.batches.batch_file import Record
from signer.batches.queries import BatchSummary
from signer.sealing.storage_key import StorageKey
from signer.statements.tables import erasure, received, statement

FETCH = 1000
DAY = timedelta(days=1)

DateRange = tuple[date, date]


@dataclass(frozen=True)
class DayRange:
    """Days of one Member State of one initiative, both ends included."""

    initiative_id: int
    member_state: str
    since: date
    until: date

    @property
    def _place(self) -> Mapping[str, object]:
        return {"initiative_id": self.initiative_id, "member_state": self.member_state}

    def count_erased(self, connection: Connection) -> int:
        """Return how many statements of these days were erased."""
        gone = select(func.count()).select_from(erasure).filter_by(**self._place)
        return connection.scalar(gone.where(erasure.c.submitted_on.between(self.since, self.until))) or 0

    def records(self, connection: Connection, storage_key: StorageKey) -> Iterator[Record]:
        """Yield the statements of these days by id, unwrapped, a thousand in memory at a time.

        Raises WrongStorageKey.
        """
        columns = select(statement.c.id, statement.c.submitted_on, statement.c.sealed).filter_by(**self._place)
        chosen = columns.where(statement.c.submitted_on.between(self.since, self.until)).order_by(statement.c.id)
        for statement_id, on, sealed in connection.execute(chosen.execution_options(yield_per=FETCH)):
            yield Record(statement_id, on, storage_key.unwrap(sealed, statement_id))


def range_of(batch: BatchSummary) -> DayRange:
    """Return the days of a batch."""
    return DayRange(batch.initiative_id, batch.member_state, batch.since, batch.until)


def kept_by_day(connection: Connection, initiative_id: int) -> Mapping[str, Mapping[date, int]]:
    """Return Member State to day to statements received and not erased, from the counts; days without any are left out.

    What waits to be settled is in none of it.
    """
    found: dict[str, dict[date, int]] = {}
    for row in connection.execute(select(received).filter_by(initiative_id=initiative_id)):
        found.setdefault(row.member_state, {})[row.submitted_on] = int(row.statements)
    gone = (
        select(erasure.c.member_state, erasure.c.submitted_on, func.count().label("total"))
        .filter_by(initiative_id=initiative_id)
        .group_by(erasure.c.member_state, erasure.c.submitted_on)
    )
    for row in connection.execute(gone):
        days = found.setdefault(row.member_state, {})
        days[row.submitted_on] = days.get(row.submitted_on, 0) - int(row.total)
    return {code: {day: count for day, count in days.items() if count > 0} for code, days in found.items()}


def open_days(days: Iterable[date], batches: Iterable[BatchSummary]) -> list[date]:
    """Return those of `days` that no living batch of `batches`, all of one Member State, holds, in order."""
    living = [batch for batch in batches if batch.is_living]
    return [day for day in sorted(days) if not any(batch.since <= day <= batch.until for batch in living)]


def open_range(days: Iterable[date], batches: Iterable[BatchSummary], *, first: date, until: date) -> DateRange | None:
    """Return the first stretch of days from `first` to `until` that no living batch holds and that has one of `days`.

    None if there is none. Both ends are included.
    """
    living = [batch for batch in batches if batch.is_living]
    found = open_days((day for day in days if day <= until), living)
    if not found:
        return None
    since = max((batch.until + DAY for batch in living if batch.until < found[0]), default=min(first, found[0]))
    return since, min((batch.since - DAY for batch in living if batch.since > found[0]), default=until)
