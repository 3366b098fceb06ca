"""The counter on other websites, the page that hands out its code, and the feed of milestones."""

import base64
import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from signer.initiatives.initiative import InitiativeText
from signer.tallies.milestones import Milestone, Reached
from signer.web.app import create_app
from signer.web.languages import LANGUAGES
from signer.web.public.embedding import LETTER, MARGIN, WIDTH, fitted
from tests.web.factories import INITIATIVE, MAY_DAY, FakeService, make_initiative, make_settings
from tests.web.pages import Page

SVG, ATOM = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/2005/Atom}"
HOSTILE = 'Quiet & <clear> "streets"'


@pytest.fixture
def counted(service: FakeService) -> FakeService:
    """A collection with counts, and a title that has a meaning in HTML."""
    service.catalogue.opened = [make_initiative(texts={"en": InitiativeText(HOSTILE, "We ask.", "", "")})]
    service.received, service.paper = {"DE": 67_680, "MT": 4_229}, {"MT": 1}
    return service


@pytest.mark.usefixtures("counted")
def test_the_counter_may_be_framed_and_does_nothing_else(client: FlaskClient) -> None:
    answer = client.get(f"{INITIATIVE}embed")
    page = Page(answer)

    page.assert_sound()
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert page.heading == HOSTILE
    assert not page.tree.xpath("//script | //form | //iframe")
    for address in page.tree.xpath("//@src | //@href"):
        assert address.startswith("/")
    assert page.words() == (
        f"{HOSTILE} 71,910 statements received, of 1,000,000 needed 7.1% "
        "Member States at their threshold: 2 of 7 needed About this initiative (opens in a new tab)"
    )


def test_no_other_page_may_be_framed(client: FlaskClient) -> None:
    for path in (INITIATIVE, f"{INITIATIVE}support", f"{INITIATIVE}erase", f"{INITIATIVE}badge.svg", "/en/numbers"):
        answer = client.get(path)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["X-Frame-Options"] == "DENY", path


@pytest.mark.usefixtures("counted")
def test_the_picture_says_in_words_what_it_shows(client: FlaskClient) -> None:
    answer = client.get(f"{INITIATIVE}badge.svg")
    picture = etree.fromstring(answer.data)

    assert answer.mimetype == "image/svg+xml"
    assert picture.findtext(f"{SVG}title") == (
        f"{HOSTILE}: 71,910 statements received, of 1,000,000 needed; Member States at their threshold: 2 of 7 needed"
    )
    assert [text.text for text in picture.iter(f"{SVG}text")] == [
        "71,910",
        "statements received, of 1,000,000 needed",
        "Member States at their threshold: 2 of 7 needed",
    ]
    assert picture.get("role") == "img"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.usefixtures("counted")
def test_the_picture_has_the_colours_that_its_policy_allows(client: FlaskClient) -> None:
    answer = client.get(f"{INITIATIVE}badge.svg")
    style = etree.fromstring(answer.data).findtext(f"{SVG}style")
    assert style

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert "prefers-color-scheme:dark" in style


def test_words_get_smaller_type_rather_than_leave_the_picture() -> None:
    long = "a" * 60

    assert fitted(["1", "statements received"], 14) == 14
    assert fitted(["1", long], 14) < 14
    assert len(long) * LETTER * fitted([long], 14) <= WIDTH - 2 * MARGIN + 2


@pytest.mark.usefixtures("counted")
def test_the_page_on_numbers_hands_out_the_counter_in_every_language(client: FlaskClient) -> None:
    page = Page(client.get("/en/numbers"))

    for language in LANGUAGES:
        frame, picture = (
            page.tree.xpath("string(//textarea[@id=$id])", id=f"2021-000001-{language}-{kind}")
            for kind in ("frame", "picture")
        )
        assert f'src="http://localhost/{language}/initiatives/2021/000001/embed"' in frame
        assert html.fragment_fromstring(frame).get("title") == HOSTILE
        assert f'src="http://localhost/{language}/initiatives/2021/000001/badge.svg"' in picture


