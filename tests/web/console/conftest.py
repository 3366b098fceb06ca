"""A console beside its public pages, over a database: a new one for one test, or one that the tests of a module share.

Modules whose tests share one are named in `tests/side_by_side.py`.
"""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from flask import Flask

from signer.service.service import Service, open_service
from signer.web import limits as every_post
from signer.web.app import create_app
from signer.web.console import limits
from signer.web.limits import Allowance
from tests.conftest import Instance
from tests.web.console.people import Human, invited
from tests.web.console.robot import Clock
from tests.web.console.standing import OWNER, standing, stranger

DAY = 24 * 3600


@pytest.fixture
def running(on_sqlite: Instance) -> Iterator[Service]:
    """The service over an instance that collects."""
    service = open_service(on_sqlite.settings)
    yield service
    service.close()


@pytest.fixture
def new_app(running: Service) -> Flask:
    """The whole application over it, public pages and console."""
    return create_app(running.settings, running)


@pytest.fixture
def join(new_app: Flask, running: Service) -> Callable[..., Human]:
    """Makes an account with the given roles, and gives its owner's browser, logged on."""
    return lambda email, *roles: invited(new_app, running, email, *roles)


@pytest.fixture
def owner(join: Callable[..., Human]) -> Human:
    """The initiative's owner, logged on."""
    return join("ottoline@initiative.example", OWNER)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Service]]:
    """An application and its service that the tests of one module share, with no limits that they reach."""
    with standing(tmp_path_factory.mktemp("shared")) as there:
        yield there


@pytest.fixture
def app(shared: tuple[Flask, Service]) -> Flask:
    """The application that the tests of one module share."""
    return shared[0]


@pytest.fixture
def service(shared: tuple[Flask, Service]) -> Service:
    """Its service."""
    return shared[1]


@pytest.fixture
def person(shared: tuple[Flask, Service]) -> Human:
    """Somebody there whom no other test knows, logged on by password and authenticator."""
    return stranger(*shared)


@pytest.fixture
def known(shared: tuple[Flask, Service]) -> Human:
    """Somebody there with an account, not logged on."""
    human = stranger(*shared)
    human.log_off()
    return human


@pytest.fixture(scope="module")
def with_limits(shared: tuple[Flask, Service]) -> tuple[Flask, Clock]:
    """An application with its limits over the same service, and the clock that they look at."""
    service, clock = shared[1], Clock()
    with pytest.MonkeyPatch.context() as patched:
        for module in (limits, every_post):
            patched.setattr(module, "Allowance", partial(Allowance, clock=clock))
        return create_app(service.settings, service), clock


@pytest.fixture
def limits_clock(with_limits: tuple[Flask, Clock]) -> Clock:
    """The limits' clock: it stands still at the beginning of a day on which nobody has tried anything yet."""
    clock = with_limits[1]
    clock.now = (clock.now // DAY + 2) * DAY
    return clock


@pytest.fixture
def limited(with_limits: tuple[Flask, Clock], limits_clock: Clock) -> Flask:
    """The application with its limits, on a new day."""
    assert limits_clock.now % DAY == 0
    return with_limits[0]
