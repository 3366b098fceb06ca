"""The days by which statements of support must be destroyed.

Source: Regulation (EU) 2019/788, Article 19(5).
"""

from datetime import date

from signer.initiatives.initiative import Initiative, Status
from signer.scheme.months import months_after

MONTHS_AFTER_START = 21
MONTHS_AFTER_WITHDRAWAL = 1


def last_day_kept(collection_start: date) -> date:
    """Return the last day on which statements may be kept if nothing ends earlier: 21 months after the start.

    One month after the submission to the Commission comes earlier, where the initiative is submitted; that day is not
    known before it is there. Proceedings before a court or an authority may lengthen both.
    """
    return months_after(collection_start, MONTHS_AFTER_START)


def last_day_kept_of(initiative: Initiative) -> date:
    """Return the last day on which the statements of `initiative` may be kept; one month after its withdrawal, if so.

    A collection that was withdrawn ended on that day.
    """
    last = last_day_kept(initiative.collection_start)
    if initiative.status is Status.WITHDRAWN:
        return min(last, months_after(initiative.collection_end, MONTHS_AFTER_WITHDRAWAL))
    return last
