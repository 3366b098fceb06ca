"""Who comes to a rehearsal: enough people everywhere, and everything that can happen to one of them."""

from collections import Counter
from datetime import date

from signer.rehearsal.invented import InventedPerson
from signer.rehearsal.scenario import PARTS, plan_visits
from signer.scheme.check import check
from signer.scheme.load import load_scheme
from signer.scheme.problem import Problem

ON = date(2027, 5, 1)
EU = load_scheme()


def problems_of(person: InventedPerson, **slips: str) -> tuple[Problem, ...]:
    """What the scheme says to a person who types `slips` for some fields."""
    return check({**person.fields, **slips}, person.form, on=ON, confirmed=person.confirmed)


def test_at_least_ten_come_from_each_member_state_however_few_are_asked_for() -> None:
    """Else a Member State's form could go untried."""
    visits = plan_visits(EU, 1, on=ON, seed=1, erasures=True)

    assert Counter(visit.member_state for visit in visits) == dict.fromkeys(EU.forms, PARTS)


def test_as_many_come_as_are_asked_for_in_even_shares() -> None:
    """2,000 statements are 2,000."""
    visits = plan_visits(EU, 301, on=ON, seed=1, erasures=True)

    shares = Counter(visit.member_state for visit in visits)
    assert len(visits) == 301
    assert set(shares.values()) == {11, 12}
    assert [visit.number for visit in visits] == list(range(1, 302))


def test_everything_that_can_happen_happens_in_each_member_state() -> None:
    """Mistakes, warnings, a page sent twice, second thoughts, a forgotten box, erasing, repeats of both kinds."""
    visits = plan_visits(EU, 270, on=ON, seed=1, erasures=True)

    for code in EU.forms:
        here = [visit for visit in visits if visit.member_state == code]
        for happening in ("by_front_door", "slips", "changes_mind", "forgets_a_box", "sends_twice", "erases"):
            assert any(getattr(visit, happening) for visit in here), happening
        assert any(visit.person.confirmed for visit in here)
        assert Counter(Counter(visit.signatory for visit in here).values()) == {2: 3, 1: 4}


def test_everybody_gets_through_in_the_end_and_slips_are_noticed() -> None:
    """A mistake that the page does not complain about could not be mended."""
    for visit in plan_visits(EU, 540, on=ON, seed=2, erasures=True):
        assert all(problem.confirmed for problem in problems_of(visit.person))
        complaints = problems_of(visit.person, **visit.slips)
        assert {problem.field for problem in complaints if problem.stops} == visit.slips.keys()


def test_signatories_of_different_member_states_are_different_people() -> None:
    """Persons are counted by their numbers."""
    visits = plan_visits(EU, 270, on=ON, seed=1, erasures=True)

    home: dict[int, str] = {}
    for visit in visits:
        assert home.setdefault(visit.signatory, visit.member_state) == visit.member_state
