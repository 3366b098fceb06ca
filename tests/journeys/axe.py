"""What axe-core and a narrow window find wrong with pages: WCAG 2.0 to 2.2, levels A and AA, and best practice."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lxml import html
from werkzeug.test import TestResponse

from tests.journeys.showing import DESKTOP_DARK, DESKTOP_LIGHT, PHONE_DARK, PHONE_LIGHT, Look, Screen
from tests.web.pages import Page

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
FAST = {"resultTypes": ["violations"], "preload": False}
"""Without loading style sheets and sounds anew, which none of these rules looks at on pages without sounds."""
EVERYTHING = FAST | {"runOnly": {"type": "tag", "values": TAGS}}
SEEN = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
BY_LOOK = FAST | {"runOnly": {"type": "rule", "values": SEEN}}
"""The rules that depend on colours and sizes; all others see the same elements on every device."""
RUN = """async (options) => (await axe.run(document, options)).violations.flatMap(
    (violation) => violation.nodes.map((node) => `${violation.id}: ${node.target} ${node.failureSummary}`)
)"""
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""
"""WCAG 2.2, 1.4.12: what readers may set."""
WIDEST = """() => [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1
        && getComputedStyle(element).position !== 'absolute' && !element.parentElement.closest('.scrolls'))
    .map((element) => `${element.tagName}.${element.className}`)"""
"""What reaches over the edge, but for what lies in a region that scrolls by itself."""
CUT = """() => [...document.querySelectorAll('main *')]
    .filter((element) => getComputedStyle(element).overflow === 'hidden' && element.clientHeight > 1
        && element.scrollHeight > element.clientHeight + 1)
    .map((element) => `${element.tagName}.${element.className}`)"""
UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true })"


def examine(shown: Screen, look: Look, options: object = EVERYTHING) -> list[str]:
    """Return what axe-core finds on the page that is shown, in a look; `shown` has to have been given AXE."""
    shown.look(look)
    found: list[str] = shown.page.evaluate(RUN, options)
    return found


def complaints_about(
    shown: Screen,
    states: Mapping[str, TestResponse],
    *,
    alike: bool = True,
    looks: Sequence[Look] = (PHONE_DARK, DESKTOP_DARK, DESKTOP_LIGHT),
) -> dict[str, list[str]]:
    """Return what axe-core finds, by state; nothing for a state that is in order.

    Everything is examined on a phone in light. What depends on colours and sizes is examined in the other `looks` too,
    on pages with an element in a place in which none was before.
    alike: also examine those that have none, such as the errors: they differ in their words. Without it, a place is
    what an element stands in, and no longer what it stands behind.
    """
    found: dict[str, list[str]] = {}
    known: set[str] = set()
    shown.page.add_init_script(AXE)
    for name, state in states.items():
        places = _places(state, behind=alike)
        new = not places <= known
        known |= places
        if not new and not alike:
            continue
        shown.look(PHONE_LIGHT)
        shown.show(state)
        complaints = examine(shown, PHONE_LIGHT)
        for look in looks if new else ():
            complaints += examine(shown, look, BY_LOOK)
        if complaints:
            found[name] = complaints
    return found


def complaints_unfolded(shown: Screen, state: TestResponse) -> list[str]:
    """Return what axe-core finds on a page once everything that folds is open."""
    shown.look(PHONE_LIGHT)
    shown.show(state)
    shown.page.evaluate(UNFOLD)
    shown.page.evaluate(AXE)
    return [*examine(shown, PHONE_LIGHT), *examine(shown, DESKTOP_DARK)]


def require_no_sideways_scroll_and_no_cut(shown: Screen, states: Mapping[str, TestResponse]) -> None:
    """Fail if a page scrolls sideways at 320 pixels, or cuts text that is spaced out.

    320 pixels are 1,280 enlarged to 400 % (WCAG 2.2, 1.4.10); spacing as in 1.4.12.
    """
    for name, state in states.items():
        shown.look(Look("smallest", 320, 256, "light"))
        shown.show(state)
        assert shown.page.evaluate(WIDEST) == [], name
        assert shown.page.evaluate("document.scrollingElement.scrollWidth") == 320, name
        _space_out(shown)
        assert shown.page.evaluate("document.scrollingElement.scrollWidth") == 320, name
        assert shown.page.evaluate(CUT) == [], name


def _places(state: TestResponse, *, behind: bool) -> frozenset[str]:
    """Return each element with what it stands in, and `behind` what: what its colours and its room come from."""

    def name(element: html.HtmlElement | None) -> str:
        return "" if element is None else f"{element.tag}.{element.get('class')}"

    return frozenset(
        f"{name(element.getparent())} > {name(element.getprevious()) if behind else ''} + {name(element)}"
        for element in Page(state).tree.iter()
        if isinstance(element.tag, str)
    )


def _space_out(shown: Screen) -> None:
    # By the style sheet object: the policy of the page forbids inline styles, and that stays so.
    shown.page.evaluate(
        """(text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
        document.adoptedStyleSheets = [sheet] }""",
        SPACING,
    )
