"""Periods of months, as the law counts them, and the days of a period.

Source: Regulation (EEC, Euratom) No 1182/71, Article 3(2)(c). Its Article 3(4), by which a period that would end on a
Saturday, Sunday or holiday ends on the next working day, is left aside: a day too early does no harm.
"""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta


def months_after(day: date, months: int) -> date:
    """Return the same day of the month, `months` later; the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def each_day(first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last`, both included; none where `last` is before."""
    return (first + timedelta(days=count) for count in range((last - first).days + 1))
