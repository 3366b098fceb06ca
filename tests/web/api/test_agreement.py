"""The numbers agree wherever they stand, on any day; and reading them never touches a statement."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from signer.accounts.roles import HeldRole, Role
from signer.cli.publish import publish
from signer.database import writing
from signer.initiatives.initiative import Status
from signer.initiatives.tables import initiative
from signer.scheme.load import load_scheme
from signer.tallies.paper import PaperCount
from signer.web.site import site_of
from tests.conftest import NUMBER, START, Instance
from tests.counts import enter, entries, receive
from tests.listening import OF_SINGLE_STATEMENTS, listening, naming
from tests.web.console.people import invited
from tests.web.pages import Page
from tests.web.worker import client_of

INITIATIVE = f"/en/initiatives/{NUMBER}/"
API = f"/api/v1/initiatives/{NUMBER}"
SVG = "{http://www.w3.org/2000/svg}"
ONLINE = {
    date(2027, 2, 1): {"DE": 700, "MT": 4_229},
    date(2027, 2, 2): {"FR": 3, "DE": 66_980},
    date(2027, 3, 28): {"SE": 1},
    date(2028, 1, 31): {"SE": 14_804, "MT": 1},
}
"""The first day, a threshold reached online alone, the change to summer time, the last day."""
PAPER = {date(2027, 2, 2): ("MT", 1), date(2027, 5, 1): ("LU", 4_500)}
DAYS = [date(2027, 1, 31), date(2027, 2, 1), date(2027, 2, 2), date(2027, 2, 3), date(2027, 5, 1), date(2028, 2, 20)]
ADDRESSES = [
    f"{API}/tally",
    f"{API}/tally.csv",
    f"{API}/history",
    f"{API}/history.csv",
    f"{API}/forecast",
    API,
    "/api/v1/initiatives",
    f"{INITIATIVE}badge.svg",
    f"{INITIATIVE}embed",
    f"{INITIATIVE}milestones.atom",
    "/en/numbers",
    INITIATIVE,
]
PAGES = [
    "/en/",
    "/en/privacy",
    *(f"{INITIATIVE}{end}" for end in ("support", "support/DE", "erase", "funding")),
]
"""Where citizens read of an initiative besides its numbers."""
OF_ALL = {"/api/v1/initiatives", "/en/numbers", "/en/", "/en/privacy"}
"""Which of both are about every initiative."""
Numbers = Mapping[str, object]


@dataclass
class Campaign:
    """A collection whose days go by."""

    instance: Instance
    day: date
    monkeypatch: pytest.MonkeyPatch

    def turn_to(self, day: date) -> None:
        """Let everything come that came until the end of `day`, and let it be that day."""
        for on, statements in ONLINE.items():
            if self.day < on <= day:
                receive(self.instance, statements, on=on)
        for on, (code, count) in PAPER.items():
            if self.day < on <= day:
                enter(self.instance, PaperCount(code, on, 10 * count), on=day)
                (wrong, *_) = entries(self.instance)
                enter(self.instance, PaperCount(code, on, count), on=day, corrects=wrong.id)
        self.day = day
        for module in ("signer.service.service", "signer.cli.publish"):
            self.monkeypatch.setattr(f"{module}.today", lambda: day)

    def expected(self) -> dict[str, object]:
        """What every place has to say of the day."""
        thresholds = load_scheme().thresholds(self.instance.initiative.registered_on)
        by_member_state = dict.fromkeys(thresholds, 0)
        for on, statements in ONLINE.items():
            for code, count in statements.items() if on <= self.day else ():
                by_member_state[code] += count
        online = sum(by_member_state.values())
        for on, (code, count) in PAPER.items():
            by_member_state[code] += count if on <= self.day else 0
        collected = sum(by_member_state.values())
        reached = sum(by_member_state[code] >= threshold for code, threshold in thresholds.items())
        return {
            "received": online,
            "paper": collected - online,
            "collected": collected,
            "reached": reached,
            "by_member_state": by_member_state,
        }


@pytest.fixture
def campaign(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """A collection on the day before it begins, on each database."""
    monkeypatch.setattr("signer.cli.publish.open_instance", lambda: (instance.settings, instance.engine))
    return Campaign(instance, START.replace(month=1, day=31), monkeypatch)


def on_page(client: FlaskClient) -> Numbers:
    """What the initiative's page says to people."""
    page = Page(client.get(INITIATIVE))
    codes = {form.name: code for code, form in load_scheme().forms.items()}
    rows = [[page.words(f"(//main//tbody/tr)[{row}]/*[{cell}]") for cell in (1, 2)] for row in range(1, 28)]
    numbers = page.tree.xpath("//*[@class='figure__number']/text()")
    return {
        "collected": _number(numbers[0]),
        "reached": _number(numbers[1].split()[0]),
        "by_member_state": {codes[name]: _number(count.split()[0]) for name, count in rows},
    }


