"""Counts on paper: what was corrected counts once and is never lost."""

import threading
from datetime import date, timedelta

import pytest

from signer.database import reading
from signer.scheme.form import UnknownMemberState
from signer.tallies.paper import (
    MOST,
    PaperCount,
    UnfitPaper,
    is_unlikely,
    paper_by_member_state,
)
from tests.acts import MAY_DAY
from tests.conftest import START, Instance
from tests.counts import enter, entries
from tests.web.factories import make_initiative


def totals(instance: Instance) -> dict[str, int]:
    with reading(instance.engine) as connection:
        return dict(paper_by_member_state(connection, instance.initiative.id))


def test_a_correction_stands_for_the_entry_and_the_history_keeps_both(instance: Instance) -> None:
    enter(instance, PaperCount("DE", MAY_DAY, 412, " Market  in Kassel "))
    enter(instance, PaperCount("DE", MAY_DAY, 100))
    enter(instance, PaperCount("DE", MAY_DAY, 421, note="two digits were exchanged"), corrects=1)

    entered = entries(instance)
    assert totals(instance) == {"DE": 521}
    assert [(entry.id, entry.count.statements, entry.corrects, entry.corrected_by) for entry in entered] == [
        (3, 421, 1, None),
        (2, 100, None, None),
        (1, 412, None, 3),
    ]
    assert entered[-1].count.partner == "Market in Kassel"


def test_zero_takes_an_entry_back_and_another_member_state_may_stand_for_it(instance: Instance) -> None:
    enter(instance, PaperCount("DE", MAY_DAY, 412))
    enter(instance, PaperCount("AT", MAY_DAY, 412), corrects=1)
    assert {code: count for code, count in totals(instance).items() if count} == {"AT": 412}

    enter(instance, PaperCount("AT", MAY_DAY, 0), corrects=2)
    assert sum(totals(instance).values()) == 0


def test_two_people_correct_an_entry_at_the_same_time_and_one_of_them_is_told(instance: Instance) -> None:
    """Both corrections would count otherwise."""
    enter(instance, PaperCount("DE", MAY_DAY, 412))
    refused: list[str] = []

    def correct(statements: int) -> None:
        try:
            enter(instance, PaperCount("DE", MAY_DAY, statements), corrects=1)
        except UnfitPaper as unfit:
            refused.append(unfit.field)

    people = [threading.Thread(target=correct, args=(count,)) for count in (400, 420)]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert refused == ["corrects"]
    assert totals(instance)["DE"] in {400, 420}


def test_what_cannot_be_names_the_part_and_counts_nothing(instance: Instance) -> None:
    for count, field in (
        (PaperCount("DE", MAY_DAY, -1), "statements"),
        (PaperCount("DE", MAY_DAY, MOST + 1), "statements"),
        (PaperCount("DE", MAY_DAY + timedelta(days=1), 1), "received_on"),
        (PaperCount("DE", START - timedelta(days=1), 1), "received_on"),
        (PaperCount("DE", MAY_DAY, 1, "x" * 201), "partner"),
        (PaperCount("DE", MAY_DAY, 1, "", "turned \u202e round"), "note"),
    ):
        with pytest.raises(UnfitPaper) as unfit:
            enter(instance, count)
        assert unfit.value.field == field
    with pytest.raises(UnknownMemberState):
        enter(instance, PaperCount("CH", MAY_DAY, 1))

    assert totals(instance) == {}


@pytest.mark.parametrize(("member_state", "likely"), [("MT", 1_080), ("DE", 17_280)])
def test_more_than_a_quarter_of_a_threshold_is_unlikely(member_state: str, likely: int) -> None:
    initiative = make_initiative(registered_on=date(2027, 1, 7))

    assert not is_unlikely(initiative, PaperCount(member_state, MAY_DAY, likely))
    assert is_unlikely(initiative, PaperCount(member_state, MAY_DAY, likely + 1))
