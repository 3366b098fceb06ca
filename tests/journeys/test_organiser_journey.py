"""An organiser's way through a whole campaign in a real browser: from the invitation to the end of the collection."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from signer.accounts.roles import HeldRole, Role
from signer.cli.demo import COLLECTED_DAYS, demo_description
from signer.database import reading, writing
from signer.initiatives.catalogue import Catalogue
from signer.initiatives.description import read_description
from signer.initiatives.initiative import Status
from signer.initiatives.keys import install_key, storage_secret
from signer.initiatives.lifecycle import change_status, import_description
from signer.initiatives.queries import find_initiative
from signer.rehearsal.invented import Inventor
from signer.scheme.load import load_scheme
from signer.sealing.opening import OpeningKey
from signer.service.service import Service
from signer.statements.night import bring_home
from signer.tallies.daily_forecast import foresee, keep_forecast
from tests.acts import unit
from tests.journeys.conftest import Site
from tests.journeys.somebody import Somebody, at_a_browser, choose, fact, give_telephone, invited
from tests.journeys.walking import declare_and_sign, expect_heading, fill_address
from tests.signing import record

DEMO = "2021/000001"
START = date(2027, 5, 3)
TITLES = {
    "German": "Ein Ende der biometrischen Massenüberwachung",
    "French": "Mettre fin à la surveillance biométrique de masse",
}
SIGN_EACH_DAY = {"DE": 3, "FR": 2, "MT": 1}


@dataclass
class Campaign:
    """The service on a day that the test moves, beside which an operator sits at the command line."""

    site: Site
    console: str
    day: date = START

    def hold_ceremony(self) -> None:
        """Make the collection key of the demonstration initiative, install it and name it in the settings."""
        instance = self.site.instance
        key = OpeningKey.generate().recipient
        trust = replace(instance.trust, registration_number=DEMO, key_fingerprint=key.fingerprint)
        with writing(instance.engine) as connection:
            found = find_initiative(connection, DEMO)
            install_key(unit(connection, instance.settings, on=self.day), found, key, trust)
        keys = instance.settings.collection_keys
        assert isinstance(keys, dict)
        keys[DEMO] = key.fingerprint.hex()

    def let_pass(self, days: int) -> None:
        """Let statements of invented citizens arrive on so many days, and then make the night's forecast."""
        instance, scheme = self.site.instance, load_scheme("eu")
        catalogue = Catalogue(instance.engine, instance.settings)
        for _ in range(days):
            for member_state, count in SIGN_EACH_DAY.items():
                inventor = Inventor(scheme, member_state, on=self.day, seed=self.day.toordinal())
                for turn in range(count):
                    person = inventor.person(turn)
                    record(
                        instance.store,
                        catalogue.collection(DEMO, member_state),
                        person.fields,
                        on=self.day,
                        confirmed=person.confirmed,
                    )
            self.day += timedelta(days=1)
            with reading(instance.engine) as connection:
                demo = find_initiative(connection, DEMO)
            bring_home(instance.engine, instance.settings, demo, self.day - timedelta(days=1))
        with reading(instance.engine) as connection:
            found = foresee(connection, find_initiative(connection, DEMO), on=self.day)
        with writing(instance.engine) as connection:
            keep_forecast(connection, find_initiative(connection, DEMO).id, found, on=self.day)


