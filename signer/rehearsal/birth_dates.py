"""Birth dates of invented adults: so long ago that no other date of a campaign can be one of them."""

from datetime import date, timedelta
from random import Random  # noqa: TID251 - seeded: a rehearsal that failed must be repeatable; nothing here is secret

YOUNGEST, OLDEST, OLDEST_DOUBTED = 27, 85, 130
DAYS_OF_A_YEAR = 365.25


def birth_date(chance: Random, on: date) -> date:
    """Return the birth date of somebody who is between 27 and 85 years old on the day `on`."""
    return on - timedelta(days=chance.randint(int(YOUNGEST * DAYS_OF_A_YEAR), int(OLDEST * DAYS_OF_A_YEAR)))


def doubtful_birth_date(chance: Random, on: date) -> date:
    """Return a birth date so early that the scheme asks whether it is right, in the days before `OLDEST_DOUBTED`."""
    return on - timedelta(days=int(OLDEST_DOUBTED * DAYS_OF_A_YEAR) + chance.randint(0, 3000))
