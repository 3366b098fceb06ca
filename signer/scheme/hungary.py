"""Reads the birth date in a Hungarian personal identifier (személyi azonosító): 11 digits.

The first digit tells sex and century (1 and 2: 1900 to 1999; 3 and 4: from 2000), the next six the day as YYMMDD. From
general knowledge, to be confirmed with the Hungarian authority. So only a doubt about the age comes of it, and the
check digit, for which python-stdnum has no module, is not checked.
"""

from datetime import date

_CENTURIES = {"1": 1900, "2": 1900, "3": 2000, "4": 2000}


def get_birth_date(number: str) -> date | None:
    """Return the birth date in a number of 11 digits; None if the first digit tells no century.

    Raises ValueError if the digits name no day.
    """
    century = _CENTURIES.get(number[0])
    if century is None:
        return None
    return date(century + int(number[1:3]), int(number[3:5]), int(number[5:7]))
