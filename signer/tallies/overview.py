"""Where an initiative stands: one set of numbers for the dashboard, the interface for programs, tables and badges.

Made from a few hundred rows of counts; the table of statements is never touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, select

from signer.initiatives.initiative import Initiative
from signer.scheme.load import load_scheme
from signer.scheme.months import each_day
from signer.statements.tables import received
from signer.tallies.forecast import needed_a_day
from signer.tallies.paper import paper_by_member_state
from signer.tallies.persons import ALL, Persons, latest_persons
from signer.tallies.planning import read_invalid_shares
from signer.tallies.queries import read_counts

HALF, TWICE = 0.5, 2.0
"""The range of what is likely valid: with half and with twice as many invalid as expected."""


class ThresholdStanding(StrEnum):
    """How a Member State stands to its threshold.

    safe: reached, with the surplus that organisers are advised to collect. reached: also by what is likely valid.
    doubtful: reached by what was collected, likely not by what is valid. not_yet: not reached.
    """

    SAFE = "safe"
    REACHED = "reached"
    DOUBTFUL = "doubtful"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class Likely:
    """Valid statements: as expected, and with twice and with half as many invalid ones."""

    low: int
    expected: int
    high: int


@dataclass(frozen=True)
class MemberStateFigures:
    """One Member State.

    received: online. persons: the published estimate; None where there is none. invalid_share: as expected, 0 to 1.
    surplus: what organisers are advised to collect beyond the threshold, as a share of it.
    estimated_of: statements received until the estimate was made; what came since is not in it.
    """

    member_state: str
    threshold: int
    received: int
    paper: int
    persons: Persons | None
    invalid_share: float
    surplus: float
    estimated_of: int = 0

    @property
    def collected(self) -> int:
        """Statements online and on paper."""
        return self.received + self.paper

    @property
    def is_reached(self) -> bool:
        """Whether as many are collected as the threshold asks for."""
        return self.collected >= self.threshold

    @property
    def persons_share(self) -> float:
        """Persons over statements received, as far as is known; at most 1."""
        if not self.persons or not self.estimated_of:
            return 1.0
        return min(1.0, self.persons.persons / self.estimated_of)

    @property
    def likely(self) -> Likely:
        """What is likely valid of all that was collected."""
        persons = self.received * self.persons_share + self.paper
        return Likely(*(round(persons * (1 - min(1.0, self.invalid_share * times))) for times in (TWICE, 1.0, HALF)))

    @property
    def standing(self) -> ThresholdStanding:
        """How it stands to its threshold."""
        if not self.is_reached:
            return ThresholdStanding.NOT_YET
        if self.likely.expected < self.threshold:
            return ThresholdStanding.DOUBTFUL
        return (
            ThresholdStanding.SAFE
            if self.collected >= self.threshold * (1 + self.surplus)
            else ThresholdStanding.REACHED
        )

    def a_day(self, days_left: int) -> int | None:
        """Return the statements needed each day so that as many as the threshold are likely valid.

        0 if they are already; None if there is no day left.
        """
        each = self.persons_share * (1 - self.invalid_share)
        return needed_a_day(self.threshold - self.likely.expected, each=each, days_left=days_left)


@dataclass(frozen=True)
class Overview:
    """One initiative as of the last roll-up. member_states: in protocol order. persons: of all together.

    estimated_on: the day on which the estimates of persons were made, from the days before; None where there is none.
    """

    initiative: Initiative
    on: date
    goal: int
    member_states_needed: int
    member_states: tuple[MemberStateFigures, ...]
    persons: Persons | None
    estimated_on: date | None = None

    @property
    def received(self) -> int:
        """Statements online."""
        return sum(each.received for each in self.member_states)

    @property
    def paper(self) -> int:
        """Statements on paper."""
        return sum(each.paper for each in self.member_states)

    @property
    def collected(self) -> int:
        """Statements online and on paper."""
        return self.received + self.paper

    @property
    def likely(self) -> Likely:
        """What is likely valid in all."""
        each = [there.likely for there in self.member_states]
        return Likely(*(sum(getattr(likely, part.name) for likely in each) for part in fields(Likely)))

    @property
    def reached(self) -> int:
        """Member States that have collected as many as their threshold."""
        return sum(each.is_reached for each in self.member_states)

    @property
    def days_left(self) -> int:
        """Days of collection that are not over, today included."""
        first = max(self.on, self.initiative.collection_start)
        return max(0, (self.initiative.collection_end - first).days + 1)


def read_overview(connection: Connection, initiative: Initiative, *, on: date) -> Overview:
    """Return where `initiative` stands. on: today in Brussels."""
    scheme = load_scheme(initiative.scheme)
    estimated_on, persons = latest_persons(connection, initiative.id)
    online = read_counts(connection, initiative.id)
    estimated_of = read_counts(connection, initiative.id, before=estimated_on)
    paper = paper_by_member_state(connection, initiative.id)
    shares = read_invalid_shares(connection, initiative)
    thresholds = scheme.thresholds(initiative.registered_on)
    figures = tuple(
        MemberStateFigures(
            member_state=code,
            threshold=thresholds[code],
            received=online.of(code),
            paper=paper.get(code, 0),
            persons=persons.get(code),
            invalid_share=shares[code],
            surplus=scheme.surplus,
            estimated_of=estimated_of.of(code),
        )
        for code in scheme.forms
    )
    return Overview(
        initiative,
        on,
        scheme.goal,
        scheme.member_states_needed,
        figures,
        persons.get(ALL),
        estimated_on if persons else None,
    )


def read_daily(connection: Connection, initiative_id: int) -> Mapping[str, Mapping[date, int]]:
    """Return Member State to day to statements received on it; days without any are left out."""
    found: dict[str, dict[date, int]] = {}
    rows = select(received).filter_by(initiative_id=initiative_id).order_by(received.c.submitted_on)
    for row in connection.execute(rows):
        found.setdefault(row.member_state, {})[row.submitted_on] = int(row.statements)
    return found


def days_until(initiative: Initiative, last: date) -> tuple[date, ...]:
    """Return the days of collection up to and with `last`, in order."""
    return tuple(each_day(initiative.collection_start, min(last, initiative.collection_end)))
