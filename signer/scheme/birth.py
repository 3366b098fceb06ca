"""Reads the date of birth where the form asks for it, and checks the age."""

import re
from datetime import date

from signer.scheme.age import PLAUSIBLE_AGE, has_reached
from signer.scheme.form import Field
from signer.scheme.problem import Details, Problem, error, warning
from signer.scheme.reading import Reading, Typed

_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def read_date_of_birth(field: Field, text: str, typed: Typed) -> Reading:
    """Return a date of birth in ISO form (YYYY-MM-DD), of a person old enough on the day of signing."""
    if not text:
        return Reading("", error(field.name, "missing"))
    birth = read_iso_date(text)
    if birth is None:
        return Reading("", error(field.name, "not_a_date"))
    return Reading(birth.isoformat(), _problem_of_age(field, birth, typed))


def read_iso_date(text: str) -> date | None:
    """Return the date that YYYY-MM-DD in ASCII digits names; None if there is no such day."""
    match = _ISO_DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _problem_of_age(field: Field, birth: date, typed: Typed) -> Problem | None:
    rule = typed.form.age_on(typed.on)
    if birth > typed.on:
        return error(field.name, "future_date")
    if not rule.is_met(birth, typed.on):
        details: Details = {"from": rule.first_day(birth), "minimum": rule.minimum, "count": rule.count.value}
        return error(field.name, "too_young", **details)
    if has_reached(PLAUSIBLE_AGE + 1, birth, typed.on):
        return warning(field.name, "very_old", age=PLAUSIBLE_AGE)
    return None
