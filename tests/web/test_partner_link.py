"""A partner's link: its word goes with the citizen to the last button, if the organisers have listed it."""

from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import Post, Solved
from tests.web.factories import DECLARED, INITIATIVE, KLARA, MAY_DAY, SUPPORT, FakeService, make_initiative
from tests.web.pages import Page
from tests.web.test_caching import rendered

LISTED, OTHER, UNLISTED = "spring-2027", "bicycles", "ada.mustermann"


@pytest.fixture(autouse=True)
def two_partners(service: FakeService) -> None:
    """The organisers have listed two words."""
    service.catalogue.opened = [make_initiative(partner_slugs=frozenset({LISTED, OTHER}))]


def way_in(client: FlaskClient, word: str) -> Page:
    """Follow a link with a word to the initiative, on to the nationality, and to the form; return that."""
    start = Page(client.get(f"{INITIATIVE}?via={word}"))
    (onward,) = start.tree.xpath(f"//main//a[starts-with(@href, '{SUPPORT}')]/@href")
    choice = Page(client.get(onward))
    chosen = urlencode(choice.inputs("/support") | {"member_state": "DE"})
    return Page(client.get(f"{SUPPORT}?{chosen}", follow_redirects=True))


def sent_on(post: Post, solved: Solved, form: Page, person: Mapping[str, str]) -> Page:
    """Fill in the form as it is and send it to be checked."""
    return post(f"{SUPPORT}/DE/check", solved(form.inputs("/check") | person))


def test_the_word_goes_with_who_makes_a_mistake_and_turns_back_to_the_last_button(
    client: FlaskClient, post: Post, solved: Solved, service: FakeService
) -> None:
    wrong = sent_on(post, solved, way_in(client, LISTED), KLARA | {"family_names": ""})
    checked = sent_on(post, solved, wrong, KLARA)
    changed = post(f"{SUPPORT}/DE", checked.inputs("/support/DE"))
    once_more = sent_on(post, solved, changed, KLARA)

    thanks = post(f"{SUPPORT}/DE/sign", once_more.inputs("/sign") | DECLARED)

    assert (wrong.status, thanks.status) == (422, 200)
    assert service.partners == [LISTED]
    assert len(service.store.writes) == 1


def test_a_word_that_is_not_listed_goes_nowhere(
    client: FlaskClient, post: Post, solved: Solved, service: FakeService
) -> None:
    """A word for each person would be a register of who came."""
    form = way_in(client, UNLISTED)
    checked = sent_on(post, solved, form, KLARA | {"via": UNLISTED})

    thanks = post(f"{SUPPORT}/DE/sign", checked.inputs("/sign") | DECLARED | {"via": UNLISTED})

    assert service.partners == [""]
    assert not [page for page in (form, checked, thanks) if UNLISTED in page.text]


def test_a_word_that_was_taken_off_the_list_meanwhile_is_not_counted(
    client: FlaskClient, post: Post, solved: Solved, service: FakeService
) -> None:
    checked = sent_on(post, solved, way_in(client, LISTED), KLARA)
    service.catalogue.opened = [make_initiative(partner_slugs=frozenset({OTHER}))]

    post(f"{SUPPORT}/DE/sign", checked.inputs("/sign") | DECLARED)

    assert service.partners == [""]


@pytest.mark.parametrize("path", [INITIATIVE, SUPPORT, f"{SUPPORT}/DE"])
def test_thirty_words_make_no_thirty_pages_to_be_kept(app: Flask, client: FlaskClient, path: str) -> None:
    with rendered(app) as names:
        pages = {client.get(f"{path}?via={word}").text for word in (LISTED, OTHER) * 2}

    assert len(names) == 1
    assert len(pages) == 2


@pytest.mark.parametrize("path", [INITIATIVE, SUPPORT, f"{SUPPORT}/DE"])
def test_pages_differ_by_the_word_alone_and_no_word_is_told_to_who_came_without(
    client: FlaskClient, service: FakeService, path: str
) -> None:
    """They are kept and given to many: a cache must not hand one partner's visitors to another."""
    assert service.day == MAY_DAY
    first, other, again = (client.get(f"{path}?via={word}") for word in (LISTED, OTHER, LISTED))
    plain, unlisted = client.get(path), client.get(f"{path}?via={UNLISTED}")

    assert LISTED in first.text
    assert first.text == again.text == other.text.replace(OTHER, LISTED)
    assert LISTED not in plain.text
    assert plain.text == unlisted.text
    assert len({answer.headers.get("ETag") for answer in (first, other, plain)}) == 3
