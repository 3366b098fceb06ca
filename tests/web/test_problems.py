"""Errors that must be mended and doubts that the citizen may confirm."""

from collections.abc import Callable, Mapping

import pytest

from tests.web.conftest import Post
from tests.web.factories import ELZBIETA, KLARA, MATTHIAS, SUPPORT, FakeService
from tests.web.pages import Page

Check = Callable[[str, Mapping[str, str]], Page]
Sign = Callable[[str, Page], Page]


def test_an_error_keeps_everything_that_was_typed(check: Check) -> None:
    page = check("DE", KLARA | {"family_names": "", "date_of_birth-month": "13"})

    assert page.status == 422
    assert set(page.problems()) == {"family_names", "date_of_birth-day"}
    typed = KLARA | {"family_names": "", "date_of_birth-month": "13"}
    assert {name: page.value(name) for name in typed} == typed


def test_an_error_is_tied_to_its_input_for_those_who_listen(check: Check) -> None:
    page = check("DE", KLARA | {"city": ""})
    (city,) = page.tree.xpath("//input[@name='city']")

    assert city.get("aria-invalid") == "true"
    assert "city-error" in city.get("aria-describedby").split()
    assert page.words("//*[@id='city-error']").startswith("Error: ")
    assert page.title.startswith("Error: ")


def test_who_is_too_young_learns_from_which_day_signing_is_possible(check: Check) -> None:
    page = check("DE", KLARA | {"date_of_birth-year": "2012"})

    assert page.status == 422
    assert "7 March 2028" in page.problems()["date_of_birth-day"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' autofocus onfocus='alert(1)",
        "{{ 7 * 7 }}",
        "%(field)s %s",
        "</textarea><h1>x</h1>",
        "&lt;b&gt;&amp;",
    ],
)
def test_markup_is_kept_as_harmless_text(check: Check, hostile: str) -> None:
    for member_state, person in (("DE", KLARA), ("AT", MATTHIAS)):
        typed = dict.fromkeys(person, hostile)
        page = check(member_state, typed)

        page.assert_sound()
        assert page.status == 422
        assert not page.tree.xpath("//script[not(@src)] | //main//img | //@onfocus | //@onerror")
        assert page.value("first_names") == hostile


def test_a_doubt_can_be_confirmed_for_the_value_that_was_shown(check: Check, sign: Sign, service: FakeService) -> None:
    doubtful = KLARA | {"postal_code": "8033"}
    asked = check("DE", doubtful)
    assert asked.status == 422
    assert asked.title.startswith("Please check: ")
    assert not asked.is_ticked("confirm-postal_code")
    assert "You typed: 8033" in asked.words()

    confirmed = check("DE", asked.inputs("/check") | {"confirm-postal_code": "yes"})

    assert confirmed.status == 200
    assert "You confirmed that this is correct." in confirmed.words()
    assert sign("DE", confirmed).status == 200
    assert len(service.store.writes) == 1


def test_a_doubt_left_alone_is_asked_about_again(check: Check) -> None:
    asked = check("DE", KLARA | {"postal_code": "8033"})

    again = check("DE", asked.inputs("/check"))

    assert again.status == 422
    assert "postal_code" in again.problems()


@pytest.mark.parametrize(
    "change", [{"postal_code": "8034"}, {"residence_country": "FR"}], ids=["another value", "another country"]
)
def test_a_confirmation_does_not_pass_to_another_value(check: Check, change: Mapping[str, str]) -> None:
    asked = check("DE", KLARA | {"postal_code": "8033"})

    again = check("DE", asked.inputs("/check") | {"confirm-postal_code": "yes"} | change)

    assert again.status == 422
    assert not again.is_ticked("confirm-postal_code")


def test_a_confirmed_number_is_asked_about_again_for_another_document(check: Check) -> None:
    asked = check("AT", MATTHIAS | {"document_number": "12"})

    again = check("AT", asked.inputs("/check") | {"confirm-document_number": "yes", "document_type": "id_card"})

    assert again.status == 422
    assert not again.is_ticked("confirm-document_number")


def test_nothing_can_be_confirmed_before_it_was_shown(check: Check) -> None:
    page = check("PL", ELZBIETA | {"document_number": "44051401358", "confirm-document_number": "yes"})

    assert page.status == 422
    assert "document_number" in page.problems()


def test_an_error_cannot_be_confirmed(check: Check) -> None:
    page = check("DE", KLARA | {"city": "", "confirm-city": "yes", "confirmed_value-city": ""})

    assert page.status == 422
    assert "city" in page.problems()


def test_a_confirmed_doubt_stays_confirmed_while_another_field_is_mended(check: Check) -> None:
    asked = check("DE", KLARA | {"postal_code": "8033", "city": ""})

    again = check("DE", asked.inputs("/check") | {"confirm-postal_code": "yes"})

    assert again.is_ticked("confirm-postal_code")
    assert set(again.problems()) == {"city"}
    assert check("DE", again.inputs("/check") | {"city": "Passau"}).status == 200


def test_an_address_without_a_number_is_said_at_the_first_try(check: Check) -> None:
    page = check("DE", KLARA | {"street_number": "", "confirm-street_number": "yes"})

    assert page.status == 200
    assert "No house number" in page.words()


def test_a_forgotten_house_number_is_asked_about(check: Check) -> None:
    page = check("DE", KLARA | {"street_number": ""})

    assert page.status == 422
    assert not page.is_ticked("confirm-street_number")
    assert check("DE", page.inputs("/check") | {"confirm-street_number": "yes"}).status == 200


def test_the_way_back_keeps_a_confirmation(check: Check, post: Post) -> None:
    asked = check("DE", KLARA | {"postal_code": "8033"})
    checked = check("DE", asked.inputs("/check") | {"confirm-postal_code": "yes"})

    back = post(f"{SUPPORT}/DE", checked.inputs("/DE"))

    assert back.is_ticked("confirm-postal_code")
    assert check("DE", back.inputs("/check")).status == 200


@pytest.mark.parametrize("letter", ["Ω", "Ж", "ß"])
def test_two_hundred_letters_fit_in_every_field(check: Check, sign: Sign, letter: str) -> None:
    long = dict.fromkeys(("first_names", "family_names", "street", "city"), letter * 200)

    checked = check("DE", KLARA | long | {"street_number": "1" * 200})

    assert checked.status == 200
    assert sign("DE", checked).status == 200
