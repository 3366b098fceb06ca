"""Named states of batches: signed, frozen, exported."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from signer.batches.manifest import PURPOSE
from signer.batches.queries import BatchSummary, list_batches
from signer.database import reading, writing
from signer.days import today
from signer.initiatives.initiative import Status
from signer.initiatives.lifecycle import change_status
from signer.rehearsal.filling import Chunk, fill
from tests.acts import MAY_DAY, export_to, freeze_now, unit
from tests.batches.pieces import RECORDS, Good
from tests.commands import Commands, Ended
from tests.conftest import END, NUMBER, Instance
from tests.journeys.served import collect_now
from tests.offline.ceremony import KEY, MANIFEST_KEY
from tests.offline.conftest import Desk, _own_signals, desk
from tests.offline.making import manifest_of
from tests.signing import signed

__all__ = ["_own_signals", "desk"]
"""The offline machine, for tests of what reaches it."""

Signer = Callable[..., Ended]
AFTER = END + timedelta(days=1)
NEXT = MAY_DAY + timedelta(days=1)


def slip_in(instance: Instance, *, member_state: str = "DE", on: date = MAY_DAY) -> None:
    """Put a statement in its place behind the fence, with its leaf and its count, as if it had come in time."""
    for _ in fill(instance.engine, instance.settings, instance.initiative, [Chunk(member_state, on, 1)], processes=0):
        pass


def only_line(ended: Ended) -> str:
    """The one line that a refused command prints."""
    (line,) = ended.stderr.splitlines()
    assert (ended.code, ended.stdout) == (1, "")
    return line


def newest(instance: Instance) -> BatchSummary:
    """The newest batch."""
    with reading(instance.engine) as connection:
        return list_batches(connection, NUMBER)[-1]


@pytest.fixture
def collecting(instance: Instance) -> Instance:
    """An instance that collects today, with the settings that another process reads."""
    return collect_now(instance)


@pytest.fixture
def signer(loaded: Commands, collecting: Instance) -> Signer:
    """Runs `signer` with the given arguments on the instance that collects today; `kill=` says when to kill it."""
    environment = {
        "SIGNER_INSTANCE": str(collecting.settings.instance),
        "SIGNER_SECRETS": str(collecting.settings.secrets),
        "SIGNER_DATABASE_URL": collecting.settings.database_url,
    }
    return partial(loaded.run, environment)


@pytest.fixture
def closed(collecting: Instance) -> Instance:
    """Three Germans, in an interim batch, and two Frenchmen signed yesterday; then the collection was closed."""
    yesterday = today() - timedelta(days=1)
    signed(collecting, 3, on=yesterday)
    signed(collecting, 2, member_state="FR", on=yesterday)
    _freeze(collecting, "DE", final=False)
    with writing(collecting.engine) as connection:
        change_status(unit(connection, collecting.settings, on=today()), NUMBER, Status.CLOSED)
    return collecting


@pytest.fixture
def frozen(closed: Instance) -> Instance:
    """Final batches of Germany (its second) and France."""
    for member_state in ("DE", "FR"):
        _freeze(closed, member_state, final=True)
    return closed


def _freeze(instance: Instance, member_state: str, *, final: bool) -> None:
    freeze_now(instance.engine, instance.settings, member_state, number=NUMBER, final=final, on=today())


@pytest.fixture
def final(instance: Instance) -> BatchSummary:
    """A final batch of twelve German statements."""
    signed(instance, 12)
    freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, final=True, on=AFTER)
    return newest(instance)


@pytest.fixture
def exported(instance: Instance, final: BatchSummary, tmp_path: Path) -> Path:
    """The file of the final batch."""
    return export_to(tmp_path, instance.engine, instance.settings, final, on=AFTER)


@pytest.fixture
def good(desk: Desk) -> Good:
    """The final batch of three German statements."""
    path = desk.make.of_records(RECORDS)
    manifest = manifest_of(RECORDS, KEY.recipient)
    return Good(desk, path, manifest, MANIFEST_KEY.sign(PURPOSE, manifest.encode()))
