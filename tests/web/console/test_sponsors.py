"""Sponsors in the console and on the public page: what the law has published, and nothing less."""

from collections.abc import Iterator

import pytest
from wtforms.validators import ValidationError

from signer.web.console.sponsors import cents_of
from tests.cases import every_case
from tests.conftest import END, NUMBER
from tests.web.console.campaign import Campaign, campaign, problems
from tests.web.pages import Page

PATH = f"/console/sponsors/{NUMBER}/"
PUBLIC = f"/en/initiatives/{NUMBER}/funding"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """A console with its owner."""
    with campaign(tmp_path_factory.mktemp("sponsors"), on=END) as opened:
        yield opened


@every_case(
    ("typed", "cents"),
    [
        ("1500", 150_000),
        (" 1 500,5 ", 150_050),
        ("€ 1500.05", 150_005),
        ("1'500'000", 150_000_000),
        ("EUR 12\u202f000", 1_200_000),
        ("1.500", None),
        ("1,500", None),
        ("1.500,00", None),
        ("1 50", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("", None),
        ("9" * 40, None),
    ],
)
def test_an_amount_that_could_be_read_in_two_ways_is_none(typed: str, cents: int | None) -> None:
    """1.500 is a thousand and a half to some, and one and a half to others."""
    if cents is None:
        with pytest.raises(ValidationError, match=r"such as 1500 or 1500\.50"):
            cents_of(typed)
    else:
        assert cents_of(typed) == cents


def test_support_is_public_once_it_is_more_than_500_euros_together(
    there: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signer.initiatives.catalogue.FRESH_SECONDS", 0)
    anybody = there.app.test_client()
    assert "No sponsor of more than EUR 500" in anybody.get(PUBLIC).text
    there.owner.send(PATH, PATH, name="Invented <Foundation>", amount="300", given_on="2027-04-01")
    assert "Foundation" not in anybody.get(PUBLIC).text

    there.owner.send(PATH, PATH, name="invented <foundation>", amount="200.01", given_on="2027-04-02")

    words = Page(anybody.get(PUBLIC)).words()
    assert "Invented <Foundation> 1 April 2027 €300.00" in words
    assert "In all €500.01" in words
    token = Page(there.owner.client.get(PATH)).inputs(PATH)["csrf_token"]
    drop = {"csrf_token": token, "entry": "1"}
    assert there.owner.client.post(f"{PATH}drop", data=drop).status_code == 302
    assert "Foundation" not in anybody.get(PUBLIC).text
    assert there.owner.client.post(f"{PATH}drop", data=drop).status_code == 409
    assert there.owner.client.post(f"{PATH}drop", data=drop | {"entry": "x"}).status_code == 400


def test_what_cannot_be_is_refused_in_words_and_nothing_is_lost(there: Campaign) -> None:
    for change in (
        {"name": ""},
        {"name": "x" * 201},
        {"name": "a\0b"},
        {"amount": "much"},
        {"amount": "0"},
        {"amount": "99999999999"},
        {"given_on": "2040-01-01"},
        {"given_on": "soon"},
    ):
        given = {"name": "Foundation", "amount": "900", "given_on": "2027-04-01"} | change
        answer = there.owner.send(PATH, PATH, **given)
        assert (answer.status_code, bool(problems(answer))) == (422, True), change
        assert Page(answer).value("amount") == given["amount"]
