"""Periods of months, as the law counts them.

Source: Regulation (EEC, Euratom) No 1182/71, Article 3(2)(c). Its Article 3(4), by which a period that would end on a
Saturday, Sunday or holiday ends on the next working day, is left aside: a day too early does no harm.
"""

import calendar
from datetime import date


def months_after(day: date, months: int) -> date:
    """Return the same day of the month, `months` later; the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
