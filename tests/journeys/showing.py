"""Shows pages in a browser as the application answered them, without a server: for axe-core and for pictures.

The browser's requests are answered by the application in this process, so that every state can be brought about
beforehand, those too that no visitor reaches at will.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route
from werkzeug.test import TestResponse

HOST = "http://localhost"
"""Browsers trust this name without TLS, so that the human check's script can work."""


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


class Screen:
    """One page of a browser that shows answers of the application."""

    def __init__(self, page: Page, client: FlaskClient) -> None:
        self.page = page
        self._client = client
        self._shown: TestResponse | None = None
        page.route("**/*", self._answer)

    def show(self, response: TestResponse) -> None:
        """Open the address of `response` and show it."""
        self._shown = response
        self.page.goto(f"{HOST}{response.request.path}", wait_until="load")

    def look(self, look: Look) -> None:
        """Take another device to the same page."""
        self.page.set_viewport_size({"width": look.width, "height": look.height})
        self.page.emulate_media(color_scheme=look.scheme)

    def _answer(self, route: Route) -> None:
        shown = self._shown if route.request.is_navigation_request() else None
        answer = shown or self._client.get(route.request.url.removeprefix(HOST))
        headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
        route.fulfill(status=answer.status_code, headers=headers, body=answer.get_data())
        answer.close()


@contextmanager
def screen(browser: Browser, client: FlaskClient, *, scripts: bool = True) -> Iterator[Screen]:
    """Open a page that shows answers of `client`'s application."""
    context = browser.new_context(java_script_enabled=scripts, reduced_motion="reduce")
    yield Screen(context.new_page(), client)
    context.close()
