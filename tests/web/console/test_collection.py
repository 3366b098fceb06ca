"""The collection in the console: each step is explained, confirmed, recorded with its reason, and taken once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from signer.database import reading
from signer.initiatives.initiative import Status
from signer.initiatives.queries import find_initiative
from signer.initiatives.reports import read_reports
from signer.tallies.overview import read_overview
from tests.acts import MAY_DAY
from tests.conftest import NUMBER
from tests.settling import settle_now
from tests.web.console.campaign import Campaign, campaign, problems
from tests.web.console.stage import SIGNED, Stage, sign, stage
from tests.web.console.standing import OWNER
from tests.web.pages import Page

PATH = f"/console/collection/{NUMBER}/"
PUBLIC = f"/en/initiatives/{NUMBER}/"
REASON = "We are mending a fault & go on tomorrow."


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """A console with its owner."""
    with campaign(tmp_path_factory.mktemp("collection"), on=MAY_DAY) as opened:
        yield opened


@pytest.fixture
def on_may_day(tmp_path: Path) -> Iterator[Stage]:
    """A console on May Day, after some statements."""
    with stage(tmp_path) as opened:
        sign(opened.instance, SIGNED)
        settle_now(opened.instance)
        yield opened


def test_a_pause_needs_a_reason_which_everybody_reads_until_it_goes_on(
    on_may_day: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signer.initiatives.catalogue.FRESH_SECONDS", 0)
    owner, anybody = on_may_day.join("Ottoline Invented", OWNER), on_may_day.app.test_client()
    page = owner.client.get(f"{PATH}pause")
    assert owner.fill(page, f"{PATH}pause", reason=" ").status_code == 422

    owner.fill(page, f"{PATH}pause", reason=REASON)

    assert REASON in Page(anybody.get(PUBLIC)).words()
    assert REASON in Page(anybody.get(f"{PUBLIC}support")).words()
    assert owner.fill(page, f"{PATH}pause", reason="twice").status_code == 409
    assert owner.send(f"{PATH}go-on", f"{PATH}go-on").status_code == 200
    assert REASON not in anybody.get(PUBLIC).text
    assert anybody.get(f"{PUBLIC}support").status_code == 200


def test_the_audit_log_has_the_reason_of_each_step(there: Campaign) -> None:
    there.owner.send(f"{PATH}pause", f"{PATH}pause", reason=REASON)
    assert (there.last_act().kind, there.last_act().details) == ("collection_paused", {"said": REASON})
    there.owner.send(f"{PATH}go-on", f"{PATH}go-on", reason="it is mended")
    assert (there.last_act().kind, there.last_act().details) == ("collection_opened", {"said": "it is mended"})


def test_what_cannot_be_undone_wants_the_number_typed_and_is_for_good(there: Campaign, tmp_path: Path) -> None:
    page = there.owner.client.get(f"{PATH}close")
    assert "does not begin again" in page.text
    for number in ("", "2027/000043", "yes"):
        refused = there.owner.fill(page, f"{PATH}close", reason="enough", number=number)
        assert (refused.status_code, Page(refused).value("reason")) == (422, "enough")
    assert there.initiative().status is Status.COLLECTING

    with campaign(tmp_path, on=MAY_DAY) as other:
        page = other.owner.client.get(f"{PATH}close")
        closed = other.owner.fill(page, f"{PATH}close", reason="enough", number="ECI(2027)000042")
        assert "closed" in Page(closed).words()
        assert other.initiative().status is Status.CLOSED
        assert not Page(closed).tree.xpath("//a[contains(@href, '/go-on') or contains(@href, '/open')]")
        assert other.owner.fill(page, f"{PATH}close", reason="enough", number=NUMBER).status_code == 409
        assert other.owner.client.get(f"{PATH}withdraw").status_code == 409


def test_a_draft_without_a_key_is_not_opened_and_the_page_says_why(there: Campaign) -> None:
    answer = there.owner.client.get(f"{PATH}open")
    assert (answer.status_code, "cannot be taken now" in answer.text) == (409, True)


def test_the_report_has_the_figures_of_the_overview_and_once_sent_the_next_is_due(on_may_day: Stage) -> None:
    owner, engine = on_may_day.join("Ottoline Invented", OWNER), on_may_day.service.engine
    owner.send(
        f"/console/paper/{NUMBER}/",
        f"/console/paper/{NUMBER}/",
        member_state="MT",
        received_on="2027-04-01",
        statements="31",
    )
    page, file = Page(owner.client.get(f"{PATH}report")), owner.client.get(f"{PATH}report.csv")
    with reading(engine) as connection:
        overview = read_overview(connection, find_initiative(connection, NUMBER), on=MAY_DAY)

    lines = file.text.splitlines()
    assert (lines[0], lines[-1]) == ("member_state,online,paper,total", f"total,{overview.received},31,92")
    assert {"DE,26,0,26", "MT,0,31,31"} < set(lines)
    assert len(lines) == 29
    assert page.value("statements") == str(overview.collected) == "92"
    assert "It was due on 1 April 2027" in page.words()

    sent = owner.send(f"{PATH}report", f"{PATH}report", sent_on="2027-04-28")

    assert "The next one is due on 28 June 2027" in Page(sent).words()
    with reading(engine) as connection:
        (kept,) = read_reports(connection, 1)
    assert (kept.sent_on, kept.statements) == (MAY_DAY - timedelta(days=3), 92)


def test_days_that_cannot_be_are_refused_in_words(there: Campaign) -> None:
    for path, action in ((PATH, f"{PATH}notice"), (f"{PATH}report", f"{PATH}report")):
        for day in ("", "soon", "2027-02-30", "2040-01-01", "0001-01-01", "٢٠٢٧-٠٥-٠١"):
            answer = there.owner.send(path, action, sent_on=day)
            assert (answer.status_code, bool(problems(answer))) == (422, True), day
