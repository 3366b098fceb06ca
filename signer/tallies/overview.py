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
from signer.tallies.planning import Expected, read_shares
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

    received: online. repeat_share: of those, as expected, 0 to 1; how many there are nobody knows before the opening.
    invalid_share: of what is left of them and of paper, as expected. surplus: what organisers are advised to collect
    beyond the threshold, as a share of it.
    """

    member_state: str
    threshold: int
    received: int
    paper: int
    repeat_share: float
    invalid_share: float
    surplus: float

    @property
    def collected(self) -> int:
        """Statements online and on paper."""
        return self.received + self.paper

    @property
    def is_reached(self) -> bool:
        """Whether as many are collected as the threshold asks for."""
        return self.collected >= self.threshold

    @property
    def likely(self) -> Likely:
        """What is likely valid of all that was collected."""
        counted_once = self.received * (1 - self.repeat_share) + self.paper
        return Likely(
            *(round(counted_once * (1 - min(1.0, self.invalid_share * times))) for times in (TWICE, 1.0, HALF))
        )

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
        each = (1 - self.repeat_share) * (1 - self.invalid_share)
        return needed_a_day(self.threshold - self.likely.expected, each=each, days_left=days_left)


@dataclass(frozen=True)
class Overview:
    """One initiative as of the last settling. member_states: in protocol order."""

    initiative: Initiative
    on: date
    goal: int
    member_states_needed: int
    member_states: tuple[MemberStateFigures, ...]

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
    def repeat_share(self) -> float:
        """Share of repeats that is expected among all statements online; 0 where there are none."""
        repeats = sum(each.received * each.repeat_share for each in self.member_states)
        return repeats / self.received if self.received else 0.0

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
    online = read_counts(connection, initiative.id)
    paper = paper_by_member_state(connection, initiative.id)
    repeats = read_shares(connection, initiative, Expected.REPEATS)
    invalid = read_shares(connection, initiative, Expected.INVALID)
    thresholds = scheme.thresholds(initiative.registered_on)
    figures = tuple(
        MemberStateFigures(
            member_state=code,
            threshold=thresholds[code],
            received=online.of(code),
            paper=paper.get(code, 0),
            repeat_share=repeats[code],
            invalid_share=invalid[code],
            surplus=scheme.surplus,
        )
        for code in scheme.forms
    )
    return Overview(initiative, on, scheme.goal, scheme.member_states_needed, figures)


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
