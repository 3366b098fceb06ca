"""What is published of the sketches: once a day, rounded so that no single statement moves what anybody sees."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, insert, select

from signer.statements.tables import erasure
from signer.tallies.queries import read_counts
from signer.tallies.sketch import Estimate, Sketch
from signer.tallies.tables import person_estimate, person_sketch

ALL = ""
"""The Member State of the estimate of all together."""
LARGEST_ERROR = 0.25
"""Of the estimate: what is less certain is not published."""


@dataclass(frozen=True)
class Persons:
    """A published estimate, rounded to a multiple of step, which is no smaller than its standard error."""

    persons: int
    step: int


def publish(connection: Connection, initiative_id: int, *, on: date) -> None:
    """Keep the estimates of the day, unless there are some already."""
    here = {"initiative_id": initiative_id, "made_on": on}
    if connection.execute(select(person_estimate.c.member_state).filter_by(**here).limit(1)).first():
        return
    rows = connection.execute(select(person_sketch).filter_by(initiative_id=initiative_id)).all()
    kept = _kept(connection, initiative_id)
    found = {row.member_state: _bounded(Sketch(row.bits).estimate(), kept.get(row.member_state, 0)) for row in rows}
    wanted = {code: rounded(estimate, kept.get(code, 0)) for code, estimate in found.items()}
    whole = Estimate(sum(each.persons for each in found.values()), math.hypot(*(each.error for each in found.values())))
    wanted[ALL] = rounded(whole, sum(kept.values()))
    for member_state, persons in wanted.items():
        if persons:
            connection.execute(insert(person_estimate).values(member_state=member_state, **vars(persons), **here))


def rounded(estimate: Estimate, kept: int) -> Persons | None:
    """Return what may be published of an estimate; None if it is too uncertain.

    kept: statements received and not erased; there cannot be more persons.
    """
    # The other way round it would let through what is no number.
    if estimate.persons <= 0 or not estimate.error <= LARGEST_ERROR * estimate.persons:
        return None
    step = _step(estimate.error)
    return Persons(min(round(estimate.persons / step) * step, -(-kept // step) * step), step)


def latest_persons(connection: Connection, initiative_id: int) -> tuple[date, Mapping[str, Persons]]:
    """Return the newest estimates by Member State, those of all together under ALL, and the day they were made on.

    They hold what was received on the days before that one. Without any, the day is the first there is.
    """
    newest = select(func.max(person_estimate.c.made_on)).filter_by(initiative_id=initiative_id).scalar_subquery()
    rows = connection.execute(
        select(person_estimate).filter_by(initiative_id=initiative_id).where(person_estimate.c.made_on == newest)
    )
    found = rows.all()
    made_on = found[0].made_on if found else date.min
    return made_on, {row.member_state: Persons(row.persons, row.step) for row in found}


def _bounded(estimate: Estimate, kept: int) -> Estimate:
    """Return an estimate that fits into a sum: what a full sketch cannot tell is between none and all that are kept."""
    return estimate if math.isfinite(estimate.error) else Estimate(kept, kept)


def _step(error: float) -> int:
    """Return the next of 10, 20, 50, 100, 200, … that is no smaller than `error`."""
    steps = (digit * 10**power for power in itertools.count(1) for digit in (1, 2, 5))
    return next(int(step) for step in steps if step >= error)


def _kept(connection: Connection, initiative_id: int) -> dict[str, int]:
    kept = dict(read_counts(connection, initiative_id).by_member_state)
    gone = select(erasure.c.member_state, func.count().label("total")).filter_by(initiative_id=initiative_id)
    for row in connection.execute(gone.group_by(erasure.c.member_state)):
        kept[row.member_state] = kept.get(row.member_state, 0) - int(row.total)
    return kept
