"""An auditor's way through the console in a real browser: from the invitation to what the authority certifies."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from signer.accounts.roles import HeldRole, Role
from signer.batches.batch_file import open_batch
from signer.service.service import Service
from tests.conftest import END, NUMBER
from tests.journeys.conftest import Site
from tests.journeys.somebody import Somebody, at_a_browser, choose, fact, give_telephone, invited
from tests.journeys.walking import expect_heading
from tests.web.console.stage import sign

AFTER = END + timedelta(days=20)
OFFICE = "Federal Office of Administration, division 3"


@pytest.fixture
def console(guarded_site: Site) -> str:
    """The console's address, by the name that browsers let passkeys be used on without TLS."""
    return guarded_site.url.replace("127.0.0.1", "localhost") + "/console/"


@pytest.fixture
def after_the_end(guarded_site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The same service when its collection is over, with statements of two Member States."""
    sign(guarded_site.instance, {"DE": 12, "FR": 3})
    monkeypatch.setattr(Service, "today", lambda _service: AFTER)
    return guarded_site


@pytest.fixture
def auditor(chromium: Browser, console: str, after_the_end: Site) -> Iterator[Somebody]:
    """An auditor with JavaScript, logged on."""
    with at_a_browser(chromium, console) as page:
        somebody = Somebody(page, "bartholomew@initiative.example", "Bartholomew Madeup")
        somebody.join(invited(after_the_end, console, somebody.email, HeldRole(Role.AUDITOR, NUMBER)))
        yield somebody


def freeze(page: Page, member_state: str) -> None:
    """Freeze the final batch of a Member State."""
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Batches").click()
    expect_heading(page, "Batches")
    page.get_by_label("Member State", exact=True).select_option(member_state)
    page.get_by_label("Final batch").check()
    page.get_by_role("button", name="Freeze the batch").click()


def download(page: Page, site: Site) -> str:
    """Download the sealed file and return its SHA-256; it holds the twelve statements."""
    with page.expect_download() as started:
        page.get_by_role("button", name="Download the sealed file").click()
    path = started.value.path()
    with open_batch(path, site.instance.trust.manifest_key) as batch:
        assert len(list(batch.records())) == 12
    return hashlib.sha256(path.read_bytes()).hexdigest()


def take_to_the_certificate(page: Page, site: Site) -> None:
    """Freeze the German statements, hand the file over, and record what the authority answers."""
    freeze(page, "Germany")
    expect_heading(page, "Batch DE 1, Germany")
    assert fact(page, "Statements") == "12"
    digest = download(page, site)
    assert fact(page, "SHA-256 of the file") == digest

    page.get_by_label("Who took it: authority and office").fill(OFFICE)
    page.get_by_label("SHA-256 of the file that was given").fill(digest)
    page.get_by_role("button", name="Record the hand-over").click()
    expect(page.get_by_role("status").filter(has_text="The step is recorded.")).to_be_visible()
    assert fact(page, "State") == "handed over"

    page.get_by_label("Day on which the authority had everything").fill(AFTER.isoformat())
    page.get_by_label("Reference of the authority’s letter").fill("BVA-2028-114")
    page.get_by_role("button", name="Record the receipt").click()
    expect_heading(page, "Batch DE 1, Germany")
    assert fact(page, "State") == "received by the authority"
    assert fact(page, "Next step by") == "20 May 2028"

    page.get_by_label("Date of the certificate").fill(AFTER.isoformat())
    page.get_by_label("Reference of the certificate").fill("Certificate 9")
    page.get_by_label("Valid statements collected online").fill("11")
    page.get_by_label("Valid statements on paper").fill("70000")
    page.get_by_role("button", name="Record the certificate").click()
    expect_heading(page, "Batch DE 1, Germany")
    assert fact(page, "State") == "certified"


def test_an_auditor_is_invited_and_takes_a_batch_to_its_certificate(
    chromium: Browser, console: str, after_the_end: Site
) -> None:
    with at_a_browser(chromium, console) as page:
        administrator = Somebody(page, "petronella@initiative.example", "Petronella Fictional")
        administrator.join(invited(after_the_end, console, administrator.email, HeldRole(Role.ADMINISTRATOR)))
        page.get_by_role("link", name="People").click()
        page.get_by_label("E-mail address").fill("bartholomew@initiative.example")
        page.get_by_role("radio", name="Auditor").check()
        page.get_by_role("button", name="Send the invitation").click()
        expect_heading(page, "Hand over this link")
        link = console.removesuffix("/console/") + page.locator("main .fingerprint").inner_text()

    with at_a_browser(chromium, console) as page:
        give_telephone(page)
        auditor = Somebody(page, "bartholomew@initiative.example", "Bartholomew Madeup")
        auditor.join(link)
        assert len(auditor.make_recovery_codes()) == 10
        auditor.add_passkey()
        auditor.log_off()

        auditor.give_password()
        choose(page, "Passkey or security key")
        page.get_by_role("button", name="Use the passkey").click()
        expect_heading(page, "Initiatives")

        take_to_the_certificate(page, after_the_end)
        freeze(page, "France")
        page.get_by_role("link", name="All batches").click()
        result = page.get_by_role("region", name="What the authorities have certified")
        expect(result).to_contain_text("70,011 valid statements, of 1,000,000 needed")
        expect(result).to_contain_text("1 of 7 needed Member States at their threshold")
        assert fact(page, "Certificates waited for") == "France (by 30 April 2028)"

        page.get_by_role("navigation", name="Console").get_by_role("link", name="Audit log").click()
        page.get_by_role("button", name="Verify the whole log").click()
        expect(page.get_by_text("Verified just now: no entry of the whole log was removed")).to_be_visible()
        handed_over = page.get_by_role("listitem").filter(has_text="batch handed over")
        expect(handed_over).to_contain_text("Bartholomew Madeup")
        expect(handed_over).to_contain_text(OFFICE)


def test_without_javascript_the_way_is_the_same(chromium: Browser, console: str, after_the_end: Site) -> None:
    """Passkeys alone need a script; the authenticator app does not."""
    with at_a_browser(chromium, console, scripts=False) as page:
        auditor = Somebody(page, "bartholomew@initiative.example", "Bartholomew Madeup")
        auditor.join(invited(after_the_end, console, auditor.email, HeldRole(Role.AUDITOR, NUMBER)))
        auditor.log_off()
        auditor.give_password()
        auditor.give_code()
        expect_heading(page, "Initiatives")

        take_to_the_certificate(page, after_the_end)

        page.get_by_role("link", name="All batches").click()
        expect(page.get_by_text("70,011")).to_have_count(2)


def test_a_recovery_code_stands_in_for_a_lost_telephone_once(auditor: Somebody) -> None:
    first, second = auditor.make_recovery_codes()[:2]
    page = auditor.page

    for code in (first, second):
        auditor.log_off()
        auditor.give_password()
        page.get_by_role("link", name="Use a recovery code instead").click()
        if code == second:
            give_recovery_code(page, first)
            expect_heading(page, "Recovery code")
            expect(page.locator("#problems")).to_contain_text("it was used before")
        give_recovery_code(page, code)
        expect_heading(page, "Initiatives")

    page.get_by_role("link", name="Your account", exact=True).click()
    assert fact(page, "Recovery codes left") == "8"


def give_recovery_code(page: Page, code: str) -> None:
    """Type a code that was written down."""
    page.get_by_label("One of your recovery codes").fill(code)
    page.get_by_role("button", name="Log on").click()


def test_a_passkey_that_the_browser_does_not_give_leaves_the_other_ways_open(auditor: Somebody) -> None:
    page = auditor.page
    forget = give_telephone(page)
    auditor.add_passkey()
    auditor.log_off()
    forget()
    auditor.give_password()
    choose(page, "Passkey or security key")
    page.get_by_role("button", name="Use the passkey").click()

    expect(page.get_by_role("status")).to_have_text(
        "The passkey was not taken. Try again, or use another second factor."
    )
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.get_by_role("link", name="Use another second factor").click()
    choose(page, "Code from the authenticator app")
    auditor.give_code()
    expect_heading(page, "Initiatives")


def test_who_is_idle_is_warned_and_what_was_typed_is_not_lost(auditor: Somebody) -> None:
    """The browser's clock is put forward; it then drops the cookie, as it does by itself after half an hour."""
    page = auditor.page
    freeze(page, "Germany")
    page.clock.install()
    page.reload()
    reason = page.get_by_label("Reason")
    reason.fill("two letters of a title were wrong")

    page.clock.fast_forward("26:00")
    expect(page.get_by_role("status").filter(has_text="Minutes until you are logged off: 4")).to_be_visible()
    page.get_by_role("button", name="Stay logged on").click()
    expect(page.get_by_text("You stay logged on for another half hour.")).to_be_visible()
    page.clock.fast_forward("24:00")
    expect(page.get_by_text("You stay logged on for another half hour.")).to_be_hidden()
    page.clock.fast_forward("06:15")
    expect(page.get_by_text("You have been logged off, because nothing was sent for half an hour.")).to_be_visible()
    page.context.clear_cookies()
    expect(reason).to_have_value("two letters of a title were wrong")

    page.get_by_role("button", name="Open the batch again").click()
    expect_heading(page, "You are no longer logged on")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Log on (opens a new tab)").click()
    auditor.give_password(opened.value)
    auditor.give_code(opened.value)
    expect_heading(opened.value, "Initiatives")
    page.get_by_role("button", name="Send it again").click()

    expect_heading(page, "Batch DE 1, Germany")
    assert fact(page, "State") == "void: two letters of a title were wrong"


def test_the_public_pages_set_no_cookie_even_for_who_is_logged_on(auditor: Somebody, after_the_end: Site) -> None:
    page, number = auditor.page, NUMBER
    public = page.url.removesuffix("console/")

    for address in ("en/", f"en/initiatives/{number}/", f"en/initiatives/{number}/support", "healthz", "console-no"):
        answer = page.context.request.get(f"{public}{address}")
        assert "set-cookie" not in answer.headers, address
    page.goto(f"{public}en/")
    page.go_back()
    expect_heading(page, "Initiatives")
