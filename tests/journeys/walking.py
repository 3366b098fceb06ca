"""Steps that journeys share: from the initiative to the check page and the thanks, and what is typed on the way."""

from collections.abc import Mapping

from playwright.sync_api import Page, expect

from signer.sealing.code import Code
from tests.journeys.conftest import Site

CHECK = "Check your answers and sign"
THANKS = "Thank you – your statement is recorded"
ADDRESS = {
    "Full first names": "Adalgunde",
    "Family names": "Mustermann-Erfunden",
    "Street": "Erfundene Gasse",
    "House number": "12b",
    "Postal code": "10115",
    "City, town or village": "Musterstadt",
    "Day": "13",
    "Month": "7",
    "Year": "1984",
}
"""A German form, filled."""
NUMBER: Mapping[str, str] = {
    "Full first names": "Wymyślona",
    "Family names": "Niemożliwa",
    "PESEL number": "44051401359",
}
"""A Polish form, filled; the number is the example of python-stdnum."""


def expect_heading(page: Page, text: str) -> None:
    """Wait until the page with this heading is there."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def go_to_form(page: Page, site: Site, country: str) -> None:
    """Go from the initiative to the form of a country."""
    page.goto(site.initiative)
    page.get_by_role("button", name="Support this initiative").click()
    page.get_by_role("radio", name=country).check()
    page.get_by_role("button", name="Continue").click()
    expect_heading(page, "Your details")


def fill_number(page: Page) -> None:
    """Fill in the form that asks for a number."""
    for label, value in NUMBER.items():
        page.get_by_label(label, exact=True).fill(value)


def fill_address(page: Page) -> None:
    """Fill in the form that asks for address and birth date."""
    for label, value in ADDRESS.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Country where you live").select_option(label="Germany")


def declare_and_sign(page: Page) -> Code:
    """Tick both boxes of the check page, sign, and return the code."""
    page.get_by_label("I declare that the details above are correct").check()
    page.get_by_label("I have read how my data is used").check()
    page.get_by_role("button", name="Sign the initiative").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you – your statement is recorded")
    return Code.parse(page.locator("#code").inner_text())


def go_to_check_page(page: Page, site: Site, *, by_number: bool = False) -> None:
    """Go from the initiative to the check page, as a Pole or as a German."""
    go_to_form(page, site, "Poland" if by_number else "Germany")
    (fill_number if by_number else fill_address)(page)
    page.get_by_role("button", name="Continue").click()
    expect_heading(page, CHECK)


def declare(page: Page) -> None:
    """Tick both boxes."""
    page.get_by_label("I declare that the details above are correct").check()
    page.get_by_label("I have read how my data is used").check()


def press_sign(page: Page) -> None:
    """Press the button that signs."""
    page.get_by_role("button", name="Sign the initiative").click()
