"""The pages beside the way of signing say what holds for this instance, its initiatives and its people."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from signer.initiatives.initiative import Organiser
from signer.scheme.load import load_scheme
from tests.web.conftest import Get
from tests.web.factories import INITIATIVE, KLARA, MAY_DAY, NUMBER, FakeService, make_initiative
from tests.web.pages import Page

Check = Callable[[str, Mapping[str, str]], Page]
Sign = Callable[[str, Page], Page]
ENTITY = Organiser("legal entity", "Quiet Streets Invented ASBL", "dpo@streets.example.org", "BE")


def test_every_page_leads_to_the_pages_beside_it(get: Get) -> None:
    for path in ("/en/", INITIATIVE, "/en/nowhere"):
        links = get(path).tree.xpath("//footer//a/@href")
        assert {"/en/privacy", "/en/accessibility", "/en/counting", "/en/contact"} <= set(links), path


def test_the_privacy_statement_names_the_representative_and_the_last_day(get: Get) -> None:
    words = get("/en/privacy").words()

    assert "Ada Mustermann, representative of the organisers, ada@example.org" in words
    assert "Until 17 November 2028 at the latest" in words
    assert "run for them by the operator of this service as processor" in words


def test_a_legal_entity_is_the_controller_where_there_is_one(get: Get, service: FakeService) -> None:
    """Regulation (EU) 2019/788, Article 19(2)."""
    (initiative,) = service.catalogue.opened
    service.catalogue.opened = [make_initiative(organisers=(*initiative.organisers, ENTITY))]

    words = get("/en/privacy").words()

    assert "Quiet Streets Invented ASBL, legal entity of the organisers, dpo@streets.example.org" in words
    assert "Ada Mustermann" not in words


@pytest.mark.parametrize(
    "duty",
    [
        "Regulation (EU) 2019/788",
        "show, correct, restrict or erase",
        "complain to a data protection authority",
        "The authority of the Member State of your nationality",
        "until one month after that",
        "Nobody else",
    ],
)
def test_the_check_page_has_the_same_statement_as_the_page_of_its_own(get: Get, check: Check, duty: str) -> None:
    """What Annex III wants said; nobody has to leave the page that holds what was typed."""
    assert duty in get("/en/privacy").words()
    assert duty in check("DE", KLARA).words("//details")


def test_the_page_on_counting_has_the_numbers_of_the_scheme(get: Get) -> None:
    assert "1,000,000 valid statements in all, and in at least 7 of 27 Member States" in get("/en/counting").words()


def test_the_contact_page_names_who_answers_for_what(get: Get) -> None:
    links = get("/en/contact").tree.xpath("//main//a/@href")

    assert {"mailto:contact@example.org", "mailto:ada@example.org", "mailto:bruno@example.org"} <= set(links)


def test_what_is_needed_is_listed_for_every_nationality(get: Get) -> None:
    page = get(f"{INITIATIVE}documents")

    assert page.tree.xpath("//li[h2]/@id") == sorted(
        load_scheme().forms, key=lambda code: page.words(f"//li[@id='{code}']/h2")
    )
    assert "PESEL number" in page.words("//li[@id='PL']")
    assert "Your address and your date of birth" in page.words("//li[@id='DE']")


@pytest.mark.parametrize(("member_state", "sketches"), [("DE", 0), ("PL", 1), ("HU", 3)])
def test_a_sketch_shows_where_each_number_stands(get: Get, member_state: str, sketches: int) -> None:
    found = get(f"{INITIATIVE}support/{member_state}").tree.xpath("//*[@role='img']/@aria-label")

    assert len(found) == sketches
    assert all(label.startswith("Sketch of ") for label in found)


def test_security_txt_is_valid_for_less_than_a_year(client: FlaskClient) -> None:
    """RFC 9116: Contact and Expires are required."""
    response = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in response.text.splitlines())

    assert response.content_type == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:contact@example.org"
    assert fields["Preferred-Languages"] == "en"
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=90) < expires - datetime.combine(MAY_DAY, datetime.min.time(), UTC) < timedelta(days=365)


def test_only_three_sentences_stand_before_the_full_text(get: Get, service: FakeService) -> None:
    text = make_initiative().texts["en"]
    long = "First, e.g. this. Second? Third! Fourth. Fifth."
    service.catalogue.opened = [make_initiative(texts={"en": type(text)(text.title, long, "", "")})]

    page = get(INITIATIVE)

    assert page.words("//main//p[contains(@class, 'prose')][1]").startswith("First, e.g. this. Second? Third! First")
    assert long in page.words("//details")


def test_a_short_text_is_not_shown_twice(get: Get) -> None:
    assert get(INITIATIVE).words().count("We ask for quiet streets.") == 1


def test_the_thanks_page_shares_the_initiative_and_nothing_about_the_person(check: Check, sign: Sign) -> None:
    page = sign("DE", check("DE", KLARA))
    link = f"http://localhost/en/initiatives/{NUMBER}/"

    assert page.tree.xpath("//input[@id='link']/@value") == [link]
    shared = page.tree.xpath("//ul[contains(@class, 'share')]//a/@href")
    assert len(shared) == 5
    assert all(address.endswith(link) for address in shared)
    code = page.words("//*[@id='code']")
    assert not any(code in address for address in page.tree.xpath("//@href"))


@pytest.mark.parametrize("host", ['evil.example"><script>', "evil.example/?x=", "a b", "é.example"])
def test_a_host_that_is_none_comes_into_no_page(client: FlaskClient, check: Check, host: str) -> None:
    """The page is rendered once a day: what one visitor's browser claims must not stay in it for others."""
    ready = check("DE", KLARA).inputs("/sign") | {"declare_correct": "yes", "declare_privacy": "yes"}

    answered = client.post(
        f"{INITIATIVE}support/DE/sign", data=ready, headers={"Host": host.encode().decode("latin-1")}
    )

    assert answered.status_code in {200, 400}
    assert "evil" not in answered.text
    assert "<script>" not in answered.text


def test_another_host_of_one_visitor_is_not_shown_to_the_next(client: FlaskClient, check: Check, sign: Sign) -> None:
    ready = check("DE", KLARA).inputs("/sign") | {"declare_correct": "yes", "declare_privacy": "yes"}
    client.post(f"{INITIATIVE}support/DE/sign", data=ready, headers={"Host": "other.example"})

    assert "other.example" not in sign("DE", check("DE", KLARA)).text


def test_a_closed_collection_says_how_many_there_are_and_where_the_organisers_are(
    get: Get, service: FakeService
) -> None:
    service.day, service.received = date(2028, 2, 17), {"DE": 1_234}

    page = get(f"{INITIATIVE}support")

    assert "Statements received 1,234" in page.words()
    assert "https://initiative.example.org" in page.tree.xpath("//main//a/@href")


@pytest.mark.parametrize("path", ["/metrics", "/en/metrics", "/console/metrics", "/api/v1/metrics"])
def test_metrics_are_not_on_the_port_that_citizens_reach(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code in {302, 404}
    assert "signer_database_up" not in answer.text
