"""A citizen signs on the smallest screen, and on a desktop enlarged to 400 %: nothing has to be scrolled sideways."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site
from tests.journeys.walking import CHECK, THANKS, declare, expect_heading, fill_address, fill_number, press_sign

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def press(page: Page, name: str) -> None:
    """Look whether the page fits, then press a button."""
    assert page.evaluate(SIDEWAYS) <= 0, page.title()
    page.get_by_role("button", name=name).click()


@pytest.mark.long
@pytest.mark.parametrize("by_number", [False, True], ids=["Part A", "Part B"])
@pytest.mark.parametrize(("height", "scale"), [(568, 2), (200, 4)], ids=["320 pixels", "400 % of 1280 by 800"])
def test_every_page_of_the_way_fits(chromium: Browser, site: Site, *, height: int, scale: int, by_number: bool) -> None:
    """A desktop of 1280 by 800 that is enlarged to 400 % has 320 by 200 CSS pixels of four device pixels."""
    context = chromium.new_context(
        viewport={"width": 320, "height": height}, device_scale_factor=scale, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(site.initiative)
    press(page, "Support this initiative")
    page.get_by_role("radio", name="Poland" if by_number else "Germany").check()
    press(page, "Continue")
    press(page, "Continue")
    expect(page.locator("#problems")).to_be_focused()
    (fill_number if by_number else fill_address)(page)
    press(page, "Continue")
    expect_heading(page, CHECK)
    page.get_by_text("Read the whole privacy statement here").click()
    declare(page)
    assert page.evaluate(SIDEWAYS) <= 0

    press_sign(page)

    expect_heading(page, THANKS)
    assert page.evaluate(SIDEWAYS) <= 0
    assert site.statements() == 1
    context.close()
