"""What a collection has reached, by whole days."""

from datetime import date, timedelta

from signer.database import reading
from signer.tallies.milestones import Milestone, Reached, find_milestones, read_milestones
from signer.tallies.paper import PaperCount
from tests.acts import MAY_DAY
from tests.conftest import Instance
from tests.counts import enter, entries, receive

THRESHOLDS = {"DE": 700, "MT": 30, "SE": 90}
NEXT_DAY = MAY_DAY + timedelta(days=1)


def found(by_day: dict[date, dict[str, int]]) -> list[tuple[date, str]]:
    """Return days and names of the milestones on the way to a goal of 200,000 and two Member States."""
    return [(each.on, each.name) for each in find_milestones(by_day, THRESHOLDS, goal=200_000, needed=2)]


def test_each_is_reached_once_and_on_the_day_on_which_it_was() -> None:
    by_day = {MAY_DAY: {"DE": 699, "MT": 30}, NEXT_DAY: {"DE": 1, "MT": 500}, date(2027, 5, 4): {"DE": 9_000}}

    assert found(by_day) == [
        (MAY_DAY, "member_state MT"),
        (NEXT_DAY, "statements 1000"),
        (NEXT_DAY, "member_state DE"),
        (NEXT_DAY, "member_states 2"),
        (date(2027, 5, 4), "statements 10000"),
    ]


def test_one_day_can_bring_many_and_the_goal_is_told_as_the_goal() -> None:
    (*_, goal) = milestones = list(
        find_milestones({MAY_DAY: {"DE": 99_999}, NEXT_DAY: {"DE": 200_001}}, THRESHOLDS, goal=200_000, needed=2)
    )

    assert [each.number for each in milestones if each.reached is Reached.STATEMENTS] == [
        1_000,
        10_000,
        100_000,
        300_000,
    ]
    assert goal == Milestone(NEXT_DAY, Reached.GOAL, 200_000, "", 300_000)


def test_a_day_tells_nothing_before_it_is_over_and_paper_counts(instance: Instance) -> None:
    receive(instance, {"MT": 4_000})
    for member_state, statements in (("MT", 600), ("SE", 20)):
        enter(instance, PaperCount(member_state, MAY_DAY, statements))

    def names(on: date) -> list[str]:
        with reading(instance.engine) as connection:
            return [each.name for each in read_milestones(connection, instance.initiative, on=on)]

    assert names(MAY_DAY) == []
    assert names(NEXT_DAY) == ["statements 1000", "member_state MT"]

    (_, entry) = entries(instance)
    enter(instance, PaperCount("MT", MAY_DAY, 6), corrects=entry.id)

    assert names(NEXT_DAY) == ["statements 1000"]
