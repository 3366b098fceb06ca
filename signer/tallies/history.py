"""The days of a collection, one after the other: what each brought, and what there was in all when it ended.

By day, never by hour, and of all Member States together: a day of a small one is a handful of people.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from signer.initiatives.initiative import Initiative
from signer.scheme.months import each_day
from signer.statements.tables import received
from signer.tallies.paper import standing_paper


@dataclass(frozen=True)
class Day:
    """received, paper: what came online and on paper. received_so_far, paper_so_far: in all, this day included."""

    on: date
    received: int
    paper: int
    received_so_far: int
    paper_so_far: int

    @property
    def collected_so_far(self) -> int:
        """Online and on paper in all, this day included."""
        return self.received_so_far + self.paper_so_far


def read_history(connection: Connection, initiative: Initiative, *, on: date) -> tuple[Day, ...]:
    """Return every day of the collection up to `on`, the first one first; none before it begins.

    on: today in Brussels; it is not over. Paper that is counted after the end adds days behind it.
    """
    online = _online_by_day(connection, initiative.id)
    paper = _paper_by_day(connection, initiative.id)
    first = min([initiative.collection_start, *online, *paper])
    last = max([min(initiative.collection_end, on), *online, *paper])
    return tuple(_days(each_day(first, last), online, paper))


def _days(days: Iterable[date], online: Counter[date], paper: Counter[date]) -> Iterator[Day]:
    received_so_far = paper_so_far = 0
    for day in days:
        received_so_far += online[day]
        paper_so_far += paper[day]
        yield Day(day, online[day], paper[day], received_so_far, paper_so_far)


def _online_by_day(connection: Connection, initiative_id: int) -> Counter[date]:
    rows = connection.execute(
        select(received.c.submitted_on, func.sum(received.c.statements).label("total"))
        .where(received.c.initiative_id == initiative_id)
        .group_by(received.c.submitted_on)
    )
    return Counter({row.submitted_on: int(row.total) for row in rows})


def _paper_by_day(connection: Connection, initiative_id: int) -> Counter[date]:
    found: Counter[date] = Counter()
    for entry in standing_paper(connection, initiative_id):
        found[entry.count.received_on] += entry.count.statements
    return found
