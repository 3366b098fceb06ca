"""Reads the document type and its number: normalisation, pattern, check digit, and the age that a number tells.

Source: patterns of the Commission's OCS (2020), check digits by python-stdnum. All of them can only be warnings;
what no authority can read (other characters than ASCII letters and digits, more than 40 of them) is an error.
"""

import importlib
import re
import unicodedata
from datetime import date
from types import ModuleType

from stdnum.exceptions import ValidationError

from signer.scheme.characters import DASHES, describe
from signer.scheme.form import DocumentType, Field, FieldKind
from signer.scheme.problem import Problem, error, warning
from signer.scheme.reading import Reading, Typed

DROPPED = frozenset(" ./·") | DASHES
"""What people write between the parts of a number."""

_SHORT_YEAR = re.compile(r"[0-9]{10}")


def read_document_type(field: Field, text: str, typed: Typed) -> Reading:
    """Return the key of a document type that the Member State accepts."""
    if not text:
        return Reading("", error(field.name, "missing"))
    known = text in typed.form.document_types
    return Reading(text if known else "", None if known else error(field.name, "unknown_document_type"))


def read_document_number(field: Field, text: str, typed: Typed) -> Reading:
    """Return a document number in capital ASCII letters and digits, judged by its document type if that is known."""
    document_type = _document_type_of(typed)
    mark = document_type.century_mark if document_type else ""
    outsider = _find_outsider(text, mark, typed.on)
    if outsider:
        return Reading("", error(field.name, "character", character=describe(outsider)))
    number = normalise_number(text, mark, typed.on)
    if not number:
        return Reading("", error(field.name, "missing"))
    if len(number) > field.at_most:
        return Reading("", error(field.name, "too_long", at_most=field.at_most))
    return Reading(number, _doubt(field, number, document_type, typed) if document_type else None)


def normalise_number(text: str, century_mark: str, on: date) -> str:
    """Return a number in capitals without separators; leading zeros stay.

    A number with the century mark between a birth date of six digits and a serial number gets its full year, since the
    mark is lost: it says that the person is 100 or older on the day `on`, or will be in that year.
    """
    number = _compact(text)
    if century_mark and century_mark in number:
        return _without_mark(number, century_mark, on)
    return number.upper()


def full_year(number: str, on: date, *, aged: bool = False) -> str:
    """Return twelve digits for ten that begin with a birth date of six digits; any other number as it is.

    The year is the last one with these two digits up to the year of `on`; `aged`: a hundred years before that.
    """
    if not _SHORT_YEAR.fullmatch(number):
        return number
    century = max(0, on.year // 100 - (int(number[:2]) > on.year % 100) - aged)
    return f"{century:02d}{number}"


def load_module(name: str) -> ModuleType:
    """Return the module that a data file names for check digits or birth dates; raises ImportError."""
    return importlib.import_module(name)


def _compact(text: str) -> str:
    # Character by character: only ASCII stays, so nothing can combine, and the typed character can be named.
    folded = text if text.isascii() else "".join(unicodedata.normalize("NFKC", character) for character in text)
    return "".join(character for character in folded if character not in DROPPED)


def _without_mark(number: str, mark: str, on: date) -> str:
    date_part, _, serial = number.partition(mark)
    if re.fullmatch(r"[0-9]{6}", date_part) and re.fullmatch(r"[0-9]{4}", serial):
        return full_year(date_part + serial, on, aged=True)
    if re.fullmatch(r"[0-9]{8}", date_part) and re.fullmatch(r"[0-9]{4}", serial):
        return date_part + serial
    return number.upper()


def _find_outsider(text: str, mark: str, on: date) -> str | None:
    """Return the first typed character that cannot stay; the century mark counts where it stands in its place."""
    if _is_plain(normalise_number(text, mark, on)) and _is_plain(_compact(text).replace(mark, "")):
        return None
    return next((character for character in text if not _is_plain(_compact(character))), None)


def _is_plain(text: str) -> bool:
    return text.isascii() and (text.isalnum() or not text)


def _document_type_of(typed: Typed) -> DocumentType | None:
    return typed.form.document_types.get(typed.text_of(FieldKind.DOCUMENT_TYPE))


def _doubt(field: Field, number: str, document_type: DocumentType, typed: Typed) -> Problem | None:
    code = _doubt_code(number, document_type, typed)
    if code is None:
        return None
    if code == "age_from_number":
        return warning(field.name, code, document_type=document_type.key, minimum=typed.form.age_on(typed.on).minimum)
    return warning(field.name, code, document_type=document_type.key)


def _doubt_code(number: str, document_type: DocumentType, typed: Typed) -> str | None:
    if not document_type.pattern.fullmatch(number):
        return "number_pattern"
    if document_type.not_a_person and document_type.not_a_person.fullmatch(number):
        return "not_a_person"
    dated = full_year(number, typed.on) if document_type.century_mark else number
    if document_type.check and not _is_consistent(dated, document_type.check):
        return "check_digit"
    birth = _birth_date(dated, document_type.birth_date) if document_type.birth_date else None
    if birth and not typed.form.age_on(typed.on).is_met(birth, typed.on):
        return "age_from_number"
    return None


def _is_consistent(number: str, module: str) -> bool:
    try:
        load_module(module).validate(number)
    except ValidationError:
        return False
    except Exception:  # noqa: BLE001 - a fault in the library must not keep a citizen from signing: a doubt, to be confirmed
        return False
    return True


def _birth_date(number: str, module: str) -> date | None:
    try:
        birth: date | None = load_module(module).get_birth_date(number)
    except Exception:  # noqa: BLE001 - many numbers hold no real date, and the modules say so in several ways
        return None
    return birth
