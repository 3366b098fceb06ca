"""What is public is sent compressed; what holds something typed never is."""

import gzip
from collections.abc import Callable, Mapping

import pytest
from flask.testing import FlaskClient

from tests.web.factories import DECLARED, INITIATIVE, KLARA, SUPPORT
from tests.web.pages import Page

Check = Callable[[str, Mapping[str, str]], Page]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}
PUBLIC = [INITIATIVE, SUPPORT, f"{SUPPORT}/DE", "/en/privacy", "/static/style.css", "/static/human-check.js"]


@pytest.mark.parametrize("path", PUBLIC)
def test_the_same_content_comes_smaller(client: FlaskClient, path: str) -> None:
    with client.get(path) as plain, client.get(path, headers=GZIP) as small:
        assert "Content-Encoding" not in plain.headers
        assert small.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(small.data) == plain.data
        assert len(small.data) == int(small.headers["Content-Length"]) < len(plain.data) / 1.8
        for response in (plain, small):
            assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("path", PUBLIC)
def test_what_the_browser_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    with client.get(path, headers=GZIP) as first:
        etag = first.headers["ETag"]

    with client.get(path, headers=GZIP | {"If-None-Match": etag}) as again:
        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["ETag"] == etag
        assert "Accept-Encoding" in again.headers["Vary"]


@pytest.mark.parametrize("refused", ["gzip;q=0", "identity", "br", ""])
def test_whoever_does_not_want_it_gets_it_plain(client: FlaskClient, refused: str) -> None:
    response = client.get(INITIATIVE, headers={"Accept-Encoding": refused})

    assert "Content-Encoding" not in response.headers
    assert response.text.startswith("<!doctype html>")


def test_pages_with_something_typed_or_a_code_never_are(client: FlaskClient, check: Check) -> None:
    """The length of a compressed page tells of its content to whoever can put text of his own into it (BREACH)."""
    ready = check("DE", KLARA).inputs("/sign")
    for path, form in (
        (f"{SUPPORT}/DE/check", ready),
        (f"{SUPPORT}/DE", ready),
        (f"{SUPPORT}/DE/sign", ready | DECLARED),
    ):
        response = client.post(path, data=form, headers=GZIP)
        assert response.status_code == 200
        assert "Content-Encoding" not in response.headers, path


def test_a_part_of_a_file_is_the_part_of_the_plain_file(client: FlaskClient) -> None:
    with client.get("/static/style.css", headers=GZIP | {"Range": "bytes=0-9"}) as part:
        assert part.status_code == 206
        assert "Content-Encoding" not in part.headers
        assert len(part.data) == 10
