"""The first step for every field: from whatever was sent to tidy text, or to the reason why it is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from signer.scheme.characters import describe, find_unreadable, tidy
from signer.scheme.form import Field, FieldKind, Form
from signer.scheme.problem import Problem, error

LONGEST_TYPED = 2_000
"""In characters. Nothing longer is normalised: Unicode normalisation of a long run of marks takes quadratic time."""


@dataclass(frozen=True)
class Reading:
    """One field as it will be kept, and the problem found in it. The value means nothing if the problem is an error."""

    value: str
    problem: Problem | None = None


@dataclass(frozen=True)
class Typed:
    """What one person sent, with the form and the day by which it is judged."""

    fields: Mapping[str, object]
    form: Form
    on: date

    def text_of(self, kind: FieldKind) -> str:
        """Return the tidied text of the form's field of this kind; empty if there is none."""
        field = self.form.field_of(kind)
        return read_text(field, self.fields.get(field.name, "")).value if field else ""


def read_text(field: Field, typed: object) -> Reading:
    """Return the tidied text of a field, or the problem that makes it no readable text or too long.

    typed: what was sent; anything but a string is a problem, not an exception.
    """
    if not isinstance(typed, str):
        return Reading("", error(field.name, "not_text"))
    if len(typed) > LONGEST_TYPED:
        return Reading("", error(field.name, "too_long", at_most=field.at_most))
    text = tidy(typed)
    unreadable = find_unreadable(text)
    if unreadable:
        code, character = unreadable
        return Reading("", error(field.name, code, character=describe(character)))
    return Reading(text)
