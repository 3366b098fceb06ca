"""What a collection has reached, and on which day: round numbers of statements, thresholds, the goal.

Made from the counts of whole days, so that nothing tells in which hour it was. Statements online and on paper count, as
wherever a threshold is spoken of. A paper count that is corrected can move a milestone or take it back.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection

from signer.initiatives.initiative import Initiative
from signer.scheme.load import load_scheme
from signer.tallies.overview import read_daily
from signer.tallies.paper import standing_paper

FIRST_ROUND_NUMBERS = (1_000, 10_000)
EACH = 100_000


class Reached(StrEnum):
    """What was reached.

    statements: a round number of them. goal: as many as an initiative needs. member_state: the threshold of one.
    member_states: the threshold in as many as an initiative needs.
    """

    STATEMENTS = "statements"
    GOAL = "goal"
    MEMBER_STATE = "member_state"
    MEMBER_STATES = "member_states"


@dataclass(frozen=True)
class Milestone:
    """number: of statements or Member States that were to be reached. member_state: empty if it is of all together.

    collected: statements online and on paper in all when that day ended.
    """

    on: date
    reached: Reached
    number: int
    member_state: str
    collected: int

    @property
    def name(self) -> str:
        """What tells it from the initiative's others, whatever day it falls on."""
        return f"{self.reached} {self.member_state or self.number}"


def read_milestones(connection: Connection, initiative: Initiative, *, on: date) -> tuple[Milestone, ...]:
    """Return the milestones of the days before `on`, the oldest first."""
    scheme = load_scheme(initiative.scheme)
    by_day: dict[date, Counter[str]] = {}
    for member_state, daily in read_daily(connection, initiative.id).items():
        for day, statements in daily.items():
            by_day.setdefault(day, Counter())[member_state] += statements
    for entry in standing_paper(connection, initiative.id):
        by_day.setdefault(entry.count.received_on, Counter())[entry.count.member_state] += entry.count.statements
    over = {day: by_day[day] for day in sorted(by_day) if day < on}
    thresholds = scheme.thresholds(initiative.registered_on)
    return tuple(find_milestones(over, thresholds, goal=scheme.goal, needed=scheme.member_states_needed))


def find_milestones(
    by_day: Mapping[date, Mapping[str, int]], thresholds: Mapping[str, int], *, goal: int, needed: int
) -> Iterator[Milestone]:
    """Yield what was reached on each day of `by_day`: day, in order, to Member State to statements collected on it."""
    so_far: Counter[str] = Counter()
    there: set[str] = set()
    collected = 0
    for day, statements in by_day.items():
        before, had = collected, len(there)
        so_far.update(statements)
        collected = so_far.total()
        for number in _round_numbers(before, collected):
            if number != goal:
                yield Milestone(day, Reached.STATEMENTS, number, "", collected)
        for code in sorted(statements):
            if code not in there and so_far[code] >= thresholds[code]:
                there.add(code)
                yield Milestone(day, Reached.MEMBER_STATE, thresholds[code], code, collected)
        if had < needed <= len(there):
            yield Milestone(day, Reached.MEMBER_STATES, needed, "", collected)
        if before < goal <= collected:
            yield Milestone(day, Reached.GOAL, goal, "", collected)


def _round_numbers(before: int, now: int) -> Iterator[int]:
    """Yield the round numbers that are more than `before` and no more than `now`."""
    yield from (number for number in FIRST_ROUND_NUMBERS if before < number <= now)
    yield from range((before // EACH + 1) * EACH, now + 1, EACH)
