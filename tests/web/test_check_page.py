"""The check page: what it shows is what is recorded, once, and nothing else is."""

from collections.abc import Callable, Mapping

import pytest

from signer.initiatives.collection import Collection
from signer.sealing.canonical import decode_plaintext
from signer.sealing.opening import OpeningKey, open_envelope
from signer.statements.store import AlreadyErased
from tests.web.conftest import Post
from tests.web.factories import (
    DECLARED,
    ELZBIETA,
    KLARA,
    MATTHIAS,
    NUMBER,
    SUPPORT,
    FakeService,
)
from tests.web.pages import Page

Check = Callable[[str, Mapping[str, str]], Page]
Sign = Callable[[str, Page], Page]


def opened(service: FakeService, opening_key: OpeningKey, collection: Collection) -> Mapping[str, str]:
    """Open the one recorded statement."""
    (row,) = service.store.writes
    envelope = collection.storage_key.unwrap(row.sealed, row.statement_id)
    context = collection.context(row.statement_id, row.submitted_on)
    return decode_plaintext(open_envelope(envelope, opening_key, context)).fields


def test_what_the_check_page_shows_is_what_is_recorded(
    check: Check, sign: Sign, service: FakeService, opening_key: OpeningKey
) -> None:
    checked = check("AT", MATTHIAS | {"document_number": " p 123-4567 ", "first_names": "  Matthias   Johann "})
    sign("AT", checked)

    assert "Matthias Johann" in checked.words()
    assert [group.text for group in checked.tree.xpath("//*[@class='number']/span")] == ["P12", "345", "67"]
    fields = opened(service, opening_key, service.catalogue.collection(NUMBER, "AT"))
    assert fields == MATTHIAS | {"first_names": "Matthias Johann"}


def test_the_date_of_birth_is_recorded_as_an_iso_date(
    check: Check, sign: Sign, service: FakeService, opening_key: OpeningKey
) -> None:
    sign("DE", check("DE", KLARA))

    fields = opened(service, opening_key, service.catalogue.collection(NUMBER, "DE"))
    assert fields["date_of_birth"] == "1984-03-07"
    assert fields["city"] == "München"


def test_fields_that_the_form_does_not_ask_for_are_never_kept_or_shown(
    check: Check, sign: Sign, service: FakeService, opening_key: OpeningKey
) -> None:
    checked = check("PL", ELZBIETA | {"city": "Niepotrzebne", "email": "niepotrzebny@example.org"})
    sign("PL", checked)

    assert "iepotrzebn" not in checked.text
    assert set(opened(service, opening_key, service.catalogue.collection(NUMBER, "PL"))) == set(ELZBIETA)


def test_the_same_page_sent_twice_is_stored_once_and_answered_the_same(
    check: Check, sign: Sign, service: FakeService
) -> None:
    checked = check("DE", KLARA)

    first, second = sign("DE", checked), sign("DE", checked)

    assert first.text == second.text
    assert len(service.store.writes) == 1


def test_change_leads_back_with_everything_that_was_typed(check: Check, post: Post) -> None:
    checked = check("DE", KLARA)
    targets = [action.partition("#") for action in checked.tree.xpath("//button/@formaction")]

    back = post(f"{SUPPORT}/DE", checked.inputs("/DE"))

    assert back.status == 200
    assert not back.problems()
    assert {name: back.value(name) for name in KLARA} == KLARA
    assert {path for path, _, _ in targets} == {f"{SUPPORT}/DE"}
    assert {target for _, _, target in targets} <= set(back.tree.xpath("//@id"))


def test_both_declarations_are_needed_and_what_was_ticked_stays(
    check: Check, post: Post, sign: Sign, service: FakeService
) -> None:
    ready = check("DE", KLARA).inputs("/sign")

    page = post(f"{SUPPORT}/DE/sign", ready | {"declare_correct": "yes"})

    assert page.status == 422
    assert set(page.problems()) == {"declare_privacy"}
    assert page.is_ticked("declare_correct")
    assert service.store.writes == []
    assert sign("DE", page).status == 200
    assert page.inputs("/sign")["token"] == ready["token"]


@pytest.mark.parametrize("changed", [{"city": "Berlin"}, {"token": ""}, {"token": "x.y.z"}, {"token": "é"}])
def test_values_that_the_check_page_did_not_show_are_shown_first(
    check: Check, post: Post, sign: Sign, service: FakeService, changed: Mapping[str, str]
) -> None:
    ready = check("DE", KLARA).inputs("/sign")

    page = post(f"{SUPPORT}/DE/sign", ready | DECLARED | changed)

    assert page.status == 422
    assert page.heading == "Check your answers and sign"
    assert changed.get("city", "München") in page.words()
    assert not page.is_ticked("declare_correct")
    assert service.store.writes == []
    assert sign("DE", page).status == 200


def test_a_token_of_another_country_does_not_sign(check: Check, post: Post, service: FakeService) -> None:
    ready = check("AT", MATTHIAS).inputs("/sign")

    page = post(f"{SUPPORT}/IT/sign", ready | DECLARED | {"document_number": "AA1234567"})

    assert page.status == 422
    assert service.store.writes == []


def test_a_page_that_lay_open_too_long_is_renewed_with_everything_kept(
    check: Check, post: Post, sign: Sign, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = check("DE", KLARA).inputs("/sign")
    with monkeypatch.context() as later:
        later.setattr("signer.human_check.check_token.LIFETIME", -1)
        page = post(f"{SUPPORT}/DE/sign", ready | DECLARED)

    assert page.status == 422
    assert "more than two hours" in page.problems()["declare_correct"]
    assert page.inputs("/sign")["token"] != ready["token"]
    assert sign("DE", page).status == 200


def test_a_page_whose_statement_was_erased_says_so_and_how_to_start_anew(
    check: Check, sign: Sign, service: FakeService
) -> None:
    service.store.failure = AlreadyErased("the statement of this code was erased; expected a new code")

    page = sign("DE", check("DE", KLARA))

    assert page.status == 410
    assert page.heading == "This statement was erased"
    assert "start again" in page.words()
