"""What `open` found out, in figures, and how results are printed."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import click


@dataclass
class OpeningFigures:
    """The figures of one Member State.

    statements: in the batches. left_out: identical repeats. written: in the file.
    differing: written statements that share their identity with another one, in `differing_persons` groups.
    look_alikes: groups of written statements that may be of one person under two identities.
    persons: identities; each is counted once.
    confirmed: written statements with at least one confirmed warning; confirmed_fields: how often each field.
    """

    member_state: str
    file: str
    statements: int = 0
    left_out: int = 0
    written: int = 0
    differing: int = 0
    differing_persons: int = 0
    look_alikes: int = 0
    persons: int = 0
    confirmed: int = 0
    confirmed_fields: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, object]:
        """Return the figures as JSON has them."""
        figures = {name: value for name, value in vars(self).items() if name != "member_state"}
        return {**figures, "confirmed_fields": dict(sorted(self.confirmed_fields.items()))}


def print_json(value: object) -> None:
    """Print a result for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def print_outcomes(outcomes: Iterable[OpeningFigures]) -> None:
    """Print the results for people: one line of figures for each Member State."""
    heads = ("statements", "identical", "written", "differing", "of persons", "look-alikes", "confirmed", "persons")
    click.echo("   " + "".join(f"{head:>13}" for head in heads))
    for outcome in outcomes:
        figures = (
            outcome.statements,
            outcome.left_out,
            outcome.written,
            outcome.differing,
            outcome.differing_persons,
            outcome.look_alikes,
            outcome.confirmed,
            outcome.persons,
        )
        click.echo(f"{outcome.member_state:3}" + "".join(f"{figure:>13}" for figure in figures))
