"""axe-core finds nothing on any page of the console in any state, light and dark, on a phone and on a desktop."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

from tests.journeys.axe import (
    AXE,
    complaints_about,
    complaints_unfolded,
    examine,
    require_no_sideways_scroll_and_no_cut,
)
from tests.journeys.showing import DESKTOP_DARK, PHONE_LIGHT, Screen, screen
from tests.web.console.stage import Stage, stage
from tests.web.console.states import every_state
from tests.web.pages import Page


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service with a console."""
    with stage(tmp_path_factory.mktemp("console")) as opened:
        yield opened


@pytest.fixture(scope="module")
def states(console: Stage) -> dict[str, TestResponse]:
    """Every page of the console in every state, by what it is."""
    return every_state(console)


@pytest.fixture
def shown(chromium: Browser, console: Stage) -> Iterator[Screen]:
    """A browser's page that shows them."""
    with screen(chromium, console.app.test_client(use_cookies=False)) as opened:
        yield opened


def test_every_page_is_well_formed_and_every_reference_finds_its_target(states: dict[str, TestResponse]) -> None:
    for name, state in states.items():
        print(name)  # noqa: T201 - shown by pytest beside a failure
        Page(state).assert_sound()


def test_axe_core_finds_nothing_on_any_page(shown: Screen, states: dict[str, TestResponse]) -> None:
    """Of pages that are built alike only the first, on the two devices that differ most; the long form looks at all."""
    assert complaints_about(shown, states, alike=False, looks=(DESKTOP_DARK,)) == {}


@pytest.mark.long
def test_axe_core_finds_nothing_on_pages_that_differ_in_their_words(
    shown: Screen, states: dict[str, TestResponse]
) -> None:
    assert complaints_about(shown, states) == {}


def test_axe_core_finds_nothing_in_what_unfolds(shown: Screen, states: dict[str, TestResponse]) -> None:
    for name in ("console, batch, received", "console, batch, certified", "console, numbers"):
        assert complaints_unfolded(shown, states[name]) == [], name


def test_axe_core_finds_nothing_in_the_warning_before_the_session_ends(
    shown: Screen, states: dict[str, TestResponse]
) -> None:
    shown.page.clock.install()
    shown.show(states["console, batches, open statements"])
    shown.page.clock.fast_forward("26:00")
    shown.page.get_by_role("button", name="Stay logged on").wait_for()
    shown.page.clock.resume()
    shown.page.evaluate(AXE)

    assert examine(shown, PHONE_LIGHT) == []
    assert examine(shown, DESKTOP_DARK) == []


@pytest.mark.long
def test_no_page_scrolls_sideways_at_320_pixels_or_cuts_text_that_is_spaced_out(
    shown: Screen, states: dict[str, TestResponse]
) -> None:
    require_no_sideways_scroll_and_no_cut(shown, states)
