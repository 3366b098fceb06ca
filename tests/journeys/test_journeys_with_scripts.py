"""A citizen with JavaScript signs: by address and by number, there and back, in haste."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.walking import (
    THANKS,
    declare,
    declare_and_sign,
    expect_heading,
    fill_address,
    go_to_check_page,
    go_to_form,
    press_sign,
)


@pytest.mark.parametrize("by_number", [False, True], ids=["Part A", "Part B"])
def test_three_pages_lead_from_the_initiative_to_a_recorded_statement(
    script_page: Page, guarded_site: Site, *, by_number: bool
) -> None:
    go_to_check_page(script_page, guarded_site, by_number=by_number)

    declare_and_sign(script_page)

    assert guarded_site.statements() == 1


def test_the_thanks_page_offers_to_print_and_to_copy_the_link_of_the_initiative(
    script_page: Page, guarded_site: Site
) -> None:
    script_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go_to_check_page(script_page, guarded_site)
    declare_and_sign(script_page)
    link = script_page.get_by_label("Link to the initiative")
    expect(link).to_have_value(guarded_site.initiative)
    expect(script_page.get_by_role("button", name="Print this page")).to_be_visible()

    script_page.get_by_role("button", name="Copy the link").click()

    expect(script_page.locator("#copied")).to_have_text("Copied")
    assert script_page.evaluate("navigator.clipboard.readText()") == guarded_site.initiative


def test_the_back_button_keeps_what_was_typed(script_page: Page, guarded_site: Site) -> None:
    go_to_check_page(script_page, guarded_site)

    script_page.go_back()

    expect(script_page.get_by_label("City, town or village")).to_have_value("Musterstadt")
    script_page.get_by_label("City, town or village").fill("Erfurt")
    script_page.get_by_role("button", name="Continue").click()
    expect(script_page.get_by_text("Erfurt")).to_be_visible()
    declare_and_sign(script_page)
    assert guarded_site.statements() == 1


def test_a_mistake_keeps_everything_else_and_takes_the_focus(script_page: Page, guarded_site: Site) -> None:
    go_to_form(script_page, guarded_site, "Germany")
    fill_address(script_page)
    script_page.get_by_label("Year").fill("2020")
    script_page.get_by_role("button", name="Continue").click()

    expect(script_page.locator("#problems")).to_be_focused()
    expect(script_page.locator("#problems")).to_contain_text("13 July 2036")
    expect(script_page.get_by_label("City, town or village")).to_have_value("Musterstadt")
    script_page.locator("#problems").get_by_role("link").click()
    expect(script_page.get_by_label("Day")).to_be_focused()


def test_a_double_click_signs_once(script_page: Page, guarded_site: Site) -> None:
    go_to_check_page(script_page, guarded_site)
    declare(script_page)

    script_page.get_by_role("button", name="Sign the initiative").dblclick()

    expect_heading(script_page, THANKS)
    assert guarded_site.statements() == 1


def test_the_whole_privacy_statement_can_be_read_without_leaving_the_check_page(
    script_page: Page, guarded_site: Site
) -> None:
    """What was typed exists in this page only, so nobody should have to leave it to read what it asks to have read."""
    go_to_check_page(script_page, guarded_site)
    complaints = script_page.get_by_text("You can complain to a data protection authority at any time")
    expect(complaints).to_be_hidden()

    script_page.get_by_text("Read the whole privacy statement here").click()

    expect(complaints).to_be_visible()
    declare(script_page)
    press_sign(script_page)
    expect_heading(script_page, THANKS)
