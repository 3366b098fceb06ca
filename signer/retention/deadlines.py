"""The days by which statements of support must be destroyed.

Source: Regulation (EU) 2019/788, Article 19(5); months are counted by Regulation (EEC, Euratom) No 1182/71, Article 3.
"""

import calendar
from datetime import date

MONTHS_AFTER_START = 21


def last_day_kept(collection_start: date) -> date:
    """Return the last day on which statements may be kept if nothing ends earlier: 21 months after the start.

    One month after the submission to the Commission comes earlier, where the initiative is submitted; that day is not
    known before it is there. Proceedings before a court or an authority may lengthen both.
    """
    return months_after(collection_start, MONTHS_AFTER_START)


def months_after(day: date, months: int) -> date:
    """Return the same day of the month, `months` later; the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
