"""The registration number of an initiative: 2021/000001 here, ECI(2021)000001 in files for authorities."""

import re

from signer.entries import JsonEntries
from signer.errors import SignerError

REGISTRATION_NUMBER = re.compile(r"[0-9]{4}/[0-9]{6}")


class MalformedRegistrationNumber(SignerError):
    """A text is no registration number, in neither form."""


def formal_number(number: str) -> str:
    """Return 2021/000001 as ECI(2021)000001."""
    year, serial = number.split("/")
    return f"ECI({year}){serial}"


def normal_number(text: str) -> str:
    """Return a registration number as 2021/000001, in whichever form it was typed."""
    number = re.sub(r"^ECI\(([0-9]{4})\)", r"\1/", text.strip())
    if not REGISTRATION_NUMBER.fullmatch(number):
        raise MalformedRegistrationNumber("a registration number looks like 2021/000001 or ECI(2021)000001")
    return number


def number_in(entries: JsonEntries) -> str:
    """Return the registration number that a JSON file names."""
    return entries.formed("registration_number", REGISTRATION_NUMBER, "a number like 2021/000001")
