"""Human checks for tests: passed for real, by work as little as can be asked for."""

import os

from flask.testing import FlaskClient

from signer.human_check.challenges import Challenges
from signer.human_check.check import HUMAN_CHECK_KEY
from signer.human_check.check_id import CHECK_ID_BYTES
from signer.human_check.solve import solve
from signer.settings import Settings


def new_check() -> bytes:
    """Return the name of a human check that no statement has spent."""
    return os.urandom(CHECK_ID_BYTES)


def solution(settings: Settings) -> str:
    """Return a new solution that the instance of `settings` accepts, as the form sends it."""
    return solve(Challenges(settings.secret(HUMAN_CHECK_KEY)).issue(1))


def solved_by(client: FlaskClient) -> str:
    """Return a new solution of a challenge that the service gives, of whatever work it asks for."""
    return solve(client.get("/human-check").get_json())
