"""A running service with a database, and the console beside its public pages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from signer.accounts.roles import HeldRole, Role
from signer.web.app import create_app
from signer.web.service import Service, open_service
from tests.conftest import NUMBER, Instance, make_instance
from tests.web.console.people import Human, invited

OWNER = HeldRole(Role.OWNER, NUMBER)


@pytest.fixture
def collecting(tmp_path: Path) -> Iterator[Instance]:
    """An instance that collects, on SQLite."""
    made = make_instance(f"sqlite:///{tmp_path / 'signer.sqlite3'}", tmp_path)
    yield made
    made.store.close()
    made.engine.dispose()


@pytest.fixture
def running(collecting: Instance) -> Iterator[Service]:
    """The service over the instance."""
    service = open_service(collecting.settings)
    yield service
    service.close()


@pytest.fixture
def app(running: Service) -> Flask:
    """The whole application, public pages and console."""
    return create_app(running.settings, running)


@pytest.fixture
def join(app: Flask, running: Service) -> Callable[..., Human]:
    """Makes an account with the given roles, and gives its owner's browser, logged on."""
    return lambda email, *roles: invited(app, running, email, *roles)


@pytest.fixture
def owner(join: Callable[..., Human]) -> Human:
    """The initiative's owner, logged on."""
    return join("ottoline@initiative.example", OWNER)
