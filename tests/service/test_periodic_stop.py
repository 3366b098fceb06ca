"""A stop of the real service writes what its process has gathered in memory since the day began."""

from pathlib import Path
from secrets import token_bytes

import pytest
from sqlalchemy import func, select

from signer.database import reading
from signer.days import today
from signer.human_check.check_token import Admission, CheckTokens, Shown
from signer.initiatives.keys import FORM_TOKEN_KEY
from signer.scheme.statement import read_statement
from signer.sealing.code import Code
from signer.service.service import open_service
from signer.tallies import gather
from signer.tallies.tables import person_sketch
from tests.conftest import NUMBER, Instance
from tests.journeys.served import Server, collect_now, post, typed
from tests.people import ADA
from tests.tallies.gathered import note

pytestmark = pytest.mark.slow


DECLARED = {"declare_correct": "yes", "declare_privacy": "yes"}


@pytest.fixture
def collecting(on_sqlite: Instance) -> Instance:
    """An instance that collects today, on SQLite: what ends a process is the same on both stores."""
    return collect_now(on_sqlite)


def sign_from_check_page(server: Server, instance: Instance, count: int) -> None:
    """Press the last button `count` times, each time for another statement and from elsewhere."""
    tokens = CheckTokens(instance.settings.secret(FORM_TOKEN_KEY))
    form = instance.collection("DE").form
    statement = read_statement(ADA, form, on=today(), confirmed=frozenset())
    for number in range(count):
        token = tokens.issue(Admission(Code.new(), token_bytes(16)), Shown(NUMBER, statement))
        status, page = post(
            server.port,
            "POST",
            f"/en/initiatives/{NUMBER}/support/DE/sign",
            typed(ADA) | DECLARED | {"token": token},
            address=f"2001:db8:{number:x}::1",
        )
        assert status == 200, page


def test_what_few_have_left_is_not_written_by_a_stop(collecting: Instance) -> None:
    """Two copies of the database around it would tell in which buckets those few are."""
    left = []
    for count in (gather.FEWEST_AT_A_STOP - 1, gather.FEWEST_AT_A_STOP):
        service = open_service(collecting.settings)
        note(service.gathering, collecting.initiative, range(count), partner="spring")
        service.close()
        left.append(sketches(collecting))

    assert left == [0, 1]


def sketches(instance: Instance) -> int:
    """How many sketches are stored."""
    with reading(instance.engine) as connection:
        return connection.scalar(select(func.count()).select_from(person_sketch)) or 0


def test_what_was_gathered_is_written_when_the_service_is_told_to_end(
    collecting: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNER_WORKERS", "1")
    server = Server(collecting, tmp_path / "serve.log")
    sign_from_check_page(server, collecting, gather.FEWEST_AT_A_STOP)
    before = sketches(collecting)

    server.stop()

    assert (before, sketches(collecting)) == (0, 1)
