"""Promise 4: a server that is killed loses no statement that a citizen was told is recorded, and stores none half."""

import itertools
import os
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from signer.batches.reconcile import require_reconciled
from signer.database import reading
from signer.days import today
from signer.ledger.tables import leaf
from signer.sealing.canonical import decode_plaintext
from signer.sealing.code import Code
from signer.sealing.opening import open_envelope
from signer.statements.night import bring_home
from signer.statements.tables import statement
from tests.acts import erase_now
from tests.conftest import Instance, in_file
from tests.journeys.served import NotRecorded, Server, collect_now, sign
from tests.people import ADA
from tests.settling import stored
from tests.solved import solution

KILLS = int(os.environ.get("SIGNER_PROOF_KILLS", "2"))
CITIZENS = 6
_addresses = itertools.count()


class Citizens:
    """People who sign one after the other, on several connections, until the server is gone."""

    def __init__(self, server: Server, instance: Instance) -> None:
        self._settings = instance.settings
        self.told: list[Code] = []
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._sign_on, args=(server,)) for _ in range(CITIZENS)]
        for thread in self._threads:
            thread.start()

    def wait_until_some_have_signed(self) -> None:
        """Return in the midst of the signing; on a busy machine the first pages take their time."""
        deadline = time.monotonic() + 60
        while not self.told and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1)

    def stop(self) -> None:
        """Let each one finish."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _sign_on(self, server: Server) -> None:
        while not self._stopped.is_set():
            number = next(_addresses)
            # Solved beforehand: a real one takes this process, not the server, more time than all the rest.
            solved, address = solution(self._settings), f"2001:db8:{number:x}::1"
            try:
                self.told.append(sign(server.port, "DE", ADA, address=address, human_check=solved))
            except (OSError, NotRecorded):
                # Not told that it is recorded: it may be there or not, but not half.
                continue


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables and no rows, on SQLite; the long form, on PostgreSQL too."""
    if request.param == "sqlite":
        return in_file(tmp_path)
    url: str = request.getfixturevalue("postgres_url")()
    return url


@pytest.fixture
def collecting(instance: Instance) -> Instance:
    """An instance that collects today, which a server process can serve."""
    return collect_now(instance)


def test_killing_the_server_loses_nothing_that_was_told_and_stores_nothing_half(
    collecting: Instance, tmp_path: Path
) -> None:
    told: list[Code] = []
    for _ in range(KILLS):
        server = Server(collecting, tmp_path / "serve.log")
        citizens = Citizens(server, collecting)
        citizens.wait_until_some_have_signed()
        server.kill()
        citizens.stop()
        assert citizens.told, "nobody could sign before the server was killed"
        told += citizens.told

    require_reconciled(collecting.engine)
    bring_home(collecting.engine, collecting.settings, collecting.initiative, today())
    require_reconciled(collecting.engine)
    with reading(collecting.engine) as connection:
        kept = {row.id: row for row in connection.execute(select(statement))}
        assert connection.scalar(select(func.count()).select_from(leaf)) == len(kept)
    assert {code.statement_id for code in told} <= kept.keys()
    germany = collecting.collection("DE")
    for row in kept.values():
        envelope = germany.storage_key.unwrap(row.sealed, row.id)
        context = germany.context(row.id, row.submitted_on)
        assert dict(decode_plaintext(open_envelope(envelope, collecting.opening_key, context)).fields) == ADA


def test_after_a_kill_the_counts_go_on_and_a_told_code_still_erases(collecting: Instance, tmp_path: Path) -> None:
    server = Server(collecting, tmp_path / "serve.log")
    code = sign(server.port, "DE", ADA)
    server.kill()

    server = Server(collecting, tmp_path / "serve.log")
    sign(server.port, "DE", ADA)
    server.stop()
    erase_now(
        collecting.engine, collecting.settings, collecting.initiative, code, on=collecting.initiative.collection_start
    )

    require_reconciled(collecting.engine)
    assert code.statement_id not in stored(collecting)
