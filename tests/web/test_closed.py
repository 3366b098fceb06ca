"""Collections that do not take statements, and what is not there at all."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from flask.testing import FlaskClient

from signer.initiatives.initiative import Status
from tests.web.conftest import Get
from tests.web.factories import INITIATIVE, KLARA, SUPPORT, FakeService, make_initiative
from tests.web.pages import Page

Check = Callable[[str, Mapping[str, str]], Page]

STATES = [
    pytest.param(Status.COLLECTING, date(2027, 2, 16), 409, "You cannot sign yet", id="not yet open"),
    pytest.param(Status.COLLECTING, date(2028, 2, 17), 410, "The collection has ended", id="over"),
    pytest.param(Status.CLOSED, date(2027, 5, 1), 410, "The collection has ended", id="closed"),
    pytest.param(Status.PAUSED, date(2027, 5, 1), 409, "Signing is paused", id="paused"),
    pytest.param(Status.WITHDRAWN, date(2027, 5, 1), 410, "This initiative has been withdrawn", id="withdrawn"),
]


@pytest.mark.parametrize(("status", "day", "expected", "heading"), STATES)
def test_every_step_of_signing_says_why_it_is_not_possible_and_stores_nothing(
    get: Get, check: Check, service: FakeService, *, status: Status, day: date, expected: int, heading: str
) -> None:
    service.catalogue.opened = [make_initiative(status=status)]
    service.day = day

    for page in (get(SUPPORT), get(f"{SUPPORT}/DE"), check("DE", KLARA)):
        page.assert_sound()
        assert (page.status, page.heading) == (expected, heading)
        assert "17 February 2027 to 16 February 2028" in page.words()
        assert INITIATIVE in page.tree.xpath("//main//a/@href")
    assert service.store.writes == []


@pytest.mark.parametrize(("status", "day", "_expected", "heading"), STATES)
def test_the_initiative_can_still_be_read_but_has_no_button(
    get: Get, service: FakeService, *, status: Status, day: date, _expected: int, heading: str
) -> None:
    service.catalogue.opened = [make_initiative(status=status)]
    service.day = day

    page = get(INITIATIVE)

    page.assert_sound()
    assert page.status == 200
    assert heading in page.words()
    assert SUPPORT not in page.tree.xpath("//a/@href")
    assert heading in get("/en/").words()


@pytest.mark.parametrize(
    "path",
    [
        "/en/initiatives/2021/000999/",
        "/en/initiatives/2021/000999/support",
        "/en/initiatives/2021/000999/support/DE",
        "/en/initiatives/2021/000999/erase",
        "/en/initiatives/2021/1/",
        "/qq/initiatives/2021/000001/",
        f"{SUPPORT}/XX",
        f"{SUPPORT}/GB",
        f"{SUPPORT}/XX/check",
    ],
)
def test_what_does_not_exist_says_so_and_leads_on(get: Get, path: str) -> None:
    page = get(path)

    assert page.status in {404, 405}
    assert page.tree.xpath("//main//a/@href")


@pytest.mark.parametrize("step", ["check", "sign"])
def test_a_page_of_the_form_opened_by_its_address_says_what_to_do(client: FlaskClient, step: str) -> None:
    response = client.get(f"{SUPPORT}/DE/{step}")
    page = Page(response)

    assert page.status == 405
    assert response.headers["Allow"] == "OPTIONS, POST"
    assert page.heading == "This page opens only from the form"
    assert INITIATIVE in page.tree.xpath("//main//a/@href")
