"""The way of a citizen: nationality, details, check page, code."""

import re
from collections.abc import Callable, Mapping
from datetime import date

import pytest
from flask.testing import FlaskClient

from signer.sealing.code import Code
from tests.web.conftest import Get
from tests.web.factories import (
    ELZBIETA,
    INITIATIVE,
    KLARA,
    MATTHIAS,
    MAY_DAY,
    SUPPORT,
    FakeService,
)
from tests.web.pages import Page

Check = Callable[[str, Mapping[str, str]], Page]
Sign = Callable[[str, Page], Page]


def test_the_way_in_follows_the_language_of_the_browser(client: FlaskClient) -> None:
    response = client.get("/", headers={"Accept-Language": "en-GB,de;q=0.7"})

    assert response.status_code == 302
    assert response.location == "/en/"
    assert "Accept-Language" in response.headers["Vary"]


def test_a_redirect_names_no_host_so_that_no_cache_can_be_given_a_wrong_one(client: FlaskClient) -> None:
    for path in ("/", "/en", INITIATIVE.rstrip("/"), f"{SUPPORT}/el", f"{SUPPORT}?member_state=DE"):
        response = client.get(path, headers={"Host": "evil.example"})

        assert response.status_code in {302, 303, 308}
        assert response.location.startswith("/en"), path


def test_the_initiative_page_shows_what_is_asked_and_how_far_it_is(get: Get, service: FakeService) -> None:
    service.received = {"DE": 37_621, "MT": 4_230, "LU": 4_229}
    page = get(INITIATIVE)

    assert page.heading == "A quiet street for everybody"
    words = page.words()
    assert "46,080 statements received, of 1,000,000 needed" in words
    assert "1 of 7 needed Member States at their threshold" in words
    assert "Germany 37,621 67,680 55.5%" in words
    assert "Malta 4,230 4,230 reached" in words
    assert "Luxembourg 4,229 4,230 99.9%" in words
    assert "open until 16 February 2028" in words
    assert "Ada Mustermann (representative)" in words
    assert len(page.tree.xpath("//tbody/tr")) == 27
    assert (
        page.words("//*[contains(@class, 'fingerprint')]").replace(" ", "") == service.catalogue.key.fingerprint.hex()
    )


def test_choosing_a_nationality_leads_to_its_form(client: FlaskClient) -> None:
    response = client.get(f"{SUPPORT}?member_state=DE&continue=1")

    assert response.status_code == 303
    assert response.location == f"{SUPPORT}/DE"


def test_no_nationality_is_chosen_beforehand_and_all_27_can_be(get: Get) -> None:
    page = get(SUPPORT)

    assert page.value("member_state") == ""
    assert len(page.tree.xpath("//input[@name='member_state']")) == 28


@pytest.mark.parametrize("query", ["continue=1", "member_state=", "member_state=XX&continue=1", "member_state=%00"])
def test_choosing_nothing_or_nonsense_asks_again(get: Get, query: str) -> None:
    page = get(f"{SUPPORT}?{query}&continue=1")

    assert page.status == 422
    assert page.problems()["member_state"].startswith("Choose the country")


def test_who_is_no_eu_national_is_told_what_else_to_do(get: Get) -> None:
    page = get(f"{SUPPORT}?member_state=none")

    assert page.status == 200
    assert "What you can do instead" in page.words()


@pytest.mark.parametrize(("alias", "canonical"), [("de", "DE"), ("EL", "GR"), ("el", "GR"), ("gr", "GR")])
def test_other_spellings_of_a_member_state_lead_to_the_canonical_address(
    client: FlaskClient, alias: str, canonical: str
) -> None:
    response = client.get(f"{SUPPORT}/{alias}")

    assert response.status_code == 308
    assert response.location == f"{SUPPORT}/{canonical}"


def test_no_document_is_chosen_beforehand_and_native_names_stand_beside(get: Get) -> None:
    page = get(f"{SUPPORT}/HU")

    assert page.value("document_type") == ""
    assert page.tree.xpath("//form//*[@lang='hu']")
    assert len(page.tree.xpath("//input[@name='document_type']")) == 3


def test_a_country_with_one_document_asks_only_for_its_number(get: Get) -> None:
    page = get(f"{SUPPORT}/PL")

    assert page.tree.xpath("//input[@name='document_type']/@type") == ["hidden"]
    assert page.tree.xpath("//input[@name='document_number']/@inputmode") == ["numeric"]
    assert page.tree.xpath("//input[@name='document_number']/@autocomplete") == ["off"]