def in_tally(client: FlaskClient) -> Numbers:
    """What the tally says to programs."""
    return _of_tally(client.get(f"{API}/tally").json)


def in_tally_table(client: FlaskClient) -> Numbers:
    """What the tally says as CSV."""
    rows = list(csv.DictReader(io.StringIO(client.get(f"{API}/tally.csv").text)))
    return {
        **{name: sum(int(row[name]) for row in rows) for name in ("received", "paper", "collected")},
        "reached": sum(row["reached"] == "true" for row in rows),
        "by_member_state": {row["member_state"]: int(row["collected"]) for row in rows},
    }


def in_history(client: FlaskClient) -> Numbers:
    """What the history adds up to."""
    document = client.get(f"{API}/history").json
    assert document
    return _of_days(document["days"])


def in_history_table(client: FlaskClient) -> Numbers:
    """What the history adds up to as CSV."""
    return _of_days(list(csv.DictReader(io.StringIO(client.get(f"{API}/history.csv").text))))


def on_badge(client: FlaskClient) -> Numbers:
    """What the picture shows."""
    picture = etree.fromstring(client.get(f"{INITIATIVE}badge.svg").data)
    first, _, last = [str(text.text) for text in picture.iter(f"{SVG}text")]
    return {"collected": _number(first), "reached": _number(re.findall(r"[\d,]+", last)[0])}


def on_counter(client: FlaskClient) -> Numbers:
    """What the page in a frame shows."""
    numbers = re.findall(r"\d[\d,]*(?= statements| of \d)", Page(client.get(f"{INITIATIVE}embed")).words())
    return {"collected": _number(numbers[0]), "reached": _number(numbers[1])}


def on_dashboard(owner: FlaskClient) -> Numbers:
    """What the organisers see at the console."""
    page = Page(owner.get(f"/console/numbers/{NUMBER}/"))
    collected, reached = page.tree.xpath("//strong[contains(@class, 'figure__number')]/text()")[:2]
    numbers = owner.get(f"/console/numbers/{NUMBER}/numbers.json").json
    assert numbers
    return {
        "received": _number(page.words("(//dl//dd)[1]")),
        "paper": _number(page.words("(//dl//dd)[2]")),
        "collected": _number(collected),
        "reached": _number(reached.split()[0]),
        "by_member_state": {each["member_state"]: each["collected"] for each in numbers["member_states"]},
    }


PLACES: Mapping[str, Callable[[FlaskClient], Numbers]] = {
    "page": on_page,
    "tally": in_tally,
    "tally.csv": in_tally_table,
    "history": in_history,
    "history.csv": in_history_table,
    "badge": on_badge,
    "embed": on_counter,
}
"""Every place where everybody reads numbers; another one, such as a ledger of counts, is one line more."""


