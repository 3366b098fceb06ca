"""What may be kept: pages that hold nothing typed, rendered forms, static files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient

from signer.initiatives.initiative import InitiativeText
from tests.web.factories import INITIATIVE, SUPPORT, FakeService, make_initiative


@contextmanager
def rendered(app: Flask) -> Iterator[list[str]]:
    """Note the templates that are rendered meanwhile."""
    names: list[str] = []

    def note(_app: Flask, template: object, **_context: object) -> None:
        names.append(str(getattr(template, "name", "")))

    with template_rendered.connected_to(note, app):
        yield names


def test_a_form_page_is_rendered_once_for_each_member_state(app: Flask, client: FlaskClient) -> None:
    with rendered(app) as names:
        bodies = {client.get(f"{SUPPORT}/{member_state}").text for member_state in ("DE", "AT") * 3}

    assert names == ["public/details.html"] * 2
    assert len(bodies) == 2


@pytest.mark.parametrize("change", ["text", "day"])
def test_a_form_page_is_rendered_anew_when_what_it_says_has_changed(
    app: Flask, client: FlaskClient, service: FakeService, change: str
) -> None:
    client.get(f"{SUPPORT}/GR")
    if change == "text":
        text = InitiativeText("A louder street", "We ask for loud streets.", "", "")
        service.catalogue.opened = [make_initiative(texts={"en": text})]
    else:
        service.day = date(2028, 1, 1)

    with rendered(app) as names:
        page = client.get(f"{SUPPORT}/GR").text

    assert names == ["public/details.html"]
    assert ("A louder street" in page) == (change == "text")


def test_a_form_page_asks_nothing_of_the_database(client: FlaskClient, service: FakeService) -> None:
    client.get(f"{SUPPORT}/DE")
    service.overview = None  # type: ignore[method-assign, assignment]

    assert client.get(f"{SUPPORT}/DE").status_code == 200


@pytest.mark.parametrize("path", ["/en/", INITIATIVE, SUPPORT, f"{SUPPORT}/DE", f"{INITIATIVE}erase"])
def test_an_unchanged_page_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["Cache-Control"] == "public, max-age=30"


def test_the_initiative_page_is_another_one_once_a_statement_was_received(
    client: FlaskClient, service: FakeService
) -> None:
    first = client.get(INITIATIVE).headers["ETag"]
    service.received = {"DE": 1}

    assert client.get(INITIATIVE, headers={"If-None-Match": first}).status_code == 200


def test_static_files_may_be_kept_for_a_year_by_the_address_that_pages_name(client: FlaskClient) -> None:
    page = client.get("/en/").text
    address = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]

    with client.get(address) as kept, client.get("/static/style.css") as unversioned:
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert unversioned.headers["Cache-Control"] == "public, max-age=30"
        assert kept.mimetype == "text/css"


@pytest.mark.parametrize("path", ["/static/x.css?v=1", "/static/../app.py", "/static/%2e%2e/app.py", "/static/"])
def test_static_files_that_are_not_there_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/en/", INITIATIVE, f"{SUPPORT}/DE"])
def test_head_answers_as_get_without_a_body(client: FlaskClient, path: str) -> None:
    head, get = client.head(path), client.get(path)

    assert head.data == b""
    assert head.status_code == get.status_code
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_options_tells_the_methods(client: FlaskClient) -> None:
    assert set(client.options(f"{SUPPORT}/DE").allow) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_machines_get_plain_answers(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert "Disallow: /*/support" in client.get("/robots.txt").text
