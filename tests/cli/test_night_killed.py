"""The night is killed at every step that can be seen from outside, and the next one goes on where it was.

Settling is part of it: what waits is settled first. Nothing is lost, doubled or out of count, and the log is whole.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.database import reading, writing
from signer.days import today
from signer.initiatives.keys import log_key
from signer.ledger.checkpoint import read_checkpoint
from signer.ledger.log import latest_note
from signer.ledger.merkle import Frontier
from signer.ledger.tables import leaf, log_head
from signer.retention.journal import journal_of, read_journal
from signer.statements.tables import arrival, day_list, erasure, settled, statement
from tests.acts import erase_now
from tests.commands import KILLED, Commands, Kill
from tests.conftest import Instance, in_file
from tests.journeys.served import collect_now
from tests.settling import count, settle_now, stored
from tests.signing import signed

pytestmark = pytest.mark.slow

EVERY = pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables and no rows; on PostgreSQL in the long form only."""
    url: str = in_file(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")()
    return url


@pytest.fixture
def collecting(instance: Instance) -> Instance:
    """An instance that collects today, with the settings that another process reads."""
    return collect_now(instance)


@contextmanager
def whole(instance: Instance) -> Iterator[None]:
    """After the block, nothing is lost, doubled or out of count, and the log is what its head says."""
    before = stored(instance)
    yield
    assert stored(instance) == before
    require_reconciled(instance.engine)
    with reading(instance.engine) as connection:
        placed = list(connection.scalars(select(leaf.c.commitment).order_by(leaf.c.place)))
        places = list(connection.scalars(select(leaf.c.place).order_by(leaf.c.place)))
        size = connection.scalar(select(log_head.c.size)) or 0
        note = latest_note(connection)
    assert places == list(range(size))
    if note:
        origin, key = instance.settings.log_origin, log_key(instance.settings).verifying_key
        checkpoint = read_checkpoint(note, origin=origin, key=key)
        assert (checkpoint.size, checkpoint.root) == (size, Frontier().extended(placed).root)
    list(read_journal(journal_of(instance.settings)))


@EVERY
def test_a_night_killed_at_any_step_is_completed_by_the_next(
    collecting: Instance, loaded: Commands, every: int
) -> None:
    """Some wait, some are settled, one of each was erased, and today's stay."""
    environment = {
        "SIGNER_INSTANCE": str(collecting.settings.instance),
        "SIGNER_SECRETS": str(collecting.settings.secrets),
        "SIGNER_DATABASE_URL": collecting.settings.database_url,
    }
    signer = partial(loaded.run, environment)
    erase = partial(erase_now, collecting.engine, collecting.settings, collecting.initiative, on=today())
    first = signed(collecting, 5, on=today() - timedelta(days=2))
    settle_now(collecting)
    second = signed(collecting, 4, on=today() - timedelta(days=1))
    signed(collecting, 3, on=today())
    erase(first[0])
    erase(second[0])

    step, ends = 1, []
    while not ends or ends[-1] == KILLED:
        with whole(collecting):
            ends.append(signer("daily", kill=Kill(step=step)).code)
        step += every
    assert ends[-1] == 0
    assert len(ends) > 40 / every

    with whole(collecting):
        assert signer("daily").code == 0
    assert count(collecting, arrival, settled, statement, erasure) == (3, 0, 7, 2)
    counts = require_reconciled(collecting.engine).of(collecting.initiative.id)
    assert counts == StatementCounts(received=12, waiting=3, open=7, erased=2)
    with reading(collecting.engine) as connection:
        listed = connection.execute(select(day_list).order_by(day_list.c.last_day)).all()
    assert sum(row.statements for row in listed) == 9
    with writing(collecting.engine) as connection:
        connection.execute(delete(day_list))
    assert signer("daily").code == 0
    with reading(collecting.engine) as connection:
        assert sum(row.statements for row in connection.execute(select(day_list))) == 9
