"""Checks the fields of one statement of support against the form of one Member State.

Source: Regulation (EU) 2019/788, Annex III, and the rules that the Commission's OCS marks as skippable. Nothing here
reads a clock, a request or a database.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from signer.scheme.address import read_address, read_country, read_house_number, read_name, read_postal_code
from signer.scheme.birth import read_date_of_birth
from signer.scheme.document import read_document_number, read_document_type
from signer.scheme.form import Field, FieldKind, Form
from signer.scheme.problem import Problem, Severity
from signer.scheme.reading import Reading, Typed, read_text

_READERS: Mapping[FieldKind, Callable[[Field, str, Typed], Reading]] = {
    FieldKind.NAME: read_name,
    FieldKind.ADDRESS: read_address,
    FieldKind.HOUSE_NUMBER: read_house_number,
    FieldKind.POSTAL_CODE: read_postal_code,
    FieldKind.COUNTRY: read_country,
    FieldKind.DATE_OF_BIRTH: read_date_of_birth,
    FieldKind.DOCUMENT_TYPE: read_document_type,
    FieldKind.DOCUMENT_NUMBER: read_document_number,
}


def check(
    fields: Mapping[str, object], form: Form, *, on: date, confirmed: frozenset[str] = frozenset()
) -> tuple[Problem, ...]:
    """Return what is wrong or doubtful in `fields`, in form order, at most one problem a field; empty if nothing is.

    fields: field name to text as typed. Anything that is no text is a problem; nothing is an exception.
    on: the day of submission; the signatory's age is reckoned on it.
    confirmed: names of fields whose warning the citizen has seen and confirmed. An error cannot be confirmed.
    Fields that this form does not ask for are left alone; the caller drops them.
    """
    return problems_of(read_fields(fields, form, on=on), confirmed)


def read_fields(fields: Mapping[str, object], form: Form, *, on: date) -> Mapping[str, Reading]:
    """Return name to reading of each field that the form asks for, in form order."""
    typed = Typed(fields, form, on)
    return {name: _read(field, typed) for name, field in form.fields.items()}


def problems_of(readings: Mapping[str, Reading], confirmed: frozenset[str]) -> tuple[Problem, ...]:
    """Return the problems of the readings, warnings marked that the citizen has confirmed."""
    found = (reading.problem for reading in readings.values() if reading.problem)
    return tuple(
        replace(problem, confirmed=problem.severity is Severity.WARNING and problem.field in confirmed)
        for problem in found
    )


def _read(field: Field, typed: Typed) -> Reading:
    text = read_text(field, typed.fields.get(field.name, ""))
    return text if text.problem else _READERS[field.kind](field, text.value, typed)
