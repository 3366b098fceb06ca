"""Somebody at the console in a browser of their own: invitation, password, second factor, telephone."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from passlib.totp import TOTP
from playwright.sync_api import Browser, BrowserContext, Page, expect

from signer.accounts.invite import invitation_link, invite
from signer.accounts.roles import HeldRole
from signer.database import writing
from tests.acts import unit
from tests.journeys.conftest import Site
from tests.journeys.walking import expect_heading
from tests.web.console.people import PASSWORD

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A telephone that says yes at once."""


@dataclass
class Somebody:
    """Somebody at a browser of their own, who remembers what a person would."""

    page: Page
    email: str
    name: str
    key: str = ""
    _codes_given: int = 0

    def join(self, link: str) -> None:
        """Accept an invitation: name and password, then the authenticator app."""
        page = self.page
        page.goto(link)
        expect_heading(page, "You are invited")
        page.get_by_label("Your name").fill(self.name)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Password once more").fill(PASSWORD)
        page.get_by_role("button", name="Accept the invitation").click()
        expect_heading(page, "Set up your second factor")
        page.get_by_role("button", name="Show the key for the app").click()
        self.key = page.locator("main .fingerprint").inner_text()
        page.get_by_label("Code that the app shows").fill(self.code())
        page.get_by_role("button", name="Confirm").click()
        expect_heading(page, "Initiatives")

    def code(self) -> str:
        """Return what the app shows: the next code if this one was given already, as after half a minute."""
        moment = time.time() + 30 * self._codes_given
        self._codes_given += 1
        return str(TOTP(key=self.key).generate(time=moment).token)

    def give_password(self, page: Page | None = None) -> None:
        """Type address and password."""
        page = page or self.page
        page.get_by_label("E-mail address").fill(self.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()

    def give_code(self, page: Page | None = None) -> None:
        """Type what the app shows."""
        page = page or self.page
        page.get_by_label("Code that your app shows").fill(self.code())
        page.get_by_role("button", name="Log on").click()

    def log_off(self) -> None:
        """Press the button."""
        self.page.get_by_role("button", name="Log off").click()
        expect_heading(self.page, "Log on")

    def make_recovery_codes(self) -> list[str]:
        """Follow what the first page advises, and write the codes down."""
        self.page.get_by_role("link", name="Make recovery codes").click()
        self.page.get_by_role("button", name="Make new codes").click()
        return self.page.locator(".recovery-codes li").all_inner_texts()

    def add_passkey(self) -> None:
        """Add a passkey of the telephone to the account."""
        self.page.get_by_role("link", name="Your account", exact=True).click()
        self.page.get_by_role("link", name="Passkeys and security keys").click()
        self.page.get_by_label("Name of the new passkey").fill("My telephone")
        self.page.get_by_role("button", name="Add a passkey").click()
        expect(self.page.get_by_text("The passkey “My telephone” is added.")).to_be_visible()


def give_telephone(page: Page) -> Callable[[], None]:
    """Give the browser a telephone with passkeys; what is returned makes it forget them."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    telephone = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return lambda: devtools.send("WebAuthn.clearCredentials", telephone)


def choose(page: Page, second_factor: str) -> None:
    """Choose one of several second factors."""
    page.get_by_role("radio", name=second_factor).check()
    page.get_by_role("button", name="Continue").click()


@contextmanager
def at_a_browser(chromium: Browser, console: str, *, scripts: bool = True) -> Iterator[Page]:
    """Give a page of a browser of its own; fail if it asks another host for anything, or a page breaks its policy."""
    context = chromium.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(f"Content Security Policy? {error}"))
    yield page
    assert [url for url in asked if not url.startswith(console.removesuffix("console/"))] == []
    assert [text for text in complaints if "Content Security Policy" in text or "Permissions-Policy" in text] == []
    require_one_cookie_of_the_console(context)
    context.close()


def require_one_cookie_of_the_console(context: BrowserContext) -> None:
    """Promise of the design: no cookie outside the console, and none that another site or a script could use."""
    kept = [(one["name"], one["path"], one["httpOnly"], one["sameSite"]) for one in context.cookies()]  # type: ignore[typeddict-item]
    assert kept == [("console", "/console", True, "Strict")]


def invited(site: Site, console: str, email: str, held: HeldRole) -> str:
    """Invite somebody at the command line, as the first one is, and return the link."""
    instance = site.instance
    with writing(instance.engine) as connection:
        token = invite(unit(connection, instance.settings), email, held, now=datetime.now(UTC))
    return console.removesuffix("/console/") + invitation_link(instance.settings, token)


def fact(page: Page, name: str) -> str:
    """Return what stands beside a name in the panels of a page."""
    found = page.locator(".facts > div").filter(has=page.get_by_text(name, exact=True)).locator("dd")
    return found.text_content() or ""
