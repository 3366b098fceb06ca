"""From which day a person born on a given day may sign.

Source: Regulation (EU) 2019/788, Article 2(1): citizens entitled to vote in European elections, or of a lower age set
by their Member State. The birthday itself counts. Greece counts calendar years: whoever turns 17 this year may sign.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

PLAUSIBLE_AGE = 120
"""In years. Nobody alive is known to be older; a greater age is more likely a slip of the year."""


class AgeCount(StrEnum):
    """How years are counted: to the birthday, or by calendar years."""

    EXACT_DATE = "exact_date"
    CALENDAR_YEAR = "calendar_year"


@dataclass(frozen=True)
class AgeRule:
    """One minimum age and how it is counted.

    minimum: in years.
    valid_from: the first day on which this rule holds; None if it always has.
    """

    minimum: int
    count: AgeCount
    valid_from: date | None
    sources: tuple[str, ...]

    def is_met(self, birth: date, on: date) -> bool:
        """Return whether a person born on `birth` may sign on the day `on`."""
        if self.count is AgeCount.CALENDAR_YEAR:
            return on.year - birth.year >= self.minimum
        return has_reached(self.minimum, birth, on)

    def first_day(self, birth: date) -> date:
        """Return the first day on which a person born on `birth` may sign; at most the calendar's last."""
        year = birth.year + self.minimum
        if year > date.max.year:
            return date.max
        if self.count is AgeCount.CALENDAR_YEAR:
            return date(year, 1, 1)
        return _anniversary(birth, year)


def has_reached(years: int, birth: date, on: date) -> bool:
    """Return whether a person born on `birth` has completed `years` years on the day `on`.

    Who is born on 29 February completes a year on 1 March of a common year, as in the Commission's own check (today
    less the years is not before the birth date).
    """
    return (birth.year + years, birth.month, birth.day) <= (on.year, on.month, on.day)


def _anniversary(birth: date, year: int) -> date:
    try:
        return birth.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
