"""axe-core finds nothing on any page in any state, light and dark, on a phone and on a desktop.

WCAG 2.0 to 2.2, levels A and AA, and what axe-core calls best practice.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

from signer.sealing.opening import OpeningKey
from signer.web.app import create_app
from tests.journeys.showing import DESKTOP_DARK, DESKTOP_LIGHT, PHONE_DARK, PHONE_LIGHT, Look, Screen, screen
from tests.web.factories import make_service, make_settings
from tests.web.states import every_state

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
SEEN = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
BY_LOOK = {"runOnly": {"type": "rule", "values": SEEN}, "resultTypes": ["violations"]}
"""The rules that depend on colours and sizes; all others see the same elements on every device."""
RUN = """async (options) => (await axe.run(document, options)).violations.flatMap(
    (violation) => violation.nodes.map((node) => `${violation.id}: ${node.target} ${node.failureSummary}`)
)"""
SKELETON = """() => [...document.querySelectorAll('body, body *')]
    .map((element) => `${element.tagName}.${element.getAttribute('class')}`).join(' ')"""
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""
"""WCAG 2.2, 1.4.12: what readers may set."""
WIDEST = """() => [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1
        && getComputedStyle(element).position !== 'absolute')
    .map((element) => `${element.tagName}.${element.className}`)"""
CUT = """() => [...document.querySelectorAll('main *')]
    .filter((element) => getComputedStyle(element).overflow === 'hidden' && element.clientHeight > 1
        && element.scrollHeight > element.clientHeight + 1)
    .map((element) => `${element.tagName}.${element.className}`)"""


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
    return every_state(client, app.extensions["signer"])


@pytest.fixture
def shown(chromium: Browser, client: FlaskClient) -> Iterator[Screen]:
    """A browser's page that shows them."""
    with screen(chromium, client) as opened:
        yield opened


def _service() -> object:
    service = make_service(OpeningKey.generate())
    service.received = {"DE": 37_621, "MT": 4_230, "LU": 4_229}
    return service


def _examine(shown: Screen, look: Look, options: object) -> list[str]:
    shown.look(look)
    found: list[str] = shown.page.evaluate(RUN, options)
    return found


def test_axe_core_finds_nothing_on_any_page(shown: Screen, states: dict[str, TestResponse]) -> None:
    """Everything is examined on a phone in light; what depends on colours and sizes in the other three looks too.

    Those only once for pages that are built alike, such as the errors: they differ in their words.
    """
    found: dict[str, list[str]] = {}
    built: set[str] = set()
    for name, state in states.items():
        shown.look(PHONE_LIGHT)
        shown.show(state)
        shown.page.evaluate(AXE)
        complaints = _examine(shown, PHONE_LIGHT, EVERYTHING)
        skeleton = shown.page.evaluate(SKELETON)
        if skeleton not in built:
            built.add(skeleton)
            for look in (PHONE_DARK, DESKTOP_DARK, DESKTOP_LIGHT):
                complaints += _examine(shown, look, BY_LOOK)
        if complaints:
            found[name] = complaints

    assert found == {}


def test_axe_core_finds_nothing_in_what_unfolds(shown: Screen, states: dict[str, TestResponse]) -> None:
    for name in ("initiative", "check"):
        shown.look(PHONE_LIGHT)
        shown.show(states[name])
        shown.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        shown.page.evaluate(AXE)

        assert _examine(shown, PHONE_LIGHT, EVERYTHING) == [], name
        assert _examine(shown, DESKTOP_DARK, EVERYTHING) == [], name


@pytest.mark.long
def test_no_page_scrolls_sideways_at_320_pixels_or_cuts_text_that_is_spaced_out(
    shown: Screen, states: dict[str, TestResponse]
) -> None:
    """320 pixels are 1,280 enlarged to 400 % (WCAG 2.2, 1.4.10); spacing as in 1.4.12."""
    for name, state in states.items():
        shown.look(Look("smallest", 320, 256, "light"))
        shown.show(state)
        assert shown.page.evaluate(WIDEST) == [], name
        assert shown.page.evaluate("document.scrollingElement.scrollWidth") == 320, name
        _space_out(shown)
        assert shown.page.evaluate("document.scrollingElement.scrollWidth") == 320, name
        assert shown.page.evaluate(CUT) == [], name


def _space_out(shown: Screen) -> None:
    # By the style sheet object: the policy of the page forbids inline styles, and that stays so.
    shown.page.evaluate(
        """(text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
        document.adoptedStyleSheets = [sheet] }""",
        SPACING,
    )


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