@pytest.fixture
def campaign(site: Site, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """The service on the first day of the demonstration initiative's collection, which is not here yet."""
    made = Campaign(site, site.url.replace("127.0.0.1", "localhost") + "/console/")
    monkeypatch.setattr(Service, "today", lambda _service: made.day)
    monkeypatch.setattr("signer.initiatives.catalogue.FRESH_SECONDS", 0.0)
    return made


@pytest.fixture
def description(tmp_path: Path) -> Path:
    """The register's file of the demonstration initiative, with a collection that begins on START."""
    path = tmp_path / "initiative.json"
    path.write_bytes(demo_description(START + timedelta(days=COLLECTED_DAYS)))
    return path


@pytest.fixture
def owner(chromium: Browser, campaign: Campaign) -> Iterator[Somebody]:
    """The owner to be, with a link to accept and a telephone in the hand."""
    with at_a_browser(chromium, campaign.console) as page:
        give_telephone(page)
        yield Somebody(page, "ottoline@initiative.example", "Ottoline Invented")


def go(page: Page, place: str) -> None:
    """Go to one of the initiative's pages."""
    page.get_by_role("navigation", name="Initiative ECI(2021)000001").get_by_role(
        "link", name=place, exact=True
    ).click()
    expect_heading(page, place)


def come_in(owner: Somebody, link: str) -> None:
    """Accept the invitation, add a passkey, and log on with it."""
    owner.join(link)
    owner.add_passkey()
    owner.log_off()
    owner.give_password()
    choose(owner.page, "Passkey or security key")
    owner.page.get_by_role("button", name="Use the passkey").click()
    expect_heading(owner.page, "Initiatives")


def bring_in(page: Page, file: Path) -> None:
    """Import the register's file."""
    page.get_by_role("link", name="Import an initiative from the register’s file").click()
    page.get_by_label("File from the register").set_input_files(file)
    page.get_by_role("button", name="Show what it changes").click()
    expect_heading(page, "What the file changes")
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_role("status").filter(has_text="ECI(2021)000001 is imported.")).to_be_visible()


def write(page: Page, language: str, title: str) -> None:
    """Write the text in a further language, and look at it as citizens will."""
    page.get_by_role("link", name=language, exact=True).click()
    expect_heading(page, f"Text in {language}")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Objectives").fill(f"{title}. {title}.")
    page.get_by_role("button", name="Save the text").click()
    expect(page.get_by_role("status").filter(has_text=f"The text in {language} is saved.")).to_be_visible()
    page.get_by_role("link", name=f"Preview {language}").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.go_back()
    expect_heading(page, "Texts")


def open_collection(page: Page) -> None:
    """Record the notice, and open."""
    page.get_by_label("Day on which the notice was sent").fill("2027-04-12")
    page.get_by_role("button", name="Record the notice").click()
    expect(page.get_by_role("status").filter(has_text="The notice is recorded.")).to_be_visible()
    page.get_by_role("button", name="Open the collection").click()
    expect(page.get_by_text("The texts in 3 languages are frozen.")).to_be_visible()
    page.get_by_role("button", name="Open the collection").click()
    expect(page.get_by_role("status").filter(has_text="The collection is opened.")).to_be_visible()


def first_number(page: Page) -> str:
    """Return the largest number of the page of numbers."""
    return page.locator(".figure__number").first.inner_text()


def sign_as_a_citizen(chromium: Browser, site: Site) -> None:
    """Support the initiative on its public page, as anybody does."""
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{site.url}/en/initiatives/{DEMO}/")
    page.get_by_role("button", name="Support this initiative").click()
    page.get_by_role("radio", name="Germany").check()
    page.get_by_role("button", name="Continue").click()
    fill_address(page)
    page.get_by_role("button", name="Continue").click()
    declare_and_sign(page)
    page.close()


def enter_paper(page: Page, day: date) -> None:
    """Enter what an evening in Munich brought."""
    go(page, "Paper")
    page.get_by_label("Member State").select_option("DE")
    page.get_by_label("Day on which the forms came").fill(day.isoformat())
    page.get_by_label("Statements counted").fill("230")
    page.get_by_label("Who brought them, if you like").fill("Group Munich")
    page.get_by_role("button", name="Enter the count").click()
    expect(page.get_by_role("listitem").filter(has_text="Group Munich")).to_be_visible()


