"""What the details page shows for each field, made from the scheme's data: no rule of one Member State is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from flask_babel import gettext

from signer.scheme.form import Field, FieldKind, Form
from signer.scheme.problem import Problem, Severity
from signer.web.languages import long_date, sort_key, territory_name
from signer.web.public.typed_form import CONFIRM, CONFIRMED_VALUE, YES, TypedForm, date_inputs, depends_on
from signer.wording import document_label, field_hint, field_label, sentence

AUTOCOMPLETE = {
    "first_names": "given-name",
    "family_names": "family-name",
    "street": "address-line1",
    "street_number": "",
    "postal_code": "postal-code",
    "city": "address-level2",
    "residence_country": "country",
    "document_number": "off",
}
"""What browsers may fill in from the person's own entries (WCAG 2.2, 1.3.5).

House numbers have no such purpose, and no "off" either: a browser that kept no copy of the page would empty the field
on the way back. For numbers of documents that is the price of not offering them to whoever uses the computer next.
"""
DATE_AUTOCOMPLETE = ("bday-day", "bday-month", "bday-year")


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen: its value, its label, and its native names by language tag."""

    value: str
    label: str
    native: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One of the three inputs of a date."""

    name: str
    label: str
    value: str = field(repr=False)
    autocomplete: str


@dataclass(frozen=True)
class Widget:
    """One field on the details page.

    target: id of the input that an error links to.
    error: the sentence of what must be mended; warning: of what the citizen may confirm; empty if there is none.
    shown: what was typed, read back beside a warning.
    tied: hidden inputs and values that a confirmation holds for.
    """

    name: str
    kind: FieldKind
    target: str
    label: str
    hint: str
    value: str = field(repr=False)
    autocomplete: str
    numeric: bool
    parts: Sequence[Part]
    choices: Sequence[Choice]
    error: str
    warning: str
    confirmed: bool
    shown: str = field(repr=False)
    tied: Mapping[str, str] = field(repr=False)


def widgets_for(typed: TypedForm, problems: Sequence[Problem], language: str) -> list[Widget]:
    """Return the fields of the page in form order, with what was typed and what is wrong with it."""
    by_field = {problem.field: problem for problem in problems}
    return [_widget(asked, typed, by_field.get(name), language) for name, asked in typed.form.fields.items()]


def _widget(asked: Field, typed: TypedForm, problem: Problem | None, language: str) -> Widget:
    form, name = typed.form, asked.name
    said = problem_sentence(problem, form, language) if problem else ""
    warned = problem is not None and problem.severity is Severity.WARNING
    parts = _date_parts(name, typed) if asked.kind is FieldKind.DATE_OF_BIRTH else ()
    return Widget(
        name=name,
        kind=asked.kind,
        target=parts[0].name if parts else name,
        label=field_label(name, form, gettext=gettext),
        hint=field_hint(name, form, gettext=gettext),
        value=typed.inputs.get(name, ""),
        autocomplete=AUTOCOMPLETE.get(name, "off"),
        numeric=_numeric(asked, form),
        parts=parts,
        choices=_choices(asked, form, language),
        error="" if warned else said,
        warning=said if warned else "",
        confirmed=typed.inputs.get(CONFIRM + name) == YES and (problem is None or problem.confirmed),
        shown=" ".join(part.value for part in parts) or typed.inputs.get(name, ""),
        tied=_tied(name, typed) if warned else {},
    )


def problem_sentence(problem: Problem, form: Form, language: str) -> str:
    """Return what the citizen is to do about `problem`, in the language of the page."""
    return sentence(problem, form, gettext=gettext, format_date=lambda day: long_date(day, language))


def _tied(name: str, typed: TypedForm) -> Mapping[str, str]:
    return {CONFIRMED_VALUE + other: typed.fields[other] for other in depends_on(typed.form, name)}


def _date_parts(name: str, typed: TypedForm) -> Sequence[Part]:
    labels = (gettext("Day"), gettext("Month"), gettext("Year"))
    inputs = date_inputs(name)
    return [
        Part(part, label, typed.inputs.get(part, ""), autocomplete)
        for part, label, autocomplete in zip(inputs, labels, DATE_AUTOCOMPLETE, strict=True)
    ]


def _numeric(asked: Field, form: Form) -> bool:
    """Return whether a keyboard of digits is enough: letters must stay reachable where any number could hold one."""
    return asked.kind is FieldKind.DOCUMENT_NUMBER and all(each.digits_only for each in form.document_types.values())


def _choices(asked: Field, form: Form, language: str) -> Sequence[Choice]:
    if asked.kind is FieldKind.DOCUMENT_TYPE:
        return documents_of(form)
    if asked.kind is FieldKind.COUNTRY:
        return countries_of(form.residence.countries, language)
    return ()


def documents_of(form: Form) -> list[Choice]:
    """Return the documents that the form accepts, in the order of the form, with their native names."""
    return [
        Choice(key, document_label(document, form, gettext=gettext), document.labels)
        for key, document in form.document_types.items()
    ]


@lru_cache
def countries_of(codes: Sequence[str], language: str) -> Sequence[Choice]:
    """Return the countries of residence, sorted by their names in the language of the page."""
    named = [Choice(code, territory_name(code, language) or code) for code in codes]
    return tuple(sorted(named, key=lambda choice: sort_key(choice.label)))


def member_state_name(form: Form, language: str) -> str:
    """Return the name of a Member State in the language of the page, or as the scheme has it (a region, say)."""
    return territory_name(form.member_state, language) or form.name
