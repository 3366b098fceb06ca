"""An invented national scheme of three regions, in data alone: no rule of the European one stands in code."""

from datetime import date

import pytest

from signer.scheme.check import check
from signer.scheme.form import Scheme
from signer.scheme.identity import identity, likeness
from signer.scheme.statement import Refused, read_statement
from signer.wording import document_label, field_hint, field_label, sentence

ADA = {"first_names": "Ada", "family_names": "Test", "city": "Fjordby", "date_of_birth": "2010-05-01"}


def test_regions_have_their_own_codes_forms_and_ages(nordland: Scheme, may_day: date) -> None:
    """Codes of three letters, a part of another name, other fields, 14 years in the north and 21 in the south."""
    north, south = nordland.member_state("nor"), nordland.member_state("SUD")

    assert list(north.fields) == ["first_names", "family_names", "city", "date_of_birth"]
    assert check(ADA, north, on=may_day) == ()
    (problem,) = check(ADA, south, on=may_day)
    assert (problem.code, problem.details["minimum"]) == ("too_young", 21)


def test_a_region_has_a_document_of_its_own(nordland: Scheme, may_day: date) -> None:
    """Its label has no translation, so the native one stands."""
    east = nordland.member_state("EAST")
    fields = {"family_names": "Test", "document_type": "tool_card", "document_number": "t-1234"}

    statement = read_statement(fields, east, on=may_day)

    assert statement.fields["document_number"] == "T1234"
    assert field_label("document_number", east) == "Card of the tool library"
    assert document_label(east.document_types["tool_card"], east) == "Card of the tool library"
    assert field_hint("document_number", east) == "For example T0000"


def test_its_sentences_are_complete(nordland: Scheme, may_day: date) -> None:
    """Wording knows problems, not Member States."""
    east = nordland.member_state("OST")
    fields = {"family_names": "", "document_type": "tool_card", "document_number": "x"}

    problems = check(fields, east, on=may_day)

    assert [problem.code for problem in problems] == ["missing", "number_pattern"]
    assert all(sentence(problem, east) for problem in problems)


def test_limits_are_those_of_the_scheme(nordland: Scheme, may_day: date) -> None:
    """20 letters here, 200 there."""
    with pytest.raises(Refused):
        read_statement({**ADA, "city": "x" * 21}, nordland.member_state("NOR"), on=may_day)


def test_thresholds_and_goal_are_data(nordland: Scheme) -> None:
    """Two regions of three, 3,000 in all, members times members."""
    assert (nordland.goal, nordland.member_states_needed, nordland.collection_months) == (3_000, 2, 6)
    assert nordland.thresholds(date(2025, 1, 1)) == {"NOR": 360, "SUD": 300, "OST": 240}


def test_what_shows_one_person_is_data(nordland: Scheme, may_day: date) -> None:
    """Here names and birth date suffice, and nothing is merely flagged."""
    north = nordland.member_state("NOR")

    assert identity({**ADA, "city": "Elsewhere"}, north, on=may_day) == identity(ADA, north, on=may_day)
    assert likeness(ADA, north) is None
