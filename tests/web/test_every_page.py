"""What holds for every page, whatever it says."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.factories import SUPPORT, FakeService
from tests.web.pages import Page
from tests.web.states import READ, answers

OWN = re.compile(r"/|#|mailto:")
ELSEWHERE = re.compile(
    r"https://(register\.example\.org|initiative\.example\.org|www\.edpb\.europa\.eu|creativecommons\.org|wa\.me|t\.me|bsky\.app|www\.facebook\.com)/?"
)


@pytest.fixture
def every(client: FlaskClient, service: FakeService) -> dict[str, TestResponse]:
    """Every kind of page, by what it is."""
    return {name: client.get(path) for name, path in READ.items()} | answers(client, service)


def test_is_well_formed_and_every_reference_finds_its_target(every: dict[str, TestResponse]) -> None:
    for name, response in every.items():
        print(name)  # noqa: T201 - shown by pytest beside a failure
        Page(response).assert_sound()


def test_answers_a_page_that_can_be_read(client: FlaskClient) -> None:
    """A fault in a template would be a well-formed error page too."""
    for name, path in READ.items():
        assert client.get(path).status_code < 500, name


def test_has_the_title_of_its_step_initiative_and_service(every: dict[str, TestResponse]) -> None:
    for name, response in every.items():
        parts = Page(response).title.split(" – ")
        assert parts[-1] == "Signer", name
        assert len(parts) == len(set(parts)), name
        if response.request.path.startswith(SUPPORT) and response.status_code in {200, 422, 503}:
            assert parts[-2] == "A quiet street for everybody", name


def test_sets_no_cookie(every: dict[str, TestResponse]) -> None:
    for name, response in every.items():
        assert "Set-Cookie" not in response.headers, name


def test_says_what_browsers_may_not_do(every: dict[str, TestResponse], client: FlaskClient) -> None:
    every |= {path: client.get(path) for path in ("/", "/healthz", "/robots.txt", "/static/style.css", "/static/x")}
    every["/static/style.css"].close()
    for name, response in every.items():
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert response.headers["Referrer-Policy"] == "no-referrer", name
        assert response.headers["X-Content-Type-Options"] == "nosniff", name
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin", name
        assert "camera=()" in response.headers["Permissions-Policy"], name
        assert "Strict-Transport-Security" not in response.headers, name
        assert "Server" not in response.headers, name


def test_asks_for_https_from_then_on_once_it_came_by_https(client: FlaskClient) -> None:
    response = client.get("/en/", base_url="https://localhost")

    assert response.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_asks_nothing_of_other_hosts(every: dict[str, TestResponse]) -> None:
    for name, response in every.items():
        tree = Page(response).tree
        for loaded in tree.xpath("//@src | //link/@href | //form/@action | //@formaction"):
            assert loaded.startswith("/"), name
        for link in tree.xpath("//a"):
            foreign = not OWN.match(link.get("href"))
            assert not foreign or ELSEWHERE.match(link.get("href")), (name, link.get("href"))
            assert not foreign or link.get("rel") == "noreferrer", (name, link.get("href"))


def test_may_be_kept_only_if_it_holds_nothing_typed(every: dict[str, TestResponse]) -> None:
    for name, response in every.items():
        public = response.request.method == "GET" and response.status_code in {200, 422}
        expected = "public, max-age=30" if public else "no-store"
        assert response.headers["Cache-Control"] == expected, name


def test_of_a_demonstration_says_so(service: FakeService, demonstration: Callable[[], FlaskClient]) -> None:
    client = demonstration()
    pages = {name: client.get(path) for name, path in READ.items()} | answers(client, service)

    for name, response in pages.items():
        assert "This is a demonstration." in response.text, name


def test_problems_at_the_top_take_the_focus_and_stand_beside_their_fields(every: dict[str, TestResponse]) -> None:
    for name in ("errors", "doubts", "errors and doubts", "no document", "not declared", "malformed code"):
        page = Page(every[name])
        boxes = page.tree.xpath("//*[contains(@class, 'govuk-error-summary') and @tabindex='-1']")
        assert boxes, name
        assert boxes[0].get("autofocus") == "", name
        assert page.title.startswith(("Error: ", "Please check: ")), name
        for target, sentence in page.problems().items():
            assert (
                page.words(f"//*[@id='{target}']/ancestor::*[contains(@class, 'form-group')][last()]").count(sentence)
                == 1
            )
