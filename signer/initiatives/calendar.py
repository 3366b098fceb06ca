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
SOON_DAYS = 14
SATURDAY = 5


class Duty(StrEnum):
    """What is due."""

    NOTIFY = "notify"
    START = "start"
    REPORT = "report"
    END = "end"
    HAND_OVER = "hand_over"
    DESTROY = "destroy"


class Urgency(StrEnum):
    """How a duty stands today."""

    DONE = "done"
    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"


@dataclass(frozen=True)
class Due:
    """A duty and its last day. is_done: somebody has recorded it, or it has come by itself."""

    duty: Duty
    on: date
    is_done: bool

    def urgency(self, today: date) -> Urgency:
        """Return how it stands; its last day itself is not too late."""
        if self.is_done:
            return Urgency.DONE
        if today > self.on:
            return Urgency.OVERDUE
        return Urgency.SOON if today >= self.on - timedelta(days=SOON_DAYS) else Urgency.LATER


def due_days(
    initiative: Initiative,
    *,
    reported_on: date | None,
    destroy_by: date,
    today: date,
    handed_over: bool = False,
) -> tuple[Due, ...]:
    """Return the days of the collection in order.

    reported_on: when the numbers were reported last; None if never. destroy_by: as `retention` reckons it.
    handed_over: whether all statements are with the authorities. After a withdrawal only destroying is left.
    """
    start, end = initiative.collection_start, initiative.collection_end
    is_open = initiative.status is not Status.DRAFT
    is_over = is_open and (today > end or initiative.status in {Status.CLOSED, Status.WITHDRAWN})
    report = months_after(reported_on or start, MONTHS_BETWEEN_REPORTS)
    found = [
        Due(Duty.NOTIFY, working_days_before(start, NOTICE_WORKING_DAYS), initiative.start_notified_on is not None),
        Due(Duty.START, start, is_open and today >= start),
        # The last report is due at the end, unless one was sent within the two months before it.
        Due(Duty.REPORT, min(report, end), is_over and report > end and reported_on is not None),
        Due(Duty.END, end, is_over),
        Due(Duty.HAND_OVER, months_after(end, MONTHS_TO_HAND_OVER), handed_over),
        Due(Duty.DESTROY, destroy_by, False),
    ]
    if initiative.status is Status.WITHDRAWN:
        found = [due for due in found if due.duty in {Duty.START, Duty.END, Duty.DESTROY}]
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
