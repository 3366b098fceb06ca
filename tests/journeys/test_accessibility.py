"""axe-core finds nothing on any public page in any state, light and dark, on a phone and on a desktop."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

from signer.sealing.opening import OpeningKey
from signer.web.app import create_app
from signer.web.site import site_of
from tests.journeys.axe import complaints_about, complaints_unfolded, require_no_sideways_scroll_and_no_cut
from tests.journeys.showing import DESKTOP_DARK, Screen, screen
from tests.web.factories import make_service, make_settings
from tests.web.states import every_state


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application over a service without a database."""
    return create_app(make_settings(tmp_path_factory.mktemp("states")), _service())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    """What answers the browser."""
    return app.test_client(use_cookies=False)


@pytest.fixture(scope="module")
def states(app: Flask, client: FlaskClient) -> dict[str, TestResponse]:
    """Every page in every state, by what it is."""
    return every_state(client, site_of(app).service)


@pytest.fixture
def shown(chromium: Browser, client: FlaskClient) -> Iterator[Screen]:
    """A browser's page that shows them."""
    with screen(chromium, client) as opened:
        yield opened


def _service() -> object:
    service = make_service(OpeningKey.generate())
    service.received = {"DE": 37_621, "MT": 4_230, "LU": 4_229}
    return service


def test_axe_core_finds_nothing_on_any_page(shown: Screen, states: dict[str, TestResponse]) -> None:
    """Each on a phone in light, and what has anything new on a desktop in the dark; the long form, in all four."""
    assert complaints_about(shown, states, looks=(DESKTOP_DARK,)) == {}


@pytest.mark.long
def test_axe_core_finds_nothing_on_any_page_in_any_look(shown: Screen, states: dict[str, TestResponse]) -> None:
    assert complaints_about(shown, states) == {}


def test_axe_core_finds_nothing_in_what_unfolds(shown: Screen, states: dict[str, TestResponse]) -> None:
    for name in ("initiative", "check"):
        assert complaints_unfolded(shown, states[name]) == [], name


@pytest.mark.long
def test_no_page_scrolls_sideways_at_320_pixels_or_cuts_text_that_is_spaced_out(
    shown: Screen, states: dict[str, TestResponse]
) -> None:
    require_no_sideways_scroll_and_no_cut(shown, states)


@pytest.mark.long
def test_every_control_stands_out_when_it_has_the_focus(shown: Screen, states: dict[str, TestResponse]) -> None:
    """At least two pixels around it, in each scheme and in forced colours (WCAG 2.2, 2.4.7)."""
    for name in ("initiative", "details, several documents", "check", "thanks"):
        for forced in ("none", "active"):
            shown.page.emulate_media(forced_colors=forced)  # type: ignore[arg-type]
            shown.show(states[name])
            for _ in range(12):
                shown.page.keyboard.press("Tab")
                assert shown.page.evaluate(FOCUS_SHOWS), (name, forced, shown.page.evaluate(FOCUSED))


FOCUSED = "() => document.activeElement.outerHTML.slice(0, 200)"
FOCUS_SHOWS = """() => {
    const element = document.activeElement
    const label = element.matches('input[type=radio], input[type=checkbox]') && element.nextElementSibling
    return [getComputedStyle(element), label && getComputedStyle(label, '::before')].some((style) => style
        && ((style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
            || style.boxShadow !== 'none'))
}"""
