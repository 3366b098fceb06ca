"""The Brussels day: the day of a statement, and the one on which collections open and close."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


def today() -> date:
    """Return the day in Brussels."""
    return datetime.now(BRUSSELS).date()
