"""The details form as the browser sent it: names of inputs to texts, and what they say to the scheme.

A date of birth comes in three inputs. `confirm-<field>` is the box under a warning, `confirmed_value-<field>` the value
for which the warning was shown: a confirmation holds for that value, and for the value that the warning depends on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from signer.scheme.form import FieldKind, Form
from signer.scheme.statement import Statement

CONFIRM, CONFIRMED_VALUE = "confirm-", "confirmed_value-"
YES = "yes"
DATE_PARTS = ("day", "month", "year")
JUDGED_BY = {FieldKind.POSTAL_CODE: FieldKind.COUNTRY, FieldKind.DOCUMENT_NUMBER: FieldKind.DOCUMENT_TYPE}
"""Which other field decides how a field is judged: with the other one changed, the warning is another one."""


@dataclass(frozen=True)
class TypedForm:
    """What one person typed into the form of one Member State.

    inputs: names of inputs to texts as sent; what the form does not ask for is never looked at.
    """

    form: Form
    inputs: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, form: Form, statement: Statement) -> "TypedForm":
        """Return the form as if `statement`'s values had been typed and its warnings confirmed."""
        inputs: dict[str, str] = {}
        for name, value in statement.fields.items():
            if form.fields[name].kind is FieldKind.DATE_OF_BIRTH:
                parts = (part.lstrip("0") for part in reversed(value.split("-")))
                inputs |= dict(zip(date_inputs(name), parts, strict=True))
            else:
                inputs[name] = value
        for name in sorted(statement.confirmed):
            inputs[CONFIRM + name] = YES
            inputs |= {CONFIRMED_VALUE + other: statement.fields[other] for other in depends_on(form, name)}
        return cls(form, inputs)

    @property
    def fields(self) -> dict[str, str]:
        """Field name to text, as the scheme reads it; a birth date as YYYY-MM-DD."""
        return {
            name: self._date(name) if asked.kind is FieldKind.DATE_OF_BIRTH else self.inputs.get(name, "")
            for name, asked in self.form.fields.items()
        }

    @property
    def confirmed(self) -> frozenset[str]:
        """Names of the fields whose warning is confirmed for the value that now stands there."""
        return frozenset(self._confirmed())

    def _confirmed(self) -> Iterator[str]:
        fields = self.fields
        for name in fields:
            if self.inputs.get(CONFIRM + name) != YES:
                continue
            # A box that stood there from the start, as "no house number" does, was shown with an empty value.
            shown = {other: self.inputs.get(CONFIRMED_VALUE + other, "") for other in depends_on(self.form, name)}
            if all(fields[other].strip() == value.strip() for other, value in shown.items()):
                yield name

    def _date(self, name: str) -> str:
        day, month, year = (self.inputs.get(part, "").strip() for part in date_inputs(name))
        return f"{year}-{month.rjust(2, '0')}-{day.rjust(2, '0')}" if day or month or year else ""


def date_inputs(name: str) -> tuple[str, ...]:
    """Return the names of the three inputs of the date `name`: day, month, year."""
    return tuple(f"{name}-{part}" for part in DATE_PARTS)


def depends_on(form: Form, name: str) -> tuple[str, ...]:
    """Return `name` and the fields that decide how it is judged."""
    judge = JUDGED_BY.get(form.fields[name].kind)
    return (name, *(other for other, asked in form.fields.items() if judge and asked.kind is judge))
