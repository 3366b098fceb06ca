"""Accessibility checks on loaded pages: axe-core, the keyboard, a narrow window; each page is loaded once.

WCAG 2.0 to 2.2, levels A and AA, and best practice.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lxml import html
from werkzeug.test import TestResponse

from tests.journeys.showing import DESKTOP_DARK, DESKTOP_LIGHT, PHONE_DARK, PHONE_LIGHT, Look, Screen
from tests.web.origins import origin_of
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
WIDTH = "document.scrollingElement.scrollWidth"
SPACE_OUT = """(text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet] }"""
"""By the style sheet object: the policy of the page forbids inline styles, and that stays so."""
SMALLEST = Look("smallest", 320, 256, "light")
STOPS = 12
FOCUSED = "() => document.activeElement.outerHTML.slice(0, 200)"
FOCUS_SHOWS = """() => {
    const element = document.activeElement
    const label = element.matches('input[type=radio], input[type=checkbox]') && element.nextElementSibling
    return [getComputedStyle(element), label && getComputedStyle(label, '::before')].some((style) => style
        && ((style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
            || style.boxShadow !== 'none'))
}"""
UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true })"


def examine(shown: Screen, look: Look, options: object = EVERYTHING) -> list[str]:
    """Return what axe-core finds on the page that is shown, in a look; `shown` has to have been given AXE."""
    shown.look(look)
    found: list[str] = shown.page.evaluate(RUN, options)
    return found


@dataclass(frozen=True)
class Checks:
    """How thoroughly pages are looked at.

    looks: in which what depends on colours and sizes is examined, besides a phone in light.
    alike: pages without an element in a place in which none was before are examined too, such as the errors: they
        differ in their words. Without it, a place is what an element stands in, and no longer what it stands behind.
    unfolded: names of states that are examined once more with everything open that folds.
    tabbed: names of states through which the keyboard goes.
    narrow: whether each page is made as small, and spaced out as far, as readers may.
    """

    looks: Sequence[Look]
    alike: bool
    unfolded: Collection[str]
    tabbed: Collection[str] = ()
    narrow: bool = False


ALL_LOOKS = (DESKTOP_DARK, DESKTOP_LIGHT, PHONE_DARK)


@dataclass(frozen=True)
class Found:
    """What the checks found, by check and state: nothing for a state that is in order.

    templates: of the pages that axe-core has examined.
    """

    complaints: defaultdict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))
    templates: set[str] = field(default_factory=set)

    def by(self, check: str) -> dict[str, list[str]]:
        """Return what a check found. Fails if it has looked at no page."""
        assert self.complaints[check], f"nothing was looked at by the check {check!r}"
        return {name: found for name, found in self.complaints[check].items() if found}


def look_at(shown: Screen, states: Mapping[str, TestResponse], checks: Checks) -> Found:
    """Load each state once, and let all checks look at the loaded page."""
    found = Found()
    known: set[object] = set()
    shown.page.add_init_script(AXE)
    for name, state in states.items():
        origin = origin_of(state)
        traits = {origin, *_places(state, behind=checks.alike)}
        new = not traits <= known
        known |= traits
        if not (new or checks.alike or name in checks.unfolded):
            continue
        shown.show(state)
        found.templates.add(origin.template)
        found.complaints["axe"][name] = _examine_in_looks(shown, checks.looks if new else ())
        if name in checks.tabbed:
            found.complaints["focus"][name] = _tab_through(shown)
        if checks.narrow:
            found.complaints["narrow"][name] = _make_narrow(shown)
        if name in checks.unfolded:
            shown.page.evaluate(UNFOLD)
            found.complaints["unfolded"][name] = [*examine(shown, PHONE_LIGHT), *examine(shown, DESKTOP_DARK)]
    return found


def _examine_in_looks(shown: Screen, looks: Sequence[Look]) -> list[str]:
    complaints: list[str] = []
    for look in shown.in_turn((PHONE_LIGHT, *looks)):
        complaints += examine(shown, look, EVERYTHING if look is PHONE_LIGHT else BY_LOOK)
    return complaints


def _tab_through(shown: Screen) -> list[str]:
    """Return the controls that do not stand out when they have the focus, in colours of ours or forced ones.

    At least two pixels around each (WCAG 2.2, 2.4.7).
    """
    unseen: list[str] = []
    for _ in range(STOPS):
        shown.page.keyboard.press("Tab")
        for forced in ("none", "active"):
            shown.page.emulate_media(forced_colors=forced)  # type: ignore[arg-type]
            if not shown.page.evaluate(FOCUS_SHOWS):
                unseen.append(f"{forced}: {shown.page.evaluate(FOCUSED)}")
    shown.page.emulate_media(forced_colors="none")
    return unseen


def _make_narrow(shown: Screen) -> list[str]:
    """Return what makes the page scroll sideways at 320 pixels, and where it cuts text that is spaced out.

    320 pixels are 1,280 enlarged to 400 % (WCAG 2.2, 1.4.10); spacing as in 1.4.12.
    """
    shown.look(SMALLEST)
    wide: list[str] = shown.page.evaluate(WIDEST)
    width = shown.page.evaluate(WIDTH)
    shown.page.evaluate(SPACE_OUT, SPACING)
    spaced_width = shown.page.evaluate(WIDTH)
    cut: list[str] = shown.page.evaluate(CUT)
    shown.page.evaluate(SPACE_OUT, "")
    widths = [f"{wide} pixels wide" for wide in (width, spaced_width) if wide != SMALLEST.width]
    return [*wide, *widths, *cut]


def _places(state: TestResponse, *, behind: bool) -> frozenset[str]:
    """Return each element with what it stands in, and `behind` what: what its colours and its room come from."""

    def name(element: html.HtmlElement | None) -> str:
        return "" if element is None else f"{element.tag}.{element.get('class')}"

    return frozenset(
        f"{name(element.getparent())} > {name(element.getprevious()) if behind else ''} + {name(element)}"
        for element in Page(state).tree.iter()
        if isinstance(element.tag, str)
    )
