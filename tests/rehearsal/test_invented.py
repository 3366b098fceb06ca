"""Invented citizens: the scheme accepts them, and nothing else in the world is called like them."""

from datetime import date
from pathlib import Path

from signer.rehearsal.invented import InventedPerson, Inventor
from signer.scheme.check import check
from signer.scheme.form import FieldKind
from signer.scheme.identity import identity, likeness
from signer.scheme.load import load_scheme
from signer.scheme.problem import Severity
from signer.scheme.statement import read_statement
from tests.cases import every_case

ON = date(2027, 5, 1)
EU = load_scheme()
MEMBER_STATES = list(EU.forms)
SEARCHED = {FieldKind.NAME, FieldKind.ADDRESS, FieldKind.DOCUMENT_NUMBER, FieldKind.DATE_OF_BIRTH}


def inventor_of(member_state: str) -> Inventor:
    """Invents citizens of one Member State."""
    return Inventor(EU, member_state, on=ON, seed=7)


def kept(person: InventedPerson) -> dict[str, str]:
    """What is kept of a person for the authority."""
    return dict(read_statement(person.fields, person.form, on=ON, confirmed=person.confirmed).fields)


@every_case("seed", range(8))
def test_the_scheme_accepts_every_invented_person_without_a_doubt(seed: int) -> None:
    """Else the rehearsal would try the wrong thing: corrections nobody planned."""
    for member_state in MEMBER_STATES:
        inventor = Inventor(EU, member_state, on=ON, seed=seed)
        for turn in range(4):
            person = inventor.person(turn)

            assert check(person.fields, person.form, on=ON) == ()


@every_case("member_state", MEMBER_STATES)
def test_every_accepted_document_gets_its_turn(member_state: str) -> None:
    """A number of each kind goes through the whole house."""
    inventor = inventor_of(member_state)
    count = max(1, len(inventor.form.document_types))

    used = {inventor.person(turn).fields.get("document_type") for turn in range(count)}

    assert used == set(inventor.form.document_types or {None})


@every_case("member_state", MEMBER_STATES)
def test_what_is_searched_for_has_at_least_six_characters_and_is_never_typed_by_two_people(member_state: str) -> None:
    """A shorter value could stand anywhere by chance, and one of two people would hide the other."""
    inventor = inventor_of(member_state)
    values = [
        person.fields[name]
        for person in (inventor.person(turn) for turn in range(20))
        for name, asked in inventor.form.fields.items()
        if asked.kind in SEARCHED - {FieldKind.DATE_OF_BIRTH}
    ]

    assert min(map(len, values)) >= 6
    assert len(set(values)) == len(values)


@every_case("member_state", MEMBER_STATES)
def test_birth_dates_are_of_adults_and_long_before_any_date_of_a_campaign(member_state: str) -> None:
    """A birth date is searched for too: it must not be today's date or the initiative's by chance."""
    inventor = inventor_of(member_state)
    for turn in range(20):
        born = inventor.person(turn).fields.get("date_of_birth", "1980-01-31")

        assert 1940 <= date.fromisoformat(born).year <= 2000


@every_case("member_state", MEMBER_STATES)
def test_long_values_fill_the_form(member_state: str) -> None:
    """200 letters, in Greek and Cyrillic too, which take twice the bytes."""
    inventor = inventor_of(member_state)
    person = inventor.wordy()

    longest = [person.fields[name] for name, asked in inventor.form.fields.items() if asked.kind is FieldKind.NAME]
    assert {len(text) for text in longest} == {200}
    assert check(person.fields, person.form, on=ON) == ()


def test_greeks_and_bulgarians_have_names_in_their_own_script() -> None:
    """They are searched for in every byte, so every letter must be one of several bytes."""
    greek = Inventor(EU, "GR", on=ON, seed=1).person().fields["family_names"]
    bulgarian = Inventor(EU, "BG", on=ON, seed=1).person().fields["family_names"]

    for name in (greek, bulgarian):
        assert not any(character.isascii() and character.isalpha() for character in name.replace("d’", ""))


@every_case("member_state", MEMBER_STATES)
@every_case("turn", range(3))
def test_a_doubtful_person_gets_exactly_the_warnings_that_they_confirm(member_state: str, turn: int) -> None:
    """A warning that is confirmed does not stop anybody; one that does not come up would go untested."""
    inventor = inventor_of(member_state)
    person = inventor.doubtful(turn)

    problems = check(person.fields, person.form, on=ON)

    assert {problem.field for problem in problems} == person.confirmed
    assert {problem.severity for problem in problems} == {Severity.WARNING}


@every_case("member_state", MEMBER_STATES)
def test_careless_typing_is_kept_as_the_same_values(member_state: str) -> None:
    """So that a repeat is identical although no byte of it need be."""
    inventor = inventor_of(member_state)
    person = inventor.person()

    careless = inventor.carelessly_typed(person)

    assert careless.fields != person.fields
    assert kept(careless) == kept(person)


@every_case("member_state", MEMBER_STATES)
def test_somebody_respelt_is_the_same_person_with_other_values(member_state: str) -> None:
    """Both statements go to the authority, counted once."""
    inventor = inventor_of(member_state)
    person = inventor.person()

    respelt = inventor.respelt(person)

    assert kept(respelt) != kept(person)
    assert identity(kept(respelt), person.form, on=ON) == identity(kept(person), person.form, on=ON)


@every_case("member_state", MEMBER_STATES)
def test_a_look_alike_is_another_person(member_state: str) -> None:
    """Namesakes born on one day exist: flagged, and counted twice."""
    inventor = inventor_of(member_state)
    person = inventor.person()

    other = inventor.look_alike(person)

    assert identity(kept(other), person.form, on=ON) != identity(kept(person), person.form, on=ON)
    assert likeness(kept(other), person.form) == likeness(kept(person), person.form)


def test_the_same_seed_invents_the_same_people() -> None:
    """A rehearsal that failed is repeated with its seed."""
    first, again = (Inventor(EU, "PL", on=ON, seed=3).person() for _ in range(2))
    other = Inventor(EU, "PL", on=ON, seed=4).person()

    assert first.fields == again.fields
    assert first.fields != other.fields


def test_a_second_scheme_is_rehearsed_without_a_line_of_code() -> None:
    """Nothing here knows a rule of one Member State."""
    scheme = load_scheme("nordland", Path(__file__).parents[1] / "scheme" / "data")

    for region in scheme.forms:
        person = Inventor(scheme, region, on=ON, seed=1).person()

        assert check(person.fields, person.form, on=ON) == ()
