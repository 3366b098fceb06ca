"""Kills at every step of a command about batches, for tests: what is kept between them, and whether it is sound."""

from collections.abc import Callable, Iterator

from sqlalchemy import select

from signer.audit.read import read_entries, read_head, verify
from signer.audit.record import audit_key
from signer.audit.tables import audit_head
from signer.batches.queries import BatchSummary, list_batches, read_steps
from signer.batches.reconcile import require_reconciled
from signer.batches.tables import batch, batch_step, certificate
from signer.database import reading
from signer.ledger.merkle import Frontier
from signer.ledger.tables import leaf, log_head
from signer.statements.tables import arrival, day_list, received, settled, statement
from tests.batches.conftest import Signer
from tests.commands import KILLED, Ended, Kill
from tests.conftest import NUMBER, Instance

Row = tuple[object, ...]
NOTHING_LEFT = "no statement is open\n"
ON_ITS_WAY = (arrival, settled, statement)
COUNTED = (leaf, log_head, received, day_list)
WATCHED = (batch, batch_step, certificate, audit_head, *ON_ITS_WAY, *COUNTED)


def kept(instance: Instance) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a command about batches writes."""
    with reading(instance.engine) as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in WATCHED}


def assert_sound(instance: Instance) -> None:
    """The numbers agree, the head of the log is that of its leaves, and the audit log is whole."""
    require_reconciled(instance.engine)
    with reading(instance.engine) as connection:
        placed = connection.execute(select(leaf.c.place, leaf.c.commitment).order_by(leaf.c.place)).all()
        head = connection.execute(select(log_head.c.size, log_head.c.peaks)).one_or_none()
        tree = Frontier().extended(commitment for _, commitment in placed)
        assert [place for place, _ in placed] == list(range(len(placed)))
        assert (head or (0, b"")) == (tree.size, tree.encode())
        key = audit_key(instance.settings).verifying_key
        verify(read_entries(connection), read_head(connection), instance.settings, key)


def batches(instance: Instance) -> tuple[BatchSummary, ...]:
    """All batches."""
    with reading(instance.engine) as connection:
        return list_batches(connection, NUMBER)


def steps_of(instance: Instance, there: BatchSummary) -> list[str]:
    """The steps that a batch took."""
    with reading(instance.engine) as connection:
        return [taken.step for taken in read_steps(connection, there.id)]


def killed_everywhere(
    instance: Instance,
    signer: Signer,
    every: int,
    *command: object,
    done: Callable[[], object],
    may_tell: Callable[[str], bool] = lambda told: told in {"", NOTHING_LEFT},
) -> Iterator[Ended]:
    """Kill the command before each of its steps in turn, or before one of `every` so many.

    Where `done` has changed, it has less to do now: from the first step again, or over the last few once more.
    Yields how each run ended; the last one got through, and found nothing to do. Whatever it does comes to its turn
    without being named here.
    may_tell: of what it has printed where `done` has not changed, whether that is true.
    """
    step = 1
    while True:
        before = done()
        ended = signer("batch", *command, kill=Kill(step=step))
        assert_sound(instance)
        yield ended
        if done() != before:
            step = 1 if every == 1 else max(1, step - every)
            continue
        if ended.code != KILLED:
            return
        assert may_tell(ended.stdout), "it tells of what it has not done"
        step += every


def through(
    instance: Instance, signer: Signer, every: int, *command: object
) -> tuple[Ended, list[dict[str, list[Row]]]]:
    """Kill the command everywhere. Returns how it got through, and what was kept, change by change."""
    stages, runs = [kept(instance)], []
    for ended in killed_everywhere(instance, signer, every, *command, done=lambda: kept(instance)):
        runs.append(ended)
        if (now := kept(instance)) != stages[-1]:
            stages.append(now)
    return runs[-1], stages


def until_it_has_an_effect(instance: Instance, signer: Signer, every: int, *command: object) -> None:
    """Kill the command before each step, up to the first by which something is kept."""
    before = kept(instance)
    for ended in killed_everywhere(instance, signer, every, *command, done=lambda: kept(instance)):
        assert ended.code == KILLED
        if kept(instance) != before:
            return
