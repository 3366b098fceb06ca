"""The organisers' numbers: what they say, whence they come, and who may change what they assume."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from signer.accounts.roles import HeldRole, Role
from signer.database import reading, writing
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.queries import find_initiative
from signer.initiatives.tables import initiative as initiative_table
from signer.service.service import Service
from signer.tallies.daily_forecast import keep_forecast, read_forecast
from signer.tallies.forecast import Range
from signer.tallies.overview import ThresholdStanding
from signer.tallies.planning import LABEL_LIMIT, Expected, expect_share, read_events, read_shares
from signer.tallies.tables import invalid_share, repeat_share
from signer.web.static_files import FOLDER
from tests.acts import unit
from tests.conftest import END, START
from tests.listening import OF_SINGLE_STATEMENTS, listening, naming
from tests.web.console.counted import COUNTED, TITLE, TODAY, Campaign, count
from tests.web.console.people import Human, invited
from tests.web.console.standing import standing
from tests.web.pages import Page

NUMBERS, PLANNING = f"/console/numbers/{COUNTED}/", f"/console/numbers/{COUNTED}/planning"
BUDGET = 250_000
"""Bytes of the page and its style sheets, not compressed."""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """The campaign on its day, which the tests of this module share."""
    with pytest.MonkeyPatch.context() as dated, standing(tmp_path_factory.mktemp("numbers")) as (app, service):
        dated.setattr(Service, "today", lambda _service: TODAY)
        yield Campaign(app, service)


def change(there: Campaign, **values: object) -> None:
    """Change the initiative as nobody does at this moment."""
    with writing(there.engine) as connection:
        connection.execute(initiative_table.update().filter_by(registration_number=COUNTED).values(**values))


@pytest.fixture
def as_it_was(there: Campaign) -> Iterator[Campaign]:
    """The campaign; whatever a test does to its row is undone."""
    with reading(there.engine) as connection:
        (_, made) = read_forecast(connection, there.initiative.id) or pytest.fail("there is no forecast")
    yield there
    change(there, status=Status.COLLECTING, collection_start=START, collection_end=END, forecast_published=False)
    with writing(there.engine) as connection:
        connection.execute(delete(invalid_share))
        connection.execute(delete(repeat_share))
        keep_forecast(connection, there.initiative.id, made, on=TODAY)


def page(human: Human, path: str = NUMBERS) -> Page:
    """Open a page."""
    return Page(human.client.get(path))


def row_of(shown: Page, name: str) -> list[str]:
    """The row of a Member State in the table of thresholds."""
    (row,) = [
        row
        for row in shown.tree.xpath("//table[contains(@class, 'thresholds')]//tbody/tr")
        if name in row.text_content()
    ]
    return [" ".join(cell.text_content().split()) for cell in row]


def test_the_figures_are_those_that_the_public_numbers_are_made_from(there: Campaign) -> None:
    overview, shown = there.overview(), page(there.owner)

    first, reached, left = (" ".join(figure.text_content().split()) for figure in shown.tree.find_class("figure"))
    assert first.startswith(f"{overview.collected:,} statements received, of 1,000,000 needed: 42.5%")
    for number in (overview.received, overview.paper, overview.likely.expected):
        assert f"{number:,}" in first
    assert "“Likely valid” takes off 3% of the online statements as repeats, by assumption." in first
    assert f"{overview.likely.low:,}–{overview.likely.high:,}" in first
    assert reached.startswith("7 of 7 Member States at their threshold With likely valid ones alone: 5")
    assert left == "153 days left with today, until 31 January 2028"


def test_the_table_has_every_member_state_with_what_it_needs_and_how_it_stands_in_words(there: Campaign) -> None:
    shown = page(there.reader)

    rows = shown.tree.xpath("//table[contains(@class, 'thresholds')]//tbody/tr")
    shares = [float(row[1].text_content().rstrip("%")) for row in rows]
    assert (len(rows), shares) == (27, sorted(shares, reverse=True))
    malta = next(each for each in there.overview().member_states if each.member_state == "MT")
    assert row_of(shown, "Malta") == [
        "Malta", "26.8%", "1,159", "900", "4,320", f"{malta.likely.expected:,}", f"{malta.a_day(153)}", "not yet",
    ]  # fmt: skip
    assert row_of(shown, "Germany")[-1] == "reached, with a safe surplus"
    assert row_of(shown, "Ireland")[-1] == "reached, but likely not after invalid ones"
    assert "Plan for 15% more in Denmark and Ireland" in shown.words()


def test_a_threshold_reached_without_the_surplus_is_said_so(as_it_was: Campaign) -> None:
    there = as_it_was
    with writing(there.engine) as connection:
        expect_share(unit(connection, there.settings), there.initiative, "DK", Expected.INVALID, 0.0)

    assert {each.member_state: each.standing for each in there.overview().member_states}[
        "DK"
    ] is ThresholdStanding.REACHED
    assert row_of(page(there.owner), "Denmark")[-1] == "likely reached after invalid ones, surplus too small"


def test_no_page_or_file_of_numbers_reads_a_statement(there: Campaign) -> None:
    """They are made from counts: nothing of one statement can get into them, and they are as quick with a million."""
    with listening(there.engine) as (heard,):
        for path in (
            NUMBERS,
            PLANNING,
            "/console/",
            *(f"{NUMBERS}{name}" for name in ("days.csv", "member-states.csv", "numbers.json")),
        ):
            assert there.owner.client.get(path).status_code == 200

    assert naming(heard, "received")
    assert naming(heard, *OF_SINGLE_STATEMENTS) == []


def test_the_page_and_what_it_loads_stay_small(there: Campaign) -> None:
    answer = there.owner.client.get(NUMBERS)

    sheets = sum((FOLDER / name).stat().st_size for name in ("style.css", "console.css", "numbers.css"))
    assert len(answer.get_data()) + sheets < BUDGET
    Page(answer).assert_sound()


def test_the_files_have_the_same_numbers_by_day_and_by_member_state(there: Campaign) -> None:
    overview = there.overview()
    days = list(csv.DictReader(io.StringIO(there.reader.client.get(f"{NUMBERS}days.csv").text)))
    member_states = list(csv.DictReader(io.StringIO(there.reader.client.get(f"{NUMBERS}member-states.csv").text)))
    everything = json.loads(there.reader.client.get(f"{NUMBERS}numbers.json").text)

    assert (days[0]["day"], days[-1]["day"]) == (START.isoformat(), TODAY.isoformat())
    assert sum(int(day["received"]) for day in days) == overview.received
    assert int(days[-1]["collected_so_far"]) == overview.collected == everything["collected"]
    assert sum(int(each["paper"]) for each in member_states) == overview.paper
    assert sum(each["likely_valid"] for each in everything["member_states"]) == overview.likely.expected
    # By day never of a single Member State: of a small one that would be a handful of people.
    assert not [name for name in days[0] if name not in {
        "day", "is_over", "received", "paper", "received_so_far", "paper_so_far", "collected_so_far",
    }]  # fmt: skip
    shown = [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in page(there.reader).tree.xpath("//table[@class='day-table']/tbody/tr")
    ]
    assert [int(row[3].replace(",", "")) for row in reversed(shown)] == [int(day["collected_so_far"]) for day in days]
    assert shown[0][0] == "1 September 2027, not over yet"


@pytest.mark.parametrize(
    ("goal_in_days", "chance", "said"),
    [
        (30, 0.62, "At this pace the goal is reached on 30 September 2027, chance 62%: by 31 January 2028 likely"),
        (153, 0.501, "At this pace the goal is reached on 31 January 2028, chance 50%: by 31 January 2028 likely"),
        (None, 0.004, "At this pace the goal is not reached, chance less than 1%: by 31 January 2028 likely"),
        (0, 1.0, "The goal of 1,000,000 valid statements is likely reached already."),
    ],
)
def test_the_sentence_of_the_forecast_has_day_chance_and_range(
    as_it_was: Campaign, goal_in_days: int | None, chance: float, said: str
) -> None:
    with reading(as_it_was.engine) as connection:
        (_, made) = read_forecast(connection, as_it_was.initiative.id) or pytest.fail("there is no forecast")
    with writing(as_it_was.engine) as connection:
        told = replace(made, goal_in_days=goal_in_days, goal=chance, valid=Range(812_345, 900_000, 1_234_567))
        keep_forecast(connection, as_it_was.initiative.id, told, on=TODAY)

    sentence = page(as_it_was.reader).words("//*[contains(@class, 'foreseen')]")

    assert sentence.startswith(said)
    if goal_in_days != 0:
        assert "likely 812,000 to 1,230,000 valid statements come together, of 1,000,000 needed." in sentence


def test_a_forecast_that_was_not_made_last_night_says_so(as_it_was: Campaign) -> None:
    with reading(as_it_was.engine) as connection:
        (_, made) = read_forecast(connection, as_it_was.initiative.id) or pytest.fail("there is no forecast")
    assert "As of" not in page(as_it_was.reader).words()
    with writing(as_it_was.engine) as connection:
        keep_forecast(connection, as_it_was.initiative.id, made, on=TODAY - timedelta(days=2))

    assert "As of 30 August 2027." in page(as_it_was.reader).words("//*[contains(@class, 'foreseen')]")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": Status.DRAFT}, "The collection has not begun. A forecast needs seven days of it."),
        ({"status": Status.CLOSED}, "The collection is over. What counts now is what the authorities find valid."),
        ({"status": Status.WITHDRAWN}, "The initiative was withdrawn, so there is nothing to foresee."),
        ({"collection_end": TODAY - timedelta(days=1)}, "The collection is over."),
        (
            {"collection_start": TODAY - timedelta(days=6)},
            "There is no forecast yet. It needs seven whole days and is made on 2 September 2027.",
        ),
        ({"collection_start": TODAY + timedelta(days=6)}, "The collection has not begun."),
    ],
)
def test_where_nothing_can_be_foreseen_the_page_says_why(
    as_it_was: Campaign, changes: dict[str, object], said: str
) -> None:
    change(as_it_was, **changes)

    shown = page(as_it_was.owner)

    assert shown.words("//*[contains(@class, 'foreseen')]").startswith(said)
    assert "chart__cone" not in shown.text
    shown.assert_sound()


def test_a_draft_that_has_not_begun_has_numbers_too(there: Campaign, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as dated, standing(tmp_path) as (app, service):
        dated.setattr(Service, "today", lambda _service: START - timedelta(days=3))
        count(service.engine, service.settings, until=START - timedelta(days=9))
        owner = invited(app, service, "owner@initiative.example", HeldRole(Role.OWNER, COUNTED))

        shown = page(owner)
        files = {
            name: owner.client.get(f"{NUMBERS}{name}") for name in ("days.csv", "member-states.csv", "numbers.json")
        }

    assert "The collection begins on 1 February 2027. Its days will stand here." in shown.words()
    assert "365 days of collection, from 1 February 2027 to 31 January 2028" in shown.words()
    assert {name: answer.status_code for name, answer in files.items()} == dict.fromkeys(files, 200)


def test_the_first_page_has_a_line_of_numbers_and_the_way_to_them(there: Campaign) -> None:
    shown = page(there.reader, "/console/")

    assert TITLE in shown.words()
    assert "425,084 of 1,000,000 statements received, 7 of 7 Member States at their threshold" in shown.words()
    assert NUMBERS in shown.tree.xpath("//main//a/@href")


def test_an_editor_marks_an_event_and_takes_it_out_again(there: Campaign) -> None:
    label = "Radio <script>alert(1)</script> & podcast"
    marked = Page(there.editor.send(NUMBERS, f"{NUMBERS}events", happened_on="2027-06-01", label=label))
    with reading(there.engine) as connection:
        (made,) = [found for found in read_events(connection, there.initiative.id) if found.label == label]

    assert "4 1 June 2027 · Radio <script>alert(1)</script> & podcast" in marked.words(
        "//ol[contains(@class, 'events')]/li[4]"
    )
    assert "<script>alert" not in marked.text
    take_out = f"{NUMBERS}events/{made.id}/take-out"
    sent = {"csrf_token": marked.inputs(take_out)["csrf_token"]}
    assert label not in Page(there.editor.client.post(take_out, data=sent, follow_redirects=True)).words()
    assert there.editor.client.post(take_out, data=sent).status_code == 409
    assert there.recorded()[:2] == ["taken out 2027-06-01", "marked 2027-06-01"]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"happened_on": "soon", "label": "Radio"}, "happened_on"),
        ({"happened_on": "2027-06-01", "label": ""}, "label"),
        ({"happened_on": "2027-06-01", "label": "x" * (LABEL_LIMIT + 1)}, "label"),
        ({"happened_on": "1999-06-01", "label": "Radio"}, ""),
        ({"happened_on": "2027-06-01", "label": "Radio\x1b[31m"}, ""),
    ],
)
def test_an_event_that_cannot_be_is_refused_in_words_and_kept_as_typed(
    there: Campaign, typed: dict[str, str], wrong: str
) -> None:
    answer = there.owner.send(NUMBERS, f"{NUMBERS}events", **typed)

    shown = Page(answer)
    assert answer.status_code == 422
    assert shown.title.startswith("Error: ")
    assert (wrong in shown.problems()) if wrong else "Choose a day from the registration" in shown.words()
    assert shown.value("happened_on") == typed["happened_on"]
    shown.assert_sound()


def test_only_the_shares_that_change_are_kept_and_recorded(there: Campaign) -> None:
    before = there.recorded()
    typed = {"invalid_DE": "8,5 %", "invalid_MT": "20", "invalid_FR": "10.6", "repeats_DE": "2", "repeats_FR": "3"}
    kept = Page(there.editor.send(PLANNING, PLANNING, **typed))
    with reading(there.engine) as connection:
        invalid = read_shares(connection, there.initiative, Expected.INVALID)
        repeats = read_shares(connection, there.initiative, Expected.REPEATS)

    assert (invalid["DE"], invalid["MT"], invalid["FR"]) == (0.085, 0.2, 0.106)
    assert (repeats["DE"], repeats["MT"], repeats["FR"]) == (0.02, 0.03, 0.03)
    shown = {"invalid_DE": "8.5", "invalid_MT": "20.0", "invalid_FR": "", "repeats_DE": "2.0", "repeats_FR": ""}
    assert {name: kept.value(name) for name in typed} == shown
    assert set(there.recorded()) - set(before) == {"invalid DE: 8.5%", "invalid MT: 20.0%", "repeats DE: 2.0%"}

    there.editor.send(PLANNING, PLANNING, invalid_DE="", invalid_MT="", repeats_DE="")
    with reading(there.engine) as connection:
        assert set(read_shares(connection, there.initiative, Expected.INVALID).values()) == {0.106}
        assert set(read_shares(connection, there.initiative, Expected.REPEATS).values()) == {0.03}


@pytest.mark.parametrize("typed", ["91", "-1", "many", "1e1", "10.65", "٣", "NaN"])
def test_a_share_that_cannot_be_is_refused_and_nothing_is_kept(there: Campaign, typed: str) -> None:
    answer = there.owner.send(PLANNING, PLANNING, invalid_DE="5", invalid_MT=typed, repeats_MT=typed)

    shown = Page(answer)
    assert answer.status_code == 422
    assert shown.problems() == {
        "repeats_MT": "Malta: enter the share of repeats from 0 to 90, such as 2.5, or nothing",
        "invalid_MT": "Malta: enter a share from 0 to 90, such as 10.6, or nothing",
    }
    assert (shown.value("invalid_MT"), shown.value("repeats_MT")) == (typed, typed)
    with reading(there.engine) as connection:
        assert read_shares(connection, there.initiative, Expected.INVALID)["DE"] == 0.106


def test_the_page_of_the_forecast_says_how_it_is_made_and_what_it_assumes(there: Campaign) -> None:
    words = page(there.reader, PLANNING).words()

    assert "A collection has a level, which changes slowly" in words
    assert re.search(r"Valid, with paper [0-9]{3},000 between [0-9]{3},000 and [0-9,]+, eight times in ten", words)
    assert "initiative 2024/000007, the largest one of 2025" in words
    assert "an assumption of this project, for repeats" in words
    assert "How many persons stand behind the statements nobody knows before the opening." in words
    assert re.search("Chance of both (less than )?[0-9]+%", words)


def test_the_owner_alone_publishes_the_forecast_and_takes_it_back(as_it_was: Campaign) -> None:
    there = as_it_was
    assert "Publish the forecast" not in [
        button.text_content().strip() for button in page(there.editor, PLANNING).tree.iter("button")
    ]

    published = Page(there.owner.send(PLANNING, f"{PLANNING}/publish"))

    assert "Everybody can read the forecast now." in published.words()
    assert _initiative(there).forecast_published
    there.owner.fill(there.owner.client.get(PLANNING), f"{PLANNING}/keep-private")
    assert not _initiative(there).forecast_published
    assert there.recorded()[:2] == ["forecast no longer published", "forecast published"]


def test_a_reader_sees_no_form(there: Campaign) -> None:
    for path in (NUMBERS, PLANNING):
        assert [form.get("action") for form in page(there.reader, path).tree.forms] == ["/console/log-off"]


def _initiative(there: Campaign) -> Initiative:
    with reading(there.engine) as connection:
        return find_initiative(connection, COUNTED)
