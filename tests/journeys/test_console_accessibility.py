"""No accessibility check finds anything on any page of the console in any state, light and dark, small and large."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.axe import ALL_LOOKS, AXE, Checks, Found, examine, look_at
from tests.journeys.showing import DESKTOP_DARK, PHONE_LIGHT, screen
from tests.web.pages import Page
from tests.web.rendered import Rendered, page_templates, rendered_console

pytestmark = pytest.mark.together("pages")

UNFOLDED = ("console, batch, received", "console, batch, certified", "console, numbers")


@pytest.fixture(scope="module")
def console(pytestconfig: pytest.Config) -> Rendered:
    """Every page of the console in every state."""
    return rendered_console(pytestconfig)


@pytest.fixture(scope="module")
def found(console: Rendered, chromium: Browser) -> Found:
    """Of pages that are built alike only the first, on the two devices that differ most; the long form looks at all."""
    with screen(chromium, console.app) as shown:
        return look_at(shown, console.states, Checks((DESKTOP_DARK,), alike=False, unfolded=UNFOLDED))


@pytest.fixture(scope="module")
def found_by_all(console: Rendered, chromium: Browser) -> Found:
    """The long form: pages that differ in their words, too, in all looks and by all checks."""
    with screen(chromium, console.app) as shown:
        return look_at(shown, console.states, Checks(ALL_LOOKS, alike=True, unfolded=UNFOLDED, narrow=True))


def test_every_page_is_well_formed_and_every_reference_finds_its_target(console: Rendered) -> None:
    for name, state in console.states.items():
        print(name)  # noqa: T201 - shown by pytest beside a failure
        Page(state).assert_sound()


def test_axe_core_finds_nothing_on_any_page(found: Found) -> None:
    assert found.by("axe") == {}


def test_axe_core_finds_nothing_in_what_unfolds(found: Found) -> None:
    assert found.by("unfolded") == {}


def test_axe_core_has_seen_every_page(found: Found) -> None:
    """A page that is in no state, or that the checks pass over, would be found by nobody."""
    assert page_templates("console") - found.templates == set()


def test_axe_core_finds_nothing_in_the_warning_before_the_session_ends(console: Rendered, chromium: Browser) -> None:
    with screen(chromium, console.app) as shown:
        shown.page.clock.install()
        shown.show(console.states["console, batches, open statements"])
        shown.page.clock.fast_forward("26:00")
        shown.page.get_by_role("button", name="Stay logged on").wait_for()
        shown.page.clock.resume()
        shown.page.evaluate(AXE)

        assert examine(shown, PHONE_LIGHT) == []
        assert examine(shown, DESKTOP_DARK) == []


@pytest.mark.long
def test_axe_core_finds_nothing_on_pages_that_differ_in_their_words(found_by_all: Found) -> None:
    assert found_by_all.by("axe") == {}


@pytest.mark.long
def test_no_page_scrolls_sideways_at_320_pixels_or_cuts_text_that_is_spaced_out(found_by_all: Found) -> None:
    assert found_by_all.by("narrow") == {}
