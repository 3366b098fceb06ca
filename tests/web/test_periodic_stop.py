"""A stop of the real service writes what its process has gathered in memory since the day began."""

from pathlib import Path
from secrets import token_bytes

import pytest
from sqlalchemy import func, select

from signer.database import reading
from signer.initiatives.keys import FORM_TOKEN_KEY
from signer.scheme.statement import read_statement
from signer.sealing.code import Code
from signer.tallies import gather
from signer.tallies.tables import person_sketch
from signer.web.check_token import Admission, CheckTokens, Shown
from signer.web.service import today
from tests.conftest import NUMBER, Instance, make_instance
from tests.journeys.served import Server, collect_now, post, typed
from tests.people import ADA

DECLARED = {"declare_correct": "yes", "declare_privacy": "yes"}


@pytest.fixture
def collecting(tmp_path: Path) -> Instance:
    """An instance that collects today, on SQLite: what ends a process is the same on both stores."""
    return collect_now(make_instance(f"sqlite:///{tmp_path / 'signer.sqlite3'}", tmp_path))


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