def test_the_address_form_tells_browsers_what_they_may_fill_in(get: Get) -> None:
    page = get(f"{SUPPORT}/DE")
    purposes = {name: page.tree.xpath("//*[@name=$name]/@autocomplete", name=name) for name in KLARA}

    assert purposes["first_names"] == ["given-name"]
    assert purposes["postal_code"] == ["postal-code"]
    assert purposes["residence_country"] == ["country"]
    assert purposes["date_of_birth-day"] == ["bday-day"]
    assert page.value("residence_country") == ""


@pytest.mark.parametrize(
    ("member_state", "person"), [("DE", KLARA), ("PL", ELZBIETA), ("AT", MATTHIAS)], ids=["A", "B, one", "B, several"]
)
def test_a_citizen_signs_in_three_steps_and_gets_a_code(
    check: Check, sign: Sign, service: FakeService, member_state: str, person: Mapping[str, str]
) -> None:
    checked = check(member_state, person)
    assert checked.status == 200
    assert service.store.writes == []
    assert not checked.is_ticked("declare_correct")
    assert not checked.is_ticked("declare_privacy")

    thanks = sign(member_state, checked)

    assert thanks.status == 200
    assert thanks.heading == "Thank you – your statement is recorded"
    code = Code.parse(thanks.words("//*[@id='code']"))
    assert [row.statement_id for row in service.store.writes] == [code.statement_id]
    assert service.store.writes[0].member_state == member_state
    assert "1 May 2027" in thanks.words()


def test_a_second_person_of_the_same_name_gets_the_same_pages(check: Check, sign: Sign, service: FakeService) -> None:
    """Promise 2: the answer does not tell whether somebody has signed before."""
    pages = [sign("DE", check("DE", KLARA)) for _ in range(2)]

    first, second = (page.text.replace(page.words("//*[@id='code']").replace(" ", ""), "") for page in pages)
    codes = [page.value("code") for page in pages]
    assert codes[0] != codes[1]
    assert first.replace(codes[0], "").split('id="code"')[0] == second.replace(codes[1], "").split('id="code"')[0]
    assert len(service.store.writes) == 2


def test_a_statement_sent_after_midnight_of_the_last_day_is_not_taken(
    check: Check, sign: Sign, service: FakeService
) -> None:
    service.day = date(2028, 2, 16)
    checked = check("DE", KLARA)
    service.day = date(2028, 2, 17)

    page = sign("DE", checked)

    assert page.status == 410
    assert service.store.writes == []


def test_the_code_comes_as_a_text_file_by_post_only(
    client: FlaskClient, check: Check, sign: Sign, service: FakeService
) -> None:
    thanks = sign("DE", check("DE", KLARA))

    response = client.post(f"{INITIATIVE}code.txt", data={"code": thanks.value("code")})

    assert response.mimetype == "text/plain"
    assert response.headers["Content-Disposition"] == 'attachment; filename="code-2021-000001.txt"'
    assert response.headers["Cache-Control"] == "no-store"
    assert response.text.startswith(f"Your code: {thanks.value('code')}\n")
    assert "A quiet street for everybody" in response.text
    assert client.get(f"{INITIATIVE}code.txt").status_code == 405
    assert client.post(f"{INITIATIVE}code.txt", data={"code": "nonsense"}).status_code == 400


def test_nothing_typed_stands_in_an_address_or_title(check: Check, sign: Sign) -> None:
    checked = check("DE", KLARA)
    thanks = sign("DE", checked)

    for page in (checked, thanks):
        found = page.tree.xpath("//@href | //@action | //@formaction | //@src")
        # Digests of static files hold any digits.
        addresses = " ".join(re.sub(r"^(/static/[^?]+)\?v=[0-9a-f]+$", r"\1", address) for address in found)
        for typed in (*KLARA.values(), thanks.value("code")):
            if len(typed) > 2:
                assert typed not in addresses
                assert typed not in page.title


def test_the_initiative_can_be_signed_on_both_ends_of_its_period(check: Check, service: FakeService) -> None:
    for day in (date(2027, 2, 17), MAY_DAY, date(2028, 2, 16)):
        service.day = day
        assert check("DE", KLARA).status == 200
