"""What is wrong or doubtful in one field, in a form that pages, commands and tests share.

The Commission marks the rules that a citizen may override as skippable (OCS database script of 2020). Those, and every
check digit, are warnings here: a wrong rejection silences a citizen, a wrong acceptance costs the authority one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

Details = Mapping[str, str | date | int]


class Severity(StrEnum):
    """An error must be mended; a warning may be confirmed by the citizen."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One problem of one field; `signer.wording.sentence` says it in words.

    field: the field's name, as in `Form.fields`.
    code: short and stable, listed in docs/rules.md.
    confirmed: the citizen has seen this warning and says that the value is right. Never true of an error.
    details: what the sentence needs. Never what was typed, but for one character that cannot stay
        ("U+00A7 SECTION SIGN").
    """

    field: str
    code: str
    severity: Severity
    confirmed: bool = False
    details: Details = dataclass_field(default_factory=lambda: MappingProxyType({}))

    @property
    def stops(self) -> bool:
        """Whether the statement cannot be accepted as long as this problem stands."""
        return not self.confirmed


def error(field_name: str, code: str, **details: str | date | int) -> Problem:
    """Return a problem that has to be mended."""
    return Problem(field_name, code, Severity.ERROR, details=MappingProxyType(details))


def warning(field_name: str, code: str, **details: str | date | int) -> Problem:
    """Return a problem that the citizen may confirm."""
    return Problem(field_name, code, Severity.WARNING, details=MappingProxyType(details))
