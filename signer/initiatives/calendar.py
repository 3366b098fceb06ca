"""The days that the law sets for a collection, and what is due next.

Source: Regulation (EU) 2019/788, Articles 8, 9, 12 and 19. Working days here are Monday to Friday: the Commission's
holidays are not known to the service, so that a notice should come earlier.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from signer.initiatives.initiative import Initiative, Status
from signer.scheme.months import months_after

MONTHS_TO_START = 6
"""After registration the collection begins within so many months (Article 8(1))."""
NOTICE_WORKING_DAYS = 10
"""So long before the start the Commission is told of it (Article 8)."""
MONTHS_BETWEEN_REPORTS = 2
"""The numbers by Member State are reported to the Commission at least so often (Article 9)."""
MONTHS_TO_HAND_OVER = 3
"""After the end of collection the statements go to the authorities (Article 12(1))."""
SATURDAY = 5


class Duty(StrEnum):
    """What is due."""

    NOTIFY = "notify"
    START = "start"
    REPORT = "report"
    END = "end"
    HAND_OVER = "hand_over"
    DESTROY = "destroy"


@dataclass(frozen=True)
class Due:
    """A duty and its last day. is_done: somebody has recorded it, or it has come by itself."""

    duty: Duty
    on: date
    is_done: bool


def due_days(initiative: Initiative, *, reported_on: date | None, destroy_by: date, today: date) -> tuple[Due, ...]:
    """Return the days of the collection in order.

    reported_on: when the numbers were reported last; None if never. destroy_by: as `retention` reckons it.
    """
    start, end = initiative.collection_start, initiative.collection_end
    report = months_after(reported_on or start, MONTHS_BETWEEN_REPORTS)
    is_over = today > end or initiative.status in {Status.CLOSED, Status.WITHDRAWN}
    found = [
        Due(Duty.NOTIFY, working_days_before(start, NOTICE_WORKING_DAYS), initiative.start_notified_on is not None),
        Due(Duty.START, start, initiative.status is not Status.DRAFT and today >= start),
        Due(Duty.REPORT, min(report, end), is_over),
        Due(Duty.END, end, is_over),
        Due(Duty.HAND_OVER, months_after(end, MONTHS_TO_HAND_OVER), False),
        Due(Duty.DESTROY, destroy_by, False),
    ]
    return tuple(sorted(found, key=lambda due: due.on))


def latest_start(registered_on: date) -> date:
    """Return the last day on which a collection may begin."""
    return months_after(registered_on, MONTHS_TO_START)


def working_days_before(day: date, count: int) -> date:
    """Return the day that lies `count` working days, Monday to Friday, before `day`."""
    found = day
    while count:
        found -= timedelta(days=1)
        count -= found.weekday() < SATURDAY
    return found
