"""No accessibility check finds anything on any public page in any state, in light and dark, on small and large."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.axe import ALL_LOOKS, Checks, Found, look_at
from tests.journeys.showing import DESKTOP_DARK, screen
from tests.web.rendered import page_templates, rendered_public

pytestmark = pytest.mark.together("pages")

UNFOLDED = ("initiative", "check")
TABBED = ("initiative", "details, several documents", "check", "thanks")


def looked_at(config: pytest.Config, chromium: Browser, checks: Checks) -> Found:
    """Look at every state."""
    rendered = rendered_public(config)
    with screen(chromium, rendered.app) as shown:
        return look_at(shown, rendered.states, checks)


@pytest.fixture(scope="module")
def found(pytestconfig: pytest.Config, chromium: Browser) -> Found:
    """Each on a phone in light, and what has anything new on a desktop in the dark; the long form, in all four."""
    return looked_at(pytestconfig, chromium, Checks((DESKTOP_DARK,), alike=True, unfolded=UNFOLDED))


@pytest.fixture(scope="module")
def found_by_all(pytestconfig: pytest.Config, chromium: Browser) -> Found:
    """The long form: all looks and all checks."""
    checks = Checks(ALL_LOOKS, alike=True, unfolded=UNFOLDED, tabbed=TABBED, narrow=True)
    return looked_at(pytestconfig, chromium, checks)


def test_axe_core_finds_nothing_on_any_page(found: Found) -> None:
    assert found.by("axe") == {}


def test_axe_core_finds_nothing_in_what_unfolds(found: Found) -> None:
    assert found.by("unfolded") == {}


def test_axe_core_has_seen_every_page(found: Found) -> None:
    """A page that is in no state, or that the checks pass over, would be found by nobody."""
    assert page_templates("public") - found.templates == set()


@pytest.mark.long
def test_axe_core_finds_nothing_on_any_page_in_any_look(found_by_all: Found) -> None:
    assert found_by_all.by("axe") == {}


@pytest.mark.long
def test_no_page_scrolls_sideways_at_320_pixels_or_cuts_text_that_is_spaced_out(found_by_all: Found) -> None:
    assert found_by_all.by("narrow") == {}


@pytest.mark.long
def test_every_control_stands_out_when_it_has_the_focus(found_by_all: Found) -> None:
    assert found_by_all.by("focus") == {}
