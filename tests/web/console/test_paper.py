"""Counts on paper in the console: what is unlikely is asked for once more, what is wrong is refused in words."""

from collections.abc import Iterator

import pytest

from signer.database import reading
from signer.tallies.paper import paper_by_member_state
from tests.conftest import END, NUMBER
from tests.web.console.campaign import Campaign, campaign, problems
from tests.web.pages import Page

PATH = f"/console/paper/{NUMBER}/"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """A console with its owner, whose collection began long ago."""
    with campaign(tmp_path_factory.mktemp("paper"), on=END) as opened:
        yield opened


def totals(there: Campaign) -> dict[str, int]:
    with reading(there.service.engine) as connection:
        return dict(paper_by_member_state(connection, 1))


def test_a_count_is_entered_corrected_and_both_stay_in_the_list(there: Campaign) -> None:
    there.owner.send(PATH, PATH, member_state="DE", statements="412", received_on="2027-04-20", note="box 14")
    assert (there.last_act().kind, totals(there)) == ("paper_entered", {"DE": 412})

    there.owner.send(f"{PATH}1", f"{PATH}1", statements="421")

    words = Page(there.owner.client.get(PATH)).words()
    assert totals(there) == {"DE": 421}
    assert "corrected by no. 2, counts no more" in words
    late = there.owner.client.get(f"{PATH}1")
    assert "corrected already, by no. 2" in late.text
    assert there.owner.client.get(f"{PATH}99999999999999999999").status_code == 404


def test_an_unlikely_count_is_kept_only_once_it_is_confirmed(there: Campaign) -> None:
    given = {"member_state": "MT", "statements": "3100", "received_on": "2027-04-20", "partner": "Students"}
    asked = there.owner.send(PATH, PATH, **given)
    assert (asked.status_code, "MT" in totals(there)) == (422, False)
    assert not Page(asked).is_ticked("sure")
    assert Page(asked).value("partner") == "Students"

    there.owner.fill(asked, PATH, sure="y")

    assert totals(there)["MT"] == 3100


def test_a_button_that_is_pressed_twice_counts_once(there: Campaign) -> None:
    before = totals(there).get("PL", 0)
    given = {"member_state": "PL", "statements": "7", "received_on": "2027-04-20"}
    page = there.owner.client.get(PATH)
    there.owner.fill(page, PATH, **given)

    asked = there.owner.fill(page, PATH, **given)

    assert (asked.status_code, totals(there)["PL"]) == (422, before + 7)
    assert "entered already" in problems(asked)
    there.owner.fill(asked, PATH, sure="y")
    assert totals(there)["PL"] == before + 14


def test_what_cannot_be_is_refused_in_words_and_nothing_is_lost(there: Campaign) -> None:
    before = totals(there)
    for change, said in (
        ({"statements": "-1"}, "between 0 and"),
        ({"statements": "many"}, "whole number"),
        ({"statements": "1" * 400}, "between 0 and"),
        ({"statements": "99999999999", "sure": "y"}, "between 0 and"),
        ({"received_on": "2040-01-01"}, "has not come yet"),
        ({"received_on": "2026-01-01"}, "the collection began on"),
        ({"received_on": "yesterday"}, "date"),
        ({"member_state": "CH"}, "Choose one"),
        ({"member_state": ""}, "Member State"),
        ({"note": "x" * 201}, "200 characters"),
        ({"partner": "a\0b"}, "200 characters"),
    ):
        given = {"member_state": "DE", "statements": "3", "received_on": "2027-04-20", "note": "box 15"} | change
        answer = there.owner.send(PATH, PATH, **given)
        assert (answer.status_code, said.lower() in problems(answer).lower()) == (422, True), (change, problems(answer))
        assert Page(answer).value("note") == given["note"]
    assert totals(there) == before
