"""Labels of points in time: days in the language of the page, the time of day in UTC."""

from datetime import UTC, date, datetime

from signer.web.languages import current_language, long_date


def moment(value: datetime) -> str:
    """Return a point in time in words: the day, and the time to the minute."""
    return f"{long_date(value.astimezone(UTC).date(), current_language())}, {clock(value)}"


def clock(value: datetime) -> str:
    """Return the time of day to the minute, with whose time it is."""
    return f"{value.astimezone(UTC):%H:%M} (UTC)"


def iso_day(day: str) -> str:
    """Return a day that is written as ISO 8601 has it in words."""
    return long_date(date.fromisoformat(day), current_language())
