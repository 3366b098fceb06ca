"""Erasing by code: one answer for every code."""

import pytest

from signer.database import StoreUnavailable
from signer.sealing.code import Code
from tests.web.conftest import Get, Post
from tests.web.factories import INITIATIVE, NUMBER, FakeService

ERASE = f"{INITIATIVE}erase"


def test_the_statement_of_the_code_is_erased(post: Post, service: FakeService) -> None:
    code = Code.new()

    page = post(ERASE, {"code": code.text.lower().replace("-", " "), "confirm": "yes"})

    assert page.status == 200
    assert page.heading == "If a statement has this code, it is now erased"
    assert service.erased == [(NUMBER, code)]


def test_every_code_gets_the_same_page(post: Post) -> None:
    """Promise 2: nobody can probe who has signed by erasing."""
    pages = {post(ERASE, {"code": Code.new().text, "confirm": "yes"}).text for _ in range(3)}

    assert len(pages) == 1


@pytest.mark.parametrize("typed", ["", "abc", "0000-0000-0000-0000-0000-0000-0001", "é" * 28, "x" * 5_000])
def test_a_slip_of_the_pen_is_found_and_what_was_typed_is_kept(post: Post, service: FakeService, typed: str) -> None:
    page = post(ERASE, {"code": typed, "confirm": "yes"})

    page.assert_sound()
    assert page.status == 422
    assert set(page.problems()) == {"code"}
    assert page.value("code") == typed
    assert page.is_ticked("confirm")
    assert service.erased == []


def test_erasing_wants_to_be_confirmed(post: Post, service: FakeService) -> None:
    page = post(ERASE, {"code": Code.new().text})

    assert page.status == 422
    assert set(page.problems()) == {"confirm"}
    assert service.erased == []


def test_the_page_says_where_the_code_comes_from(get: Get) -> None:
    assert "the code that you got when you signed" in get(ERASE).words()


def test_a_database_that_is_down_is_told_plainly(
    post: Post, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_number: str, _code: Code) -> None:
        raise StoreUnavailable("the database is locked")

    monkeypatch.setattr(service, "erase", fail)

    page = post(ERASE, {"code": Code.new().text, "confirm": "yes"})

    assert page.status == 503
    assert page.headers["Retry-After"] == "10"
    assert "Nothing has been saved." in page.words()
