"""A citizen supports an initiative, in a real browser without JavaScript."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from signer.initiatives.initiative import Initiative
from signer.service.service import Service
from signer.tallies.overview import Overview
from tests.journeys.conftest import Site
from tests.journeys.walking import ADDRESS, declare_and_sign, fill_address


def open_form(page: Page, site: Site, country: str) -> None:
    """Go from the front page to the form of a country, by links and buttons only."""
    page.goto(f"{site.url}/")
    page.get_by_role("link", name="A quiet sky").click()
    page.get_by_role("button", name="Support this initiative").click()
    expect(page).to_have_title(re.compile("^Your nationality – A quiet sky"))
    page.get_by_role("radio", name=country).check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your details")


def test_a_german_mends_a_mistake_signs_and_takes_the_statement_back(page: Page, site: Site, tmp_path: Path) -> None:
    open_form(page, site, "Germany")
    fill_address(page)
    page.get_by_label("Family names", exact=True).fill("")
    page.get_by_role("button", name="Continue").click()

    expect(page).to_have_title(re.compile("^Error: Your details"))
    expect(page.locator("#problems")).to_be_focused()
    page.locator("#problems").get_by_role("link").click()
    expect(page.get_by_label("Family names", exact=True)).to_be_focused()
    expect(page.get_by_label("Postal code", exact=True)).to_have_value("10115")
    page.get_by_label("Family names", exact=True).fill(ADDRESS["Family names"])
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("13 July 1984")).to_be_visible()
    assert site.statements() == 0
    code = declare_and_sign(page)
    assert site.statements() == 1
    assert code.text not in page.url
    assert code.text not in page.title()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the code").click()
    download.value.save_as(tmp_path / "code.txt")
    assert code.text in (tmp_path / "code.txt").read_text(encoding="utf-8")

    page.get_by_role("link", name="Erase a statement").click()
    page.get_by_label("Your code").fill(code.text)
    page.get_by_label("I want to erase my statement").check()
    page.get_by_role("button", name="Erase my statement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("If a statement has this code, it is now erased")
    assert site.statements() == 0


def test_a_pole_confirms_an_unusual_number_and_signs(page: Page, site: Site) -> None:
    open_form(page, site, "Poland")
    page.get_by_label("Full first names").fill("Wymyślona")
    page.get_by_label("Family names").fill("Niemożliwa")
    page.get_by_label("PESEL number").fill("44051401358")
    page.get_by_role("button", name="Continue").click()

    expect(page).to_have_title(re.compile("^Please check: Your details"))
    expect(page.locator("#doubts")).to_be_focused()
    expect(page.get_by_text("You typed: 44051401358")).to_be_visible()
    page.get_by_label("It is correct, continue").check()
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("You confirmed that this is correct.")).to_be_visible()
    declare_and_sign(page)
    assert site.statements() == 1


def test_an_austrian_chooses_between_two_documents(page: Page, site: Site) -> None:
    open_form(page, site, "Austria")
    page.get_by_label("Full first names").fill("Erfunden")
    page.get_by_label("Family names").fill("Niemand")
    page.get_by_role("radio", name="Passport number").check()
    page.get_by_label("Number", exact=True).fill("p 1234567")
    page.get_by_role("button", name="Continue").click()

    declare_and_sign(page)
    assert site.statements() == 1


def test_change_and_the_back_button_keep_what_was_typed(page: Page, site: Site) -> None:
    open_form(page, site, "Germany")
    fill_address(page)
    page.get_by_role("button", name="Continue").click()

    page.get_by_role("button", name="Change City, town or village").click()
    expect(page.get_by_label("City, town or village")).to_have_value("Musterstadt")
    assert page.url.endswith("/support/DE#city")
    page.get_by_label("City, town or village").fill("Erfurt")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Erfurt")).to_be_visible()


def test_the_browsers_back_button_returns_to_the_filled_form(page: Page, site: Site) -> None:
    open_form(page, site, "Germany")
    fill_address(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers and sign")

    page.go_back()

    expect(page.get_by_label("City, town or village")).to_have_value("Musterstadt")


def test_a_double_click_signs_once(page: Page, site: Site) -> None:
    open_form(page, site, "Germany")
    fill_address(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("I declare that the details above are correct").check()
    page.get_by_label("I have read how my data is used").check()

    page.get_by_role("button", name="Sign the initiative").dblclick()

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you – your statement is recorded")
    assert site.statements() == 1


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_has_to_be_scrolled_sideways(
    page: Page, site: Site, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    overview = Service.overview

    def many(service: Service, initiative: Initiative, *, spare: bool = False) -> Overview:
        found = overview(service, initiative, spare=spare)
        return replace(found, member_states=tuple(replace(each, received=67_000) for each in found.member_states))

    monkeypatch.setattr(Service, "overview", many)
    page.set_viewport_size({"width": width, "height": 740})
    for path in ("", "support", "support/DE", "support/HU", "erase"):
        page.goto(site.initiative + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
