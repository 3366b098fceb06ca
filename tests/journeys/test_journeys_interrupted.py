"""A citizen who is interrupted: the connection is lost, the page has lain open too long, the service is away."""

import pytest
from playwright.sync_api import Error, Page, expect

from signer.database import StoreUnavailable
from signer.human_check import check_token
from signer.service.service import Service
from tests.journeys.conftest import Site
from tests.journeys.walking import THANKS, declare, expect_heading, go_to_check_page, press_sign


def test_a_connection_lost_while_signing_loses_nothing_and_signs_once(script_page: Page, guarded_site: Site) -> None:
    go_to_check_page(script_page, guarded_site)
    declare(script_page)
    script_page.context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"), script_page.expect_navigation():
        press_sign(script_page)
    assert guarded_site.statements() == 0

    script_page.context.set_offline(False)
    script_page.reload()

    expect_heading(script_page, THANKS)
    assert guarded_site.statements() == 1


def test_an_answer_lost_on_the_way_is_got_by_sending_the_page_again(script_page: Page, guarded_site: Site) -> None:
    """The statement is stored already; the same page gives the same answer and stores nothing more."""
    go_to_check_page(script_page, guarded_site)
    declare(script_page)
    press_sign(script_page)
    expect_heading(script_page, THANKS)
    code = script_page.locator("#code").inner_text()

    script_page.reload()

    expect_heading(script_page, THANKS)
    assert script_page.locator("#code").inner_text() == code
    assert guarded_site.statements() == 1


def test_a_check_page_that_lay_open_too_long_asks_once_more_with_everything_kept(
    script_page: Page, guarded_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_to_check_page(script_page, guarded_site)
    declare(script_page)
    with monkeypatch.context() as later:
        later.setattr(check_token, "LIFETIME", -1)
        press_sign(script_page)
        expect(script_page.locator("#problems")).to_contain_text("This page was open for more than two hours")
    expect(script_page.get_by_text("13 July 1984")).to_be_visible()
    assert guarded_site.statements() == 0

    declare(script_page)
    press_sign(script_page)

    expect_heading(script_page, THANKS)
    assert guarded_site.statements() == 1


def test_a_service_that_is_away_says_so_and_one_press_later_it_is_recorded(
    script_page: Page, guarded_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise StoreUnavailable("the database is away")

    go_to_check_page(script_page, guarded_site)
    declare(script_page)
    with monkeypatch.context() as away:
        away.setattr(Service, "record", fail)
        press_sign(script_page)
        expect_heading(script_page, "Your statement is not saved yet")

    script_page.get_by_role("button", name="Try again").click()

    expect_heading(script_page, THANKS)
    assert guarded_site.statements() == 1
