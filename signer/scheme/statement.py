"""From the fields that a citizen typed to the statement of support that is kept for the authority."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from signer.errors import SignerError
from signer.scheme.check import problems_of, read_fields
from signer.scheme.form import Form
from signer.scheme.problem import Problem


class Refused(SignerError):
    """The fields cannot be accepted as they are; `problems` says why, in form order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        codes = ", ".join(f"{problem.field}: {problem.code}" for problem in problems if problem.stops)
        super().__init__(f"the statement has problems that are not settled ({codes})")
        self.problems = problems


@dataclass(frozen=True)
class Statement:
    """One accepted statement of support, in clear: it lives in memory only, until it is sealed.

    fields: name to value as kept for the authority, all that the form asks, in form order; an empty one is "".
    confirmed: names of the fields whose warning came up and was confirmed.
    """

    member_state: str
    fields: Mapping[str, str] = field(repr=False)
    confirmed: frozenset[str]


def read_statement(
    fields: Mapping[str, object], form: Form, *, on: date, confirmed: frozenset[str] = frozenset()
) -> Statement:
    """Return the statement that these fields make on the day `on`; raises Refused.

    Arguments as of `check`. Reading the fields of a statement again gives the same statement.
    """
    readings = read_fields(fields, form, on=on)
    problems = problems_of(readings, confirmed)
    if any(problem.stops for problem in problems):
        raise Refused(problems)
    return Statement(
        form.member_state,
        MappingProxyType({name: reading.value for name, reading in readings.items()}),
        frozenset(problem.field for problem in problems),
    )
