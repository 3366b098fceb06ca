"""What the check page reads back: each value as it will be kept, in words that a person can check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext

from signer.scheme.form import FieldKind, Form
from signer.scheme.statement import Statement
from signer.web.languages import long_date, territory_name
from signer.web.public.fields import documents_of
from signer.web.public.typed_form import date_inputs
from signer.wording import field_label

GROUP = 3
"""Characters of a number shown together: what a person compares at one glance."""


@dataclass(frozen=True)
class AnswerRow:
    """One line: the field's label, the value in words, and the id of the input that changes it.

    confirmed: the citizen has confirmed a warning about it.
    grouped: the value in groups for reading, where it is a number; else empty.
    """

    label: str
    value: str = field(repr=False)
    target: str
    confirmed: bool
    grouped: Sequence[str] = field(repr=False, default=())


def summary_for(statement: Statement, form: Form, language: str) -> list[AnswerRow]:
    """Return the lines of the check page, in form order."""
    return list(_rows(statement, form, language))


def _rows(statement: Statement, form: Form, language: str) -> Iterator[AnswerRow]:
    for name, value in statement.fields.items():
        kind = form.fields[name].kind
        if kind is FieldKind.DOCUMENT_TYPE and len(form.document_types) == 1:
            continue  # the number is called by its own name
        yield AnswerRow(
            label=field_label(name, form, gettext=gettext),
            value=_in_words(value, kind, form, language),
            target=date_inputs(name)[0] if kind is FieldKind.DATE_OF_BIRTH else name,
            confirmed=name in statement.confirmed,
            grouped=_groups(value) if kind is FieldKind.DOCUMENT_NUMBER else (),
        )


def _in_words(value: str, kind: FieldKind, form: Form, language: str) -> str:
    if kind is FieldKind.DATE_OF_BIRTH:
        return long_date(date.fromisoformat(value), language)
    if kind is FieldKind.COUNTRY:
        return territory_name(value, language) or value
    if kind is FieldKind.DOCUMENT_TYPE:
        return next((choice.label for choice in documents_of(form) if choice.value == value), value)
    empty: str = gettext("No house number") if kind is FieldKind.HOUSE_NUMBER else gettext("Left empty")
    return value or empty


def _groups(value: str) -> Sequence[str]:
    return [value[start : start + GROUP] for start in range(0, len(value), GROUP)]
