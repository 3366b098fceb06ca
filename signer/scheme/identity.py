"""Tells, from opened fields, whether two statements of support come from one person.

Used offline to remove repeats, never at signing: the service has no index of who has signed. Regulation (EU) 2019/788
allows one statement for each person and initiative; which fields show it is data of the scheme.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date

from signer.scheme.address import compact_postal_code
from signer.scheme.characters import tidy
from signer.scheme.document import full_year, normalise_number
from signer.scheme.form import FieldKind, Form


def identity(fields: Mapping[str, str], form: Form, *, on: date) -> tuple[str, ...]:
    """Return what is equal for two statements of one person, and for no others.

    fields: as kept for the authority (`Statement.fields`); a missing one counts as empty. Never raises.
    on: the day of the statement, by which a year of two digits gets its century.
    """
    return (form.member_state, *(_folded(name, fields, form, on) for name in form.identity))


def likeness(fields: Mapping[str, str], form: Form) -> tuple[str, ...] | None:
    """Return what two statements of possibly one person share, to be flagged only; None if the form gives no such hint.

    Namesakes born on the same day exist, and people move.
    """
    if not form.likeness:
        return None
    # None of these fields depends on the day.
    return (form.member_state, *(_folded(name, fields, form, date.min) for name in form.likeness))


def _folded(name: str, fields: Mapping[str, str], form: Form, on: date) -> str:
    text = tidy(fields.get(name, ""))
    match form.fields[name].kind:
        case FieldKind.NAME | FieldKind.ADDRESS | FieldKind.HOUSE_NUMBER:
            return unicodedata.normalize("NFC", text.casefold())
        case FieldKind.POSTAL_CODE:
            # In Ireland it may be empty; namesakes born on one day must not become one person for that.
            return compact_postal_code(text) or _street_and_city(fields, form, on)
        case FieldKind.COUNTRY:
            return form.residence.find_country(text) or text
        case FieldKind.DOCUMENT_NUMBER:
            return _folded_number(text, fields, form, on)
        case FieldKind.DATE_OF_BIRTH | FieldKind.DOCUMENT_TYPE:
            return text


def _street_and_city(fields: Mapping[str, str], form: Form, on: date) -> str:
    parts = [_folded(field.name, fields, form, on) for field in form.fields.values() if field.kind is FieldKind.ADDRESS]
    return "\n".join(parts)


def _folded_number(text: str, fields: Mapping[str, str], form: Form, on: date) -> str:
    type_field = form.field_of(FieldKind.DOCUMENT_TYPE)
    document_type = form.document_types.get(tidy(fields.get(type_field.name, ""))) if type_field else None
    if document_type is None:
        return normalise_number(text, "", on)
    number = normalise_number(text, document_type.century_mark, on)
    if document_type.century_mark:
        return full_year(number, on)
    if document_type.leading_zeros_optional:
        return number.lstrip("0") or "0"
    return number
