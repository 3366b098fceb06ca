"""A stop of the real service writes the full tens of partners' links in its memory, and never fewer than ten."""

from pathlib import Path
from secrets import token_bytes

import pytest
from sqlalchemy import select

from signer.database import reading, writing
from signer.days import today
from signer.human_check.check_token import Admission, CheckTokens, Shown
from signer.initiatives.keys import FORM_TOKEN_KEY
from signer.initiatives.partners import list_partner
from signer.scheme.statement import read_statement
from signer.sealing.code import Code
from signer.service.service import open_service
from signer.tallies.tables import attribution
from tests.acts import unit
from tests.conftest import NUMBER, Instance
from tests.journeys.served import Server, collect_now, post, typed
from tests.people import ADA

pytestmark = pytest.mark.slow


SLUG = "spring"
DECLARED = {"declare_correct": "yes", "declare_privacy": "yes", "via": SLUG}


@pytest.fixture
def collecting(on_sqlite: Instance) -> Instance:
    """An instance that collects today, on SQLite: what ends a process is the same on both stores."""
    return collect_now(on_sqlite)


def sign_from_check_page(server: Server, instance: Instance, count: int) -> None:
    """Press the last button `count` times on a partner's link, each time for another statement and from elsewhere."""
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


def tens(instance: Instance) -> list[int]:
    """The counts of partners' links that are stored."""
    with reading(instance.engine) as connection:
        return list(connection.scalars(select(attribution.c.statements)))


def test_what_is_not_a_ten_is_lost_when_the_service_ends(collecting: Instance) -> None:
    """A smaller number would say of each statement of a quiet day by whose link it came."""
    left = []
    for count in (9, 9, 19):
        service = open_service(collecting.settings)
        for _ in range(count):
            service.partner_tens.note(collecting.initiative.id, SLUG)
        service.close()
        left.append(tens(collecting))

    assert left == [[], [], [10]]


def test_full_tens_are_written_when_the_service_is_told_to_end(
    collecting: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(collecting.engine) as connection:
        list_partner(unit(connection, collecting.settings), collecting.initiative, slug=SLUG, name="Spring newsletter")
    monkeypatch.setenv("SIGNER_WORKERS", "1")
    server = Server(collecting, tmp_path / "serve.log")
    sign_from_check_page(server, collecting, 12)

    server.stop()

    assert tens(collecting) == [10]
