"""Counts as if statements had come, without any: for what is made of counts and never reads a statement."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import insert

from signer.database import reading, writing
from signer.initiatives.queries import find_initiative_to_change
from signer.statements.tables import received
from signer.tallies.paper import PaperCount, PaperEntry, enter_paper, read_paper
from tests.acts import MAY_DAY, unit
from tests.conftest import NUMBER, Instance


def receive(instance: Instance, statements: Mapping[str, int], *, on: date = MAY_DAY) -> None:
    """Let statements have come online on a day of which nothing is counted yet. statements: by Member State."""
    here = {"initiative_id": instance.initiative.id, "submitted_on": on}
    with writing(instance.engine) as connection:
        rows = [{"member_state": code, "statements": count, **here} for code, count in statements.items()]
        connection.execute(insert(received), rows)


def enter(instance: Instance, count: PaperCount, *, on: date = MAY_DAY, corrects: int | None = None) -> None:
    """Let somebody enter a count on paper on the day `on`, as the organisers do."""
    with writing(instance.engine) as connection:
        there = find_initiative_to_change(connection, NUMBER)
        enter_paper(unit(connection, instance.settings, on=on), there, count, corrects=corrects)


def entries(instance: Instance) -> tuple[PaperEntry, ...]:
    """What was entered, the newest first."""
    with reading(instance.engine) as connection:
        return read_paper(connection, instance.initiative.id)
