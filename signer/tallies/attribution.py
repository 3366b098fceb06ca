"""Statements that came by each partner's link, by week and in tens: enough to plan with, too little to find one.

Nothing here leads to a statement: no day, no Member State, no order, and no exact count (`partner_tens.py` writes full
tens only, in the week in which the tenth came or the next time after it). A week is shown once it is over: somebody who
looked each day would otherwise see the days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from signer.initiatives.initiative import Initiative
from signer.tallies.tables import attribution

TEN = 10
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Attribution:
    """What came by the links. weeks: the Mondays of the weeks that are over, the newest first.

    tens: slug to week to statements in tens; 0 stands for fewer than ten, none among them.
    """

    weeks: tuple[date, ...]
    tens: Mapping[str, Mapping[date, int]]

    def of(self, slug: str, week: date) -> int:
        """Return the statements of a slug in a week, in tens; 0 stands for fewer than ten."""
        return self.tens.get(slug, {}).get(week, 0)

    def total(self, slug: str) -> int:
        """Return the sum of what is shown of a slug, so that it tells no more than the weeks do."""
        return sum(self.tens.get(slug, {}).values())


def read_attribution(connection: Connection, initiative: Initiative, *, on: date) -> Attribution:
    """Return what came by the links of `initiative` in the weeks of its collection that were over on the day `on`."""
    weeks = tuple(_weeks(initiative, on))
    tens: dict[str, dict[date, int]] = {}
    for row in connection.execute(select(attribution).filter_by(initiative_id=initiative.id)):
        if row.week in weeks:
            tens.setdefault(row.code, {})[row.week] = row.statements // TEN * TEN
    return Attribution(weeks, tens)


def _weeks(initiative: Initiative, on: date) -> list[date]:
    week = monday_of(initiative.collection_start)
    found = []
    # One day more: what came on a Sunday may be written on the Monday.
    while week + WEEK <= on and week <= initiative.collection_end + DAY:
        found.append(week)
        week += WEEK
    return found[::-1]


def monday_of(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())
