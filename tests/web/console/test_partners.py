"""Partners in the console: links, and counts that name nobody."""

from collections.abc import Iterator

import pytest

from signer.accounts.roles import HeldRole, Role
from tests.conftest import END, NUMBER
from tests.web.console.campaign import Campaign, campaign, problems
from tests.web.pages import Page

PATH = f"/console/partners/{NUMBER}/"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """A console with its owner, on the last day of the collection."""
    with campaign(tmp_path_factory.mktemp("partners"), on=END) as opened:
        yield opened


def test_a_partners_link_is_shown_and_taken_off_again(there: Campaign) -> None:
    listed = Page(there.owner.send(PATH, PATH, code="Spring-2027", name="Spring newsletter"))
    (link,) = listed.tree.xpath("//input[@readonly]/@value")
    assert link == f"/en/initiatives/{NUMBER}/?via=spring-2027"
    assert there.initiative().partner_slugs == {"spring-2027"}

    off = there.owner.send(PATH, f"{PATH}drop", code="spring-2027")
    late = there.owner.send(PATH, PATH, code="other", name="Other")
    again = there.owner.fill(late, f"{PATH}drop", code="spring-2027")

    assert "off the list" in off.text
    assert (again.status_code, "not listed" in problems(again)) == (409, True)
    assert there.initiative().partner_slugs == {"other"}


def test_a_small_count_is_never_told_from_zero(there: Campaign) -> None:
    there.owner.send(PATH, PATH, code="quiet", name="A quiet partner")

    cells = set(Page(there.owner.client.get(PATH)).tree.xpath("//td//text()[normalize-space()]"))

    assert cells == {"<10"}


def test_the_page_says_that_what_waits_in_memory_can_be_lost(there: Campaign) -> None:
    assert (
        "What waits when a process ends is lost: at most nine for each link"
        in Page(there.owner.client.get(PATH)).words()
    )


def test_who_may_only_read_is_offered_no_button(there: Campaign) -> None:
    reader = there.join("reader@initiative.example", HeldRole(Role.READER, NUMBER))

    page = Page(reader.client.get(PATH))

    assert page.status == 200
    assert not page.tree.xpath("//main//form")


def test_what_cannot_be_is_refused_in_words(there: Campaign) -> None:
    for code, name in (("two words", "N"), ("", "N"), ("x" * 21, "N"), ("ok", ""), ("ok", "x" * 101), ("ok", "a\0b")):
        answer = there.owner.send(PATH, PATH, code=code, name=name)
        assert (answer.status_code, bool(problems(answer))) == (422, True)
        assert Page(answer).inputs(PATH)["code"] == code
