"""Reads names, addresses, and the country and postal code of residence.

Source: Regulation (EU) 2019/788, Annex III. The postal code is judged by the country of residence, never by
nationality: a French citizen may live in Belgium.
"""

from signer.scheme.characters import (
    ADDRESS,
    DASHES,
    NAME,
    Alphabet,
    describe,
    find_outsider,
    is_web_address,
    names_a_host,
)
from signer.scheme.form import Field, FieldKind
from signer.scheme.problem import Problem, error, warning
from signer.scheme.reading import Reading, Typed


def read_name(field: Field, text: str, _: Typed) -> Reading:
    """Return a name as it is kept. Any script, one letter alone, no digits; the spelling is the citizen's own."""
    problem = _problem_of_text(field, text, NAME)
    if problem is None and names_a_host(text):
        problem = error(field.name, "web_address")
    return Reading(text, problem)


def read_address(field: Field, text: str, _: Typed) -> Reading:
    """Return a street or city as it is kept."""
    return Reading(text, _problem_of_text(field, text, ADDRESS))


def read_house_number(field: Field, text: str, _: Typed) -> Reading:
    """Return a house number as it is kept; the citizen may confirm that there is none.

    The Commission refuses an empty one, which shuts out whoever lives where houses have no number.
    """
    if not text:
        return Reading("", warning(field.name, "no_number"))
    return Reading(text, _problem_of_text(field, text, ADDRESS))


def read_country(field: Field, text: str, typed: Typed) -> Reading:
    """Return the code of the country of residence."""
    if not text:
        return Reading("", error(field.name, "missing"))
    country = typed.form.residence.find_country(text)
    return Reading(country or "", None if country else error(field.name, "unknown_country"))


def read_postal_code(field: Field, text: str, typed: Typed) -> Reading:
    """Return a postal code as typed, judged by the country of residence. Its shape can only be a warning."""
    rule = typed.form.residence.postal_rule(_country_of(typed))
    if not text:
        return Reading("", None if rule.optional else warning(field.name, "no_postal_code"))
    problem = _problem_of_text(field, text, ADDRESS)
    if problem:
        return Reading("", problem)
    fits = len(text) <= rule.at_most and (rule.pattern is None or rule.pattern.fullmatch(compact_postal_code(text)))
    return Reading(text, None if fits else warning(field.name, "postal_code_pattern", example=rule.example))


def compact_postal_code(text: str) -> str:
    """Return a postal code in capitals without spaces and hyphens, to be compared."""
    return "".join(character for character in text.upper() if character not in DASHES and not character.isspace())


def _country_of(typed: Typed) -> str | None:
    return typed.form.residence.find_country(typed.text_of(FieldKind.COUNTRY))


def _problem_of_text(field: Field, text: str, alphabet: Alphabet) -> Problem | None:
    if not text:
        return error(field.name, "missing")
    if len(text) > field.at_most:
        return error(field.name, "too_long", at_most=field.at_most)
    if is_web_address(text):
        return error(field.name, "web_address")
    outsider = find_outsider(text, alphabet)
    return error(field.name, "character", character=describe(outsider)) if outsider else None
