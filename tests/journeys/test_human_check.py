"""The human check in a real browser: done while a person types, or by a short wait where no script runs."""

import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from signer.human_check import challenges, difficulty
from signer.human_check.waiting import WaitingTokens
from tests.journeys.conftest import Site
from tests.journeys.walking import declare_and_sign, fill_address

FORM_PAGE, CHECK_PAGE, WAITING_PAGE = "Your details", "Check your answers and sign", "One moment, please"
PHONE = {"width": 360, "height": 740}
Opened = Callable[[bool], Page]


@pytest.fixture
def opened(chromium: Browser, guarded_site: Site) -> Iterator[Opened]:
    """Opens the German form on a phone, with or without JavaScript; at the end nobody else was asked for anything."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    complaints: list[str] = []

    def _open(script: bool) -> Page:
        contexts.append(chromium.new_context(viewport=PHONE, java_script_enabled=script))
        page = contexts[-1].new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{guarded_site.initiative}support/DE")
        return page

    yield _open
    for context in contexts:
        assert context.cookies() == []
        context.close()
    assert all(url.startswith(guarded_site.url) for url in asked), asked
    lost = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "422")
    assert [text for text in complaints if not any(word in text for word in lost)] == []


def heading(page: Page) -> str:
    """The heading of the page."""
    return page.get_by_role("heading", level=1).inner_text()


def press_continue(page: Page) -> None:
    """Press the button at the end of the form."""
    page.get_by_role("button", name="Continue").click()


def solution(page: Page) -> str:
    """What stands in the form's hidden field."""
    return page.locator('[name="human_check"]').input_value()


def status(page: Page) -> str:
    """What the live region says."""
    return page.get_by_role("status").inner_text()


def put_forward(monkeypatch: pytest.MonkeyPatch, *, seconds: int) -> None:
    """Put the clock forward by which the server reads waiting tokens."""
    read = WaitingTokens.read

    def read_later(tokens: WaitingTokens, token: str) -> bytes:
        monkeypatch.setattr(tokens, "_clock", lambda: time.time() + seconds)
        return read(tokens, token)

    monkeypatch.setattr(WaitingTokens, "read", read_later)


def test_the_check_is_done_while_a_person_types_and_asks_nothing_of_them(opened: Opened, guarded_site: Site) -> None:
    page = opened(True)
    fill_address(page)
    expect(page.get_by_role("status")).to_have_text("Checking your browser … done")

    press_continue(page)

    assert heading(page) == CHECK_PAGE
    declare_and_sign(page)
    assert guarded_site.statements() == 1


def test_whoever_is_faster_than_the_check_waits_for_it_three_seconds_at_most(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(difficulty, "WORK", 40_000_000)
    # The last of all numbers, so that no machine finds it before.
    monkeypatch.setattr(challenges, "secrets", SimpleNamespace(randbelow=lambda work: work - 1))
    page = opened(True)
    page.clock.install()
    page.reload()
    fill_address(page)
    assert status(page) == "Checking your browser …"
    page.clock.pause_at(page.evaluate("Date.now()") + 60_000)

    press_continue(page)
    page.clock.run_for(2_900)
    assert heading(page) == FORM_PAGE
    page.clock.run_for(200)

    expect(page.get_by_role("heading", level=1)).to_have_text(WAITING_PAGE)


def test_without_a_script_one_page_more_asks_for_a_short_wait(
    opened: Opened, guarded_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(False)
    fill_address(page)
    press_continue(page)
    assert heading(page) == WAITING_PAGE
    expect(page.get_by_text("Please wait 5 seconds, then press Continue.")).to_be_visible()

    press_continue(page)
    expect(page.get_by_text("The time was not over yet.")).to_be_visible()
    assert guarded_site.statements() == 0
    put_forward(monkeypatch, seconds=61)
    press_continue(page)

    assert heading(page) == CHECK_PAGE
    expect(page.get_by_text("13 July 1984")).to_be_visible()
    declare_and_sign(page)
    assert guarded_site.statements() == 1


@pytest.mark.long
def test_on_the_way_back_and_forth_the_wait_counts_once(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(difficulty, "WAIT_SECONDS", 0)
    page = opened(False)
    fill_address(page)
    press_continue(page)
    time.sleep(1.1)
    press_continue(page)
    page.get_by_role("button", name="Change City, town or village").click()
    page.get_by_label("City, town or village").fill("Erfurt")

    press_continue(page)

    assert heading(page) == CHECK_PAGE
    expect(page.get_by_text("Erfurt")).to_be_visible()


@pytest.mark.long
def test_a_check_renews_itself_before_it_expires(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenges, "LIFETIME", 20)
    page = opened(True)
    expect(page.get_by_role("status")).to_have_text("Checking your browser … done")
    first = solution(page)

    page.wait_for_function("first => document.querySelector('[name=human_check]').value !== first", arg=first)
    fill_address(page)
    press_continue(page)

    assert heading(page) == CHECK_PAGE


@pytest.mark.long
def test_a_lost_connection_is_told_and_the_check_goes_on_when_it_is_back(chromium: Browser, guarded_site: Site) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    lost = [True]

    def answer(route: Route) -> None:
        if lost[0]:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/human-check", answer)
    page.goto(f"{guarded_site.initiative}support/DE")
    expect(page.get_by_role("status")).to_contain_text("trying again")
    fill_address(page)
    lost[0] = False

    expect(page.get_by_role("status")).to_have_text("Checking your browser … done", timeout=60_000)
    press_continue(page)
    assert heading(page) == CHECK_PAGE
    context.close()


@pytest.mark.long
def test_a_browser_that_cannot_do_the_work_is_led_to_the_short_wait(chromium: Browser, guarded_site: Site) -> None:
    """An old browser, or a page that came without TLS, has no WebCrypto."""
    context = chromium.new_context(viewport=PHONE)
    context.add_init_script("Object.defineProperty(window.crypto, 'subtle', { value: undefined })")
    page = context.new_page()
    page.goto(f"{guarded_site.initiative}support/DE")
    fill_address(page)

    press_continue(page)

    assert heading(page) == WAITING_PAGE
    assert status(page) == ""
    context.close()


def test_a_check_that_was_spent_is_done_again_with_everything_kept(opened: Opened, guarded_site: Site) -> None:
    page = opened(True)
    fill_address(page)
    expect(page.get_by_role("status")).to_have_text("Checking your browser … done")
    press_continue(page)
    other = page.context.new_page()
    other.goto(f"{guarded_site.initiative}support/DE")
    fill_address(other)
    expect(other.get_by_role("status")).to_have_text("Checking your browser … done")
    shared = page.locator('form[action$="/sign"] [name="human_check"]').input_value()
    other.locator('[name="human_check"]').evaluate("(field, shared) => { field.value = shared }", shared)
    press_continue(other)
    declare_and_sign(page)

    other.get_by_label("I declare that the details above are correct").check()
    other.get_by_label("I have read how my data is used").check()
    other.get_by_role("button", name="Sign the initiative").click()

    expect(other.get_by_role("heading", level=1)).to_have_text(WAITING_PAGE)
    expect(other.get_by_role("status")).to_have_text("Checking your browser … done. Press Continue.")
    expect(other.locator("#wait")).to_be_hidden()
    press_continue(other)
    expect(other.get_by_text("13 July 1984")).to_be_visible()
    declare_and_sign(other)
    assert guarded_site.statements() == 2
