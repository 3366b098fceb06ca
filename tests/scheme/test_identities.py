"""When two statements count as those of one person, and when they are only flagged."""

from collections.abc import Mapping
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from signer.scheme.form import Scheme
from signer.scheme.identity import identity, likeness
from signer.scheme.load import load_scheme
from tests.cases import every_case

EU = load_scheme()


def _part_b(document_type: str, number: str, first_names: str = "Ada") -> Mapping[str, str]:
    return {
        "first_names": first_names,
        "family_names": "Test",
        "document_type": document_type,
        "document_number": number,
    }


@every_case(
    ("member_state", "document_type", "one", "other"),
    [
        ("PT", "id_card", "01234567", "1234567"),
        ("MT", "id_card", "0123456M", "123456M"),
        ("CY", "id_card", "0000123456", "123456"),
        ("SE", "personal_number", "8803200016", "198803200016"),
        ("SE", "personal_number", "2605100003", "202605100003"),
        ("CY", "id_card", "0000", "0"),
    ],
)
def test_two_ways_to_write_a_number_are_one_person(
    member_state: str, document_type: str, one: str, other: str, may_day: date
) -> None:
    """Leading zeros that people leave out, and years of two digits."""
    form = EU.member_state(member_state)

    identities = {identity(_part_b(document_type, number), form, on=may_day) for number in (one, other)}

    assert len(identities) == 1


@every_case(
    ("member_state", "document_type", "one", "other"),
    [
        ("PT", "citizens_card", "000000000ZZ4", "00000000ZZ4"),
        ("EE", "personal_number", "36805280109", "36805280108"),
        ("SE", "personal_number", "192605100003", "202605100003"),
        ("AT", "id_card", "01234567", "1234567"),
    ],
)
def test_different_numbers_are_two_persons(
    member_state: str, document_type: str, one: str, other: str, may_day: date
) -> None:
    """Zeros are dropped only where people leave them out."""
    form = EU.member_state(member_state)

    identities = {identity(_part_b(document_type, number), form, on=may_day) for number in (one, other)}

    assert len(identities) == 2


def test_one_number_under_two_names_is_one_person(eu: Scheme, may_day: date) -> None:
    """Part B: the number says who it is; another kind of document is another number."""
    form = eu.member_state("HU")
    one = identity(_part_b("id_card", "123456AB"), form, on=may_day)

    assert one == identity(_part_b("id_card", "123456AB", "Bea"), form, on=may_day)
    assert one != identity(_part_b("passport", "123456AB"), form, on=may_day)


def test_part_b_gives_no_likeness(eu: Scheme) -> None:
    """Names alone say nothing."""
    assert likeness(_part_b("id_card", "123456AB"), eu.member_state("HU")) is None


def test_case_and_spacing_make_no_second_person(eu: Scheme, german: Mapping[str, str], may_day: date) -> None:
    """Part A: names are case folded, postal codes compared without spaces and hyphens, EL is GR."""
    form = eu.member_state("DE")
    written = {
        **german,
        "family_names": "ÖZTÜRK-WEISS",
        "postal_code": "123 45",
        "residence_country": "GR",
        "street": "X",
    }
    again = {**german, "postal_code": "123-45", "residence_country": "el"}

    assert identity(written, form, on=may_day) == identity(again, form, on=may_day)


@every_case("field", ["first_names", "family_names", "date_of_birth", "postal_code", "residence_country"])
def test_one_differing_field_makes_another_person(
    field: str, eu: Scheme, german: Mapping[str, str], may_day: date
) -> None:
    """Namesakes born on the same day exist, so all of these must agree."""
    form = eu.member_state("DE")
    other = {**german, field: {"date_of_birth": "1981-03-31", "residence_country": "AT"}.get(field, "Other")}

    assert identity(german, form, on=may_day) != identity(other, form, on=may_day)


def test_people_who_moved_are_alike(eu: Scheme, german: Mapping[str, str], may_day: date) -> None:
    """Same names and birth date elsewhere: flagged, never removed."""
    form = eu.member_state("DE")
    moved = {**german, "postal_code": "20095", "city": "Hamburg"}

    assert identity(german, form, on=may_day) != identity(moved, form, on=may_day)
    assert likeness(german, form) == likeness(moved, form)


def test_without_a_postal_code_street_and_city_tell_namesakes_apart(
    eu: Scheme, german: Mapping[str, str], may_day: date
) -> None:
    """Ireland asks for none, and two people of one name can be born on one day."""
    form = eu.member_state("IE")
    irish = {**german, "residence_country": "IE", "postal_code": "", "city": "Erfundenbeg"}

    assert identity(irish, form, on=may_day) == identity({**irish, "city": "ERFUNDENBEG"}, form, on=may_day)
    assert identity(irish, form, on=may_day) != identity({**irish, "city": "Erfundenmore"}, form, on=may_day)


def test_accents_are_never_stripped(eu: Scheme, german: Mapping[str, str], may_day: date) -> None:
    """Two names may differ in an accent alone."""
    form = eu.member_state("DE")

    assert identity(german, form, on=may_day) != identity({**german, "family_names": "Ozturk-Weiß"}, form, on=may_day)


def test_nationality_is_part_of_who_one_is(eu: Scheme, german: Mapping[str, str], may_day: date) -> None:
    """Each Member State verifies its own nationals."""
    assert identity(german, eu.member_state("DE"), on=may_day) != identity(german, eu.member_state("FR"), on=may_day)


@given(
    fields=st.dictionaries(
        st.sampled_from(sorted({name for form in EU.forms.values() for name in form.fields})),
        st.text(st.characters(exclude_categories=())),
    ),
    code=st.sampled_from(list(EU.forms)),
    on=st.dates(),
)
def test_identity_is_total_and_knows_no_case(fields: Mapping[str, str], code: str, on: date) -> None:
    """The offline tool must not stop at one odd statement."""
    form = EU.member_state(code)

    assert identity(fields, form, on=on)[0] == code
    assert (likeness(fields, form) is None) == (form.part == "B")