def test_the_code_names_the_host_of_the_settings_and_never_a_hostile_one(service: FakeService, tmp_path: Path) -> None:
    settings = make_settings(tmp_path, public_url="https://support.example.org")
    named = create_app(settings, service).test_client()  # type: ignore[arg-type]
    unnamed = create_app(make_settings(tmp_path), service).test_client()  # type: ignore[arg-type]

    assert "https://support.example.org/en/initiatives" in named.get("/en/numbers").text
    hostile = unnamed.get("/en/numbers", headers={"Host": 'x"><script>'}).text
    assert "<script>" not in hostile.replace('<script src="/static', "")


def test_the_feed_has_the_newest_first_with_ids_that_stay(client: FlaskClient, counted: FakeService) -> None:
    germany = Milestone(date(2027, 3, 27), Reached.MEMBER_STATE, 67_680, "DE", 70_000)
    counted.reached = (germany,)
    before = etree.fromstring(client.get(f"{INITIATIVE}milestones.atom").data)
    counted.reached = (
        Milestone(date(2027, 3, 1), Reached.STATEMENTS, 1_000, "", 1_200),
        germany,
        Milestone(date(2027, 4, 1), Reached.MEMBER_STATES, 7, "", 90_000),
        Milestone(date(2027, 4, 2), Reached.GOAL, 1_000_000, "", 1_000_003),
    )

    answer = client.get(f"{INITIATIVE}milestones.atom")
    feed = etree.fromstring(answer.data)

    assert answer.mimetype == "application/atom+xml"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == [
        "The goal is reached: 1,000,000 statements received",
        "7 Member States have reached their threshold, as many as are needed",
        "Germany has reached its threshold of 67,680 statements",
        "1,000 statements received",
    ]
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 4
    assert [entry.findtext(f"{ATOM}id") for entry in before.iter(f"{ATOM}entry")] == [ids[2]]
    assert feed.findtext(f"{ATOM}id") == before.findtext(f"{ATOM}id")
    # Midnight in Brussels, on the night to summer time too.
    moments = [entry.findtext(f"{ATOM}updated") for entry in feed.iter(f"{ATOM}entry")]
    assert moments[2:] == ["2027-03-28T00:00:00+01:00", "2027-03-02T00:00:00+01:00"]
    assert feed.findtext(f"{ATOM}updated") == moments[0] == "2027-04-03T00:00:00+02:00"
    assert feed.findtext(f"{ATOM}title") == f"Milestones of “{HOSTILE}”"


def test_the_initiative_page_points_to_the_feed_and_to_the_numbers(client: FlaskClient) -> None:
    tree = Page(client.get(INITIATIVE)).tree

    (feed,) = tree.xpath("//link[@rel='alternate' and @type='application/atom+xml']/@href")
    assert client.get(feed).status_code == 200
    assert tree.xpath("//a[starts-with(@href, '/en/numbers#2021-000001')]")


def test_paper_stands_beside_the_number(client: FlaskClient, counted: FakeService) -> None:
    page = Page(client.get(INITIATIVE))

    assert "71,910 statements received, of 1,000,000 needed" in page.words()
    assert "71,909 online, 1 on paper" in page.words()
    assert "2 of 7 needed" in page.words()
    assert page.words("//tr[contains(., 'Malta')]").startswith("Malta 4,230 1 on paper 4,230 reached")
    assert counted.day == MAY_DAY


def test_a_demonstration_says_so_on_the_counter_too(demonstration: Callable[[], FlaskClient]) -> None:
    client = demonstration()

    assert "This is a demonstration." in client.get(f"{INITIATIVE}embed").text
    assert "This is a demonstration." in client.get(f"{INITIATIVE}badge.svg").text
    assert "This is a demonstration." in client.get(f"{INITIATIVE}milestones.atom").text


@pytest.mark.parametrize("end", ["embed", "badge.svg", "milestones.atom"])
def test_an_unknown_initiative_has_none(client: FlaskClient, end: str) -> None:
    assert client.get(f"/en/initiatives/2021/000009/{end}").status_code == 404
