"""The application over a service without a database, and what a citizen can do with it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from signer.sealing.opening import OpeningKey
from signer.web import limits
from signer.web.app import create_app
from signer.web.limits import Allowance
from tests.solved import solution
from tests.web.factories import DECLARED, SUPPORT, FakeService, make_service, make_settings
from tests.web.pages import Page


@pytest.fixture(scope="session")
def opening_key() -> OpeningKey:
    """The key that opens what the tests record."""
    return OpeningKey.generate()


@pytest.fixture
def service(opening_key: OpeningKey) -> FakeService:
    """One initiative that collects on May Day 2027."""
    return make_service(opening_key)


@pytest.fixture
def app(service: FakeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application. All that a test sends comes within one minute of its limits' clock, however slow the machine.

    Without the console beside it, which wants a database, and most of the time that an application takes to be made.
    """
    monkeypatch.setattr(limits, "Allowance", partial(Allowance, clock=lambda: 0.0))
    monkeypatch.setattr("signer.web.app.create_console", lambda *_: Flask("no console"))
    return create_app(make_settings(tmp_path), service)  # type: ignore[arg-type]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, cookies or style."""
    return app.test_client(use_cookies=False)


Get = Callable[[str], Page]
Post = Callable[[str, Mapping[str, str]], Page]
Solved = Callable[[Mapping[str, str]], dict[str, str]]


@pytest.fixture
def get(client: FlaskClient) -> Get:
    """Opens an address."""
    return lambda path: Page(client.get(path))


@pytest.fixture
def post(client: FlaskClient) -> Post:
    """Sends a form."""
    return lambda path, form: Page(client.post(path, data=dict(form)))


@pytest.fixture
def check(post: Post, solved: Solved) -> Callable[[str, Mapping[str, str]], Page]:
    """Sends the details form of one Member State, with a passed human check unless the form has something of one."""
    return lambda member_state, form: post(f"{SUPPORT}/{member_state}/check", solved(form))


@pytest.fixture
def solved(tmp_path: Path) -> Solved:
    """Adds a passed human check to a form, as the page's script does, unless the form has something of one."""
    settings = make_settings(tmp_path)
    return lambda form: dict(form) if form.get("human_check") else {**form, "human_check": solution(settings)}


@pytest.fixture
def sign(post: Post) -> Callable[[str, Page], Page]:
    """Presses the button of a check page with both boxes ticked."""
    return lambda member_state, page: post(f"{SUPPORT}/{member_state}/sign", page.inputs("/sign") | DECLARED)


@pytest.fixture
def demonstration(service: FakeService, tmp_path: Path) -> Callable[[], FlaskClient]:
    """Makes a browser for an instance that is a demonstration."""
    settings = make_settings(tmp_path, demonstration=True)
    return lambda: create_app(settings, service).test_client(use_cookies=False)  # type: ignore[arg-type]