def test_every_place_says_the_same_on_any_day(campaign: Campaign, tmp_path: Path) -> None:
    app = client_of(campaign.instance).application
    owner = invited(app, site_of(app).service, "owner@initiative.example", HeldRole(Role.OWNER, NUMBER))
    for day in DAYS:
        campaign.turn_to(day)
        expected = campaign.expected()

        client = client_of(campaign.instance)
        said = {name: read(client) for name, read in PLACES.items()}
        said |= {"published": published(tmp_path / "cdn"), "dashboard": on_dashboard(owner.client)}

        for name, numbers in said.items():
            assert numbers == {key: expected[key] for key in numbers}, (day, name)


def test_a_history_of_an_earlier_day_stays_what_it_was(campaign: Campaign) -> None:
    """Every later history says of each day that is over what the day's own one said."""
    told: dict[str, tuple[int, int]] = {}
    for day in DAYS:
        campaign.turn_to(day)
        days = client_of(campaign.instance).get(f"{API}/history").json["days"]  # type: ignore[index]
        so_far = {each["day"]: (each["received_so_far"], each["collected_so_far"]) for each in days}
        assert told.items() <= so_far.items()
        told = so_far

    assert list(told) == sorted(told)
    assert told["2027-02-03"] == told["2027-02-02"]


def test_no_public_number_reads_a_statement_and_a_second_reader_costs_no_query(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signer.service.service.FRESH_SECONDS", 600)
    campaign.turn_to(date(2027, 3, 1))
    with listening(campaign.instance.engine) as runs:
        client = client_of(campaign.instance)
        statuses = {path: client.get(path).status_code for path in ADDRESSES}
        runs.append([])
        for path in ADDRESSES:
            client.get(path)

    first, second = runs
    assert set(statuses.values()) == {200, 404}
    assert [path for path, status in statuses.items() if status == 404] == [f"{API}/forecast"]
    assert naming(first, "received")
    assert naming(first, *OF_SINGLE_STATEMENTS) == []
    assert naming(second, "received", "paper_count") == []


def test_a_draft_is_nowhere(instance: Instance) -> None:
    def told() -> dict[str, TestResponse]:
        client = client_of(instance)
        return {path: client.get(path) for path in (*ADDRESSES, *PAGES)}

    opened = told()
    with writing(instance.engine) as connection:
        connection.execute(initiative.update().values(status=Status.DRAFT))
    drafted = told()

    assert {path for path, answer in opened.items() if answer.status_code == 404} == {f"{API}/forecast"}
    assert {path for path, answer in drafted.items() if answer.status_code != 404} == OF_ALL
    assert all(is_named(opened[path]) for path in OF_ALL)
    assert not any(is_named(answer) for answer in drafted.values())


def is_named(answer: TestResponse) -> bool:
    """Whether an answer speaks of the initiative."""
    return NUMBER in answer.text or "quiet sky" in answer.text.lower()


def published(folder: Path) -> Numbers:
    """What `signer publish` writes."""
    done = CliRunner().invoke(publish, [str(folder)])
    assert done.exception is None, done.output
    content = json.loads((folder / NUMBER / "tally.json").read_bytes())
    of_tally, of_days = _of_tally(content["tally"]), _of_days(content["history"]["days"])
    assert of_days.items() <= of_tally.items()
    return of_tally


def _of_tally(tally: Mapping[str, object] | None) -> Numbers:
    assert tally
    by_member_state = {each["member_state"]: each["collected"] for each in tally["member_states"]}  # type: ignore[attr-defined]
    names = ("received", "paper", "collected")
    return {name: tally[name] for name in names} | {
        "reached": tally["member_states_reached"],
        "by_member_state": by_member_state,
    }


def _of_days(days: list[dict[str, object]]) -> Numbers:
    if not days:
        return {"received": 0, "paper": 0, "collected": 0}
    received_online, paper = (sum(int(str(day[name])) for day in days) for name in ("received", "paper"))
    assert int(str(days[-1]["collected_so_far"])) == received_online + paper
    return {"received": received_online, "paper": paper, "collected": received_online + paper}


def _number(text: str) -> int:
    return int(text.replace(",", ""))
