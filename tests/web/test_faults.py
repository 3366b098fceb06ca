"""When something breaks: nothing half-done, nothing told that was typed."""

import logging
from collections.abc import Callable, Mapping

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from signer.database import StoreUnavailable
from signer.scheme.statement import Statement
from signer.sealing.code import Code
from signer.web.public.thanks import CODE_PLACE
from tests.web.conftest import Get, Post
from tests.web.factories import DECLARED, INITIATIVE, KLARA, SUPPORT, FakeService
from tests.web.pages import Page

Check = Callable[[str, Mapping[str, str]], Page]
Sign = Callable[[str, Page], Page]


def test_a_store_that_is_down_is_told_and_one_press_later_the_same_statement_is_recorded(
    check: Check, sign: Sign, post: Post, service: FakeService
) -> None:
    service.store.failure = StoreUnavailable("the database is locked")
    page = sign("DE", check("DE", KLARA))

    assert page.status == 503
    assert page.headers["Retry-After"] == "10"
    assert page.heading == "Your statement is not saved yet"
    assert service.store.writes == []

    service.store.failure = None
    thanks = post(f"{SUPPORT}/DE/sign", page.inputs("/sign"))

    assert thanks.status == 200
    assert len(service.store.writes) == 1


def test_initiatives_that_cannot_be_read_are_a_503(get: Get, service: FakeService) -> None:
    service.catalogue.failure = StoreUnavailable("the database is locked")

    for path in ("/en/", INITIATIVE, f"{SUPPORT}/DE"):
        page = get(path)
        assert page.status == 503
        assert page.headers["Retry-After"] == "10"


def test_the_service_says_that_it_is_ill(client: FlaskClient, service: FakeService) -> None:
    service.catalogue.failure = StoreUnavailable("the database is locked")

    assert client.get("/healthz").status_code == 503


def test_a_fault_of_ours_is_logged_by_place_and_kind_without_what_was_typed(
    check: Check, post: Post, service: FakeService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_collection: object, statement: Statement, **_rest: object) -> None:
        raise RuntimeError(f"cannot record {dict(statement.fields)}")

    ready = check("DE", KLARA).inputs("/sign")
    monkeypatch.setattr(service, "record", fail)
    caplog.set_level(logging.DEBUG)

    page = post(f"{SUPPORT}/DE/sign", ready | DECLARED)

    page.assert_sound()
    assert page.status == 500
    assert "RuntimeError in public.sign" in caplog.text
    assert "web/public/check_and_sign.py" in caplog.text
    assert "Achternbusch" not in caplog.text + page.text


def test_nothing_typed_is_logged_on_the_whole_way(
    check: Check, sign: Sign, post: Post, service: FakeService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    checked = check("DE", KLARA)
    thanks = sign("DE", checked)
    check("DE", KLARA | {"city": ""})
    post(f"{SUPPORT}/DE/sign", checked.inputs("/sign") | DECLARED | {"city": "Berlin"})
    post(f"{INITIATIVE}erase", {"code": thanks.value("code"), "confirm": "yes"})
    service.store.failure = StoreUnavailable("the database is locked")
    sign("DE", check("DE", KLARA))

    for typed in (*KLARA.values(), thanks.value("code"), checked.value("token")):
        if len(typed) > 2:
            assert typed not in caplog.text


def test_a_fault_in_the_error_page_itself_still_answers(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def break_pages() -> None:
        g.initiative = object()

    app.before_request(break_pages)

    response = app.test_client().get("/en/nowhere")

    assert response.status_code == 404
    assert response.text == "404\n"
    assert "while rendering an error page" in caplog.text


def test_the_place_that_is_kept_for_the_code_is_never_a_code() -> None:
    with pytest.raises(Exception, match="checksum"):
        Code.parse(CODE_PLACE)
