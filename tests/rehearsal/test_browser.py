"""The small browser: it sends what a form holds, waits when it is told to, and tells nobody what was typed."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl

import pytest

from signer.rehearsal.browser import Browser, Page, UnexpectedAnswer, address_of, connect

FORM = b"""<!doctype html><html lang="en"><body><main>
<form method="post" action="/en/check">
  <input type="hidden" name="kept" value="as it is"><input name="city" value="">
  <input type="checkbox" name="confirm-city" value="yes">
  <input type="radio" name="document" value="a"><input type="radio" name="document" value="b">
  <select name="country"><option value="">Choose</option><option value="GR">Greece</option></select>
  <button formaction="/en/details#row">Change</button>
</form></main></body></html>"""


class Answers(BaseHTTPRequestHandler):
    """Answers with 503 the first time, then with what was sent."""

    seen: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        """Answer a form."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(dict(self.headers.items()))
        first = len(self.seen) == 1
        self.send_response(503 if first else 200)
        self.send_header("Retry-After", "0")
        if dict(parse_qsl(body.decode())).get("city") == "Cookieville":
            self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Keep quiet."""


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser before a server that is busy at first."""
    Answers.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    connection = connect(server.server_address[1])
    yield Browser(connection, "2001:db8::1")
    connection.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page() -> Page:
    """A page with a form."""
    return Page("the form", "http://127.0.0.1:9/en/support", 200, {}, FORM)


def test_a_form_is_sent_as_a_browser_sends_it(page: Page) -> None:
    """Hidden inputs, what was typed, ticked and chosen; boxes that are not ticked are left out."""
    form = page.form("/check")
    form.fill("city", "Vromalkista")
    form.fill("document", "b")
    form.fill("country", "GR")

    assert form.content() == [
        ("kept", "as it is"),
        ("city", "Vromalkista"),
        ("document", "b"),
        ("country", "GR"),
    ]
    form.tick("confirm-city")
    assert ("confirm-city", "yes") in form.content()


def test_a_form_is_found_by_the_address_of_its_button_too(page: Page) -> None:
    """Change is a button of its own address."""
    assert page.form("/details").address == "http://127.0.0.1:9/en/details#row"


@pytest.mark.parametrize(("name", "text"), [("country", "XX"), ("document", "c"), ("town", "x"), ("kept", "other")])
def test_what_a_form_does_not_take_is_refused_without_naming_the_value(page: Page, name: str, text: str) -> None:
    """A person could not send it either; and a log must not hold what was typed."""
    with pytest.raises(UnexpectedAnswer) as raised:
        page.form("/check").fill(name, text)

    assert name in str(raised.value)
    assert f"'{text}'" not in str(raised.value)


def test_an_unexpected_status_names_the_step(page: Page) -> None:
    """One clear line is what a failed rehearsal ends with."""
    with pytest.raises(UnexpectedAnswer, match="the form answered 200, 422 was expected"):
        page.require(422)


def test_a_busy_server_is_asked_again_when_it_says(browser: Browser, page: Page) -> None:
    """429 and 503 are no failures of the service: it says when to come back."""
    form = page.form("/check")
    form.address = "/en/check"

    answer = browser.send(form, "sending")

    assert answer.status == 200
    assert len(Answers.seen) == 2


def test_each_visitor_comes_under_their_own_address_as_a_proxy_says_it(browser: Browser, page: Page) -> None:
    """The limits are on during a rehearsal, and count by address."""
    form = page.form("/check")
    form.address = "/en/check"

    browser.send(form, "sending")

    assert Answers.seen[-1]["X-Forwarded-For"] == "2001:db8::1"
    assert Answers.seen[-1]["X-Forwarded-Proto"] == "https"


def test_a_cookie_fails_the_rehearsal(browser: Browser, page: Page) -> None:
    """No public page sets one."""
    form = page.form("/check")
    form.address = "/en/check"
    form.fill("city", "Cookieville")

    with pytest.raises(UnexpectedAnswer, match="cookie"):
        browser.send(form, "sending")


def test_no_two_visitors_share_an_address() -> None:
    """Two behind one address would count together."""
    networks = {":".join(address_of(number).split(":")[:4]) for number in range(20_000)}

    assert len(networks) == 20_000