def test_an_owner_runs_a_campaign_from_the_invitation_to_its_end(
    chromium: Browser, campaign: Campaign, owner: Somebody, description: Path
) -> None:
    page = owner.page
    come_in(owner, invited(campaign.site, campaign.console, owner.email, HeldRole(Role.OWNER, DEMO)))
    bring_in(page, description)
    for language, title in TITLES.items():
        write(page, language, title)

    go(page, "Collection")
    expect(page.get_by_text("It cannot be opened yet, because statements could not be sealed")).to_be_visible()
    campaign.hold_ceremony()
    page.reload()
    open_collection(page)
    go(page, "Numbers")
    assert first_number(page) == "0"

    sign_as_a_citizen(chromium, campaign.site)
    page.reload()
    assert first_number(page) == "0", "it moves for nobody alone"
    expect(page.get_by_text("There is no forecast yet. It needs seven whole days")).to_be_visible()

    campaign.let_pass(days=10)
    enter_paper(page, campaign.day)
    go(page, "Numbers")
    assert first_number(page) == "291"
    germany = page.get_by_role("row", name="Germany")
    expect(germany.get_by_role("cell")).to_have_text(["0.3%", "261", "230", "67,680", "233", "219", "not yet"])
    expect(page.get_by_text("At this pace the goal is not reached, chance less than 1%")).to_be_visible()

    page.get_by_text("Mark an event").click()
    page.get_by_label("Day of the event").fill("2027-05-08")
    page.get_by_label("What happened").fill("Evening in Munich")
    page.get_by_role("button", name="Mark the event").click()
    expect(page.get_by_role("listitem").filter(has_text="8 May 2027 · Evening in Munich")).to_be_visible()
    page.get_by_role("link", name="How this is reckoned").click()
    expect_heading(page, "Forecast and what it assumes")
    page.locator("[name=invalid_DE]").fill("8.5")
    page.get_by_role("button", name="Keep the shares").click()
    expect(page.locator("[name=invalid_DE]")).to_have_value("8.5")
    page.get_by_role("button", name="Publish the forecast").click()
    expect(page.get_by_role("status").filter(has_text="Everybody can read the forecast now.")).to_be_visible()

    go(page, "Collection")
    page.get_by_role("link", name="Figures and reports").click()
    expect(page.get_by_text("statements in all: 61 online, 230 on paper")).to_be_visible()
    page.get_by_role("button", name="Record the report").click()
    expect(page.get_by_role("listitem").filter(has_text="13 May 2027: 291 statements")).to_be_visible()

    go(page, "Collection")
    page.get_by_role("button", name="Close the collection early").click()
    page.get_by_label("Reason").fill("The law that we asked for has come")
    page.get_by_label("Type the registration number to confirm").fill(DEMO)
    page.get_by_role("button", name="Close the collection early").click()
    expect(page.get_by_role("status").filter(has_text="The collection is closed.")).to_be_visible()
    assert fact(page, "Status") == "closed"
    go(page, "Numbers")
    expect(page.get_by_text("The collection is over. What counts now")).to_be_visible()
    assert first_number(page) == "291"


def test_without_javascript_an_editor_enters_paper_and_reads_the_numbers(
    chromium: Browser, campaign: Campaign, description: Path
) -> None:
    """Who does the counting needs no part in running the campaign, and no scripts."""
    instance = campaign.site.instance
    with writing(instance.engine) as connection:
        described = read_description(description.read_bytes())
        import_description(unit(connection, instance.settings), described)
    instance.settings.make_secret(storage_secret(DEMO))
    campaign.hold_ceremony()
    with writing(instance.engine) as connection:
        change_status(unit(connection, instance.settings, on=START), DEMO, Status.COLLECTING)

    with at_a_browser(chromium, campaign.console, scripts=False) as page:
        editor = Somebody(page, "rosalind@initiative.example", "Rosalind Supposed")
        editor.join(invited(campaign.site, campaign.console, editor.email, HeldRole(Role.EDITOR, DEMO)))
        page.get_by_role("link", name="Numbers").click()
        enter_paper(page, campaign.day)
        go(page, "Numbers")
        assert first_number(page) == "230"
        assert page.get_by_role("link", name="Batches").count() == 0
        with page.expect_download() as started:
            page.get_by_role("link", name="days (CSV)").click()
        assert "2027-05-03,false,0,230,0,230,230" in started.value.path().read_text(encoding="utf-8")
