"""What hashing takes is taken whoever is asked for.

Apart from the tests that hash cheaply: what they patch is everywhere.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from passlib.hash import argon2

from signer.service.service import Service, open_service
from signer.web.app import create_app
from tests.conftest import in_file, opened_instance
from tests.web.console.people import invited
from tests.web.console.robot import NOBODY, Robot
from tests.web.console.standing import OWNER

pytestmark = pytest.mark.slow


EARNEST_KIB = 1 << 14
"""Memory that one hash takes at least."""


@pytest.fixture(scope="module")
def dear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Service, str]]:
    """An application that hashes passwords as dearly as it does in earnest, and somebody's address there."""
    folder: Path = tmp_path_factory.mktemp("dear")
    with opened_instance(in_file(folder), folder) as made:
        service = open_service(made.settings)
        app = create_app(made.settings, service)
        human = invited(app, service, "somebody@initiative.example", OWNER)
        human.log_off()
        yield app, service, human.email
        service.close()


def test_an_address_that_nobody_has_costs_as_much_as_a_wrong_password(dear: tuple[Flask, Service, str]) -> None:
    """Hashing takes most of the time, and is done whoever is asked for. What counts here is the processor's time."""
    assert argon2.memory_cost >= EARNEST_KIB
    app, _, email = dear
    robot = Robot(app)
    spent: dict[str, list[float]] = {email: [], NOBODY: []}
    for _ in range(3):
        for address, times in spent.items():
            began = time.process_time()
            assert robot.try_at(address).status_code == 200
            times.append(time.process_time() - began)

    there, not_there = min(spent[email]), min(spent[NOBODY])
    assert 0.6 < not_there / there < 1.6
