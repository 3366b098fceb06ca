"""Shows pages in a browser as the application answered them: for axe-core and for pictures.

Every state can be brought about beforehand, those too that no visitor reaches at will. The browser opens the address
of an answer and gets that answer; whatever else it asks for comes from the application.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.test import TestResponse

from tests.journeys.in_thread import serving_in_thread

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

NOT_OF_THE_ANSWER = {"Content-Length", "Cache-Control"}
"""Several states have one address: a browser that keeps the first would show it for all of them."""


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]


PHONE_LIGHT = Look("phone-light", 360, 740, "light")
PHONE_DARK = Look("phone-dark", 360, 740, "dark")
DESKTOP_LIGHT = Look("desktop-light", 1280, 800, "light")
DESKTOP_DARK = Look("desktop-dark", 1280, 800, "dark")
LOOKS = (PHONE_LIGHT, PHONE_DARK, DESKTOP_LIGHT, DESKTOP_DARK)


class _Answers:
    """What the browser is answered: navigation by the answer that is shown, anything else by the application."""

    shown: TestResponse

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("HTTP_SEC_FETCH_MODE") != "navigate":
            return self._app(environ, start_response)
        headers = [(name, value) for name, value in self.shown.headers.items() if name not in NOT_OF_THE_ANSWER]
        start_response(self.shown.status, [*headers, ("Cache-Control", "no-store")])
        return [self.shown.get_data()]


class Screen:
    """One page of a browser that shows answers of an application."""

    def __init__(self, page: Page, address: str, answers: _Answers) -> None:
        self.page = page
        self._address, self._answers = address, answers
        self._look: Look | None = None

    def show(self, response: TestResponse) -> None:
        """Open the address of `response` and show it."""
        self._answers.shown = response
        opened = self.page.goto(f"{self._address}{response.request.path}", wait_until="load")
        assert opened
        assert opened.status == response.status_code

    def look(self, look: Look) -> None:
        """Take another device to the same page."""
        if look != self._look:
            self.page.set_viewport_size({"width": look.width, "height": look.height})
            self.page.emulate_media(color_scheme=look.scheme)
            self._look = look

    def in_turn(self, looks: Iterable[Look]) -> list[Look]:
        """Return the looks, the one that is taken already first: taking another one costs time."""
        return sorted(looks, key=lambda look: look != self._look)


@contextmanager
def screen(browser: Browser, app: Flask) -> Iterator[Screen]:
    """Open a page that shows answers of `app`."""
    answers = _Answers(app)
    # Browsers trust the name "localhost" without TLS, so that the human check's script can work.
    with serving_in_thread(answers) as port:
        context = browser.new_context(reduced_motion="reduce")
        yield Screen(context.new_page(), f"http://localhost:{port}", answers)
        context.close()
