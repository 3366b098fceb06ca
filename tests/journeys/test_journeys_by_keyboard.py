"""A citizen signs by keyboard alone: no pointer touches anything, and the focus can be seen at every stop."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.walking import ADDRESS, CHECK, NUMBER, THANKS, expect_heading

STOPS = 60
"""More than any page has."""
IS_FOCUSED = "(element) => element === document.activeElement"


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the control with this role and name has the focus."""
    wanted = page.get_by_role(role, name=name, exact=role != "checkbox")  # type: ignore[arg-type]
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        if wanted.first.evaluate(IS_FOCUSED):
            return
    pytest.fail(f"Tab never comes to the {role} {name!r}")


def type_into(page: Page, values: dict[str, str]) -> None:
    """Type a value into each text box, in the order of the page."""
    for name, value in values.items():
        tab_to(page, "textbox", name)
        page.keyboard.type(value)


def choose_nationality(page: Page, site: Site, country: str) -> None:
    """Go from the initiative to the form of a country."""
    page.goto(site.initiative)
    tab_to(page, "button", "Support this initiative")
    page.keyboard.press("Enter")
    expect_heading(page, "Which EU country are you a national of?")
    tab_to(page, "radio", "Austria Österreich")
    for _ in range(STOPS):
        if page.get_by_role("radio", name=country).is_checked():
            break
        page.keyboard.press("ArrowDown")
    tab_to(page, "button", "Continue")
    page.keyboard.press("Enter")
    expect_heading(page, "Your details")


def sign(page: Page) -> None:
    """Go on from the filled form to the thanks page."""
    tab_to(page, "button", "Continue")
    page.keyboard.press("Enter")
    expect_heading(page, CHECK)
    for box in ("I declare that the details above are correct", "I have read how my data is used"):
        tab_to(page, "checkbox", box)
        page.keyboard.press("Space")
    tab_to(page, "button", "Sign the initiative")
    page.keyboard.press("Enter")
    expect_heading(page, THANKS)


def test_by_address(script_page: Page, guarded_site: Site) -> None:
    choose_nationality(script_page, guarded_site, "Germany Deutschland")
    birth = {name: ADDRESS[name] for name in ("Day", "Month", "Year")}

    type_into(script_page, {name: value for name, value in ADDRESS.items() if name not in birth})
    tab_to(script_page, "combobox", "Country where you live")
    country = script_page.get_by_role("combobox", name="Country where you live")
    # Letters typed one by one choose whichever country they came to within a second.
    script_page.keyboard.press("F")
    for _ in range(STOPS):
        if country.input_value() == "DE":
            break
        script_page.keyboard.press("ArrowDown")
    expect(country).to_have_value("DE")
    type_into(script_page, birth)
    sign(script_page)

    assert guarded_site.statements() == 1


def test_by_number(script_page: Page, guarded_site: Site) -> None:
    choose_nationality(script_page, guarded_site, "Poland Polska")

    type_into(script_page, dict(NUMBER))
    sign(script_page)

    assert guarded_site.statements() == 1


def test_the_first_stop_leads_past_the_header(script_page: Page, guarded_site: Site) -> None:
    script_page.goto(guarded_site.initiative)

    script_page.keyboard.press("Tab")
    skip = script_page.get_by_role("link", name="Skip to the main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    script_page.keyboard.press("Enter")

    expect(script_page.locator("#main")).to_be_focused()


def test_a_mistake_is_mended_from_the_list_of_problems(script_page: Page, guarded_site: Site) -> None:
    choose_nationality(script_page, guarded_site, "Poland Polska")
    type_into(script_page, dict(NUMBER) | {"PESEL number": "44051401358"})
    tab_to(script_page, "button", "Continue")
    script_page.keyboard.press("Enter")
    expect(script_page.locator("#doubts")).to_be_focused()

    script_page.keyboard.press("Tab")
    script_page.keyboard.press("Enter")
    expect(script_page.get_by_role("textbox", name="PESEL number")).to_be_focused()
    tab_to(script_page, "checkbox", "It is correct, continue")
    script_page.keyboard.press("Space")
    sign(script_page)

    assert guarded_site.statements() == 1
