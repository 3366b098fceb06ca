"""The night of the whole service: every initiative's days are completed, the numbers reconciled, the logs emptied.

The elected worker runs it at 00:10 in Brussels, `signer daily` when it was missed. Running it again does no harm.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, select

from signer.audit.actor import SERVICE
from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork, unit_of_work
from signer.batches.reconcile import FoundOutside, Unreconciled, require_reconciled
from signer.batches.state import OUTSIDE, State, move_to, record_step
from signer.batches.tables import batch
from signer.database import StoreUnavailable, reading, writing
from signer.errors import SignerError
from signer.human_check.expire import expire_spent_checks
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.queries import read_initiatives
from signer.retention.journal import journal_of, note_night
from signer.service.postgres import keeps_log
from signer.settings import Settings
from signer.statements.night import bring_home, let_go
from signer.statements.settle import FEWEST, count_waiting, settle
from signer.statements.tables import arrival
from signer.storage import Left, discard_write_ahead_log
from signer.tallies.job_log import Work, note_run

TRIES, WAIT_SECONDS = 20, 0.5
"""How often, and how far apart, it is tried to empty a log or a table that somebody still reads from."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Night:
    """What came of it.

    disagreement: what does not reconcile; empty if all agrees. is_log_empty, are_tables_tidy: neither the write-ahead
    log nor the tables tell the order of what came or was erased.
    """

    disagreement: str
    is_log_empty: bool
    are_tables_tidy: bool


def run_night(engine: Engine, settings: Settings, *, on: date, actor: str = SERVICE, again: bool = False) -> Night:
    """Complete all days before `on`, which is today. Raises StoreUnavailable or MissingSecret.

    An initiative that cannot be completed, for want of its storage key perhaps, keeps no other one from it: the first
    failure is raised once all that can be done is, and nothing is written down of the night, which is run again.
    again: it was tried before today, so that only what failed is left to do.
    """
    began = datetime.now(UTC)
    failures = list(_complete(engine, settings, on))
    if failures and again:
        raise failures[0]
    are_tables_tidy = _let_go(engine, settings)
    expire_spent_checks(engine, on)
    if not failures:
        try:
            note_night(journal_of(settings), on=on)
        except StoreUnavailable as failure:
            failures = [failure]
    if failures:
        _empty_log(engine, settings)
        raise failures[0]
    disagreement = _reconcile(engine, settings, on=on, actor=actor)
    is_log_empty = _empty_log(engine, settings)
    with writing(engine) as connection:
        note_run(connection, Work.NIGHT, at=began)
        if is_log_empty and are_tables_tidy:
            note_run(connection, Work.EMPTY_LOG, at=began)
    return Night(disagreement, is_log_empty, are_tables_tidy)


def _complete(engine: Engine, settings: Settings, on: date) -> Iterator[SignerError]:
    """Complete every initiative's days, and yield what stood in the way of one."""
    with reading(engine) as connection:
        initiatives = [each for each in read_initiatives(connection) if each.status is not Status.DRAFT]
    for initiative in initiatives:
        try:
            bring_home(engine, settings, initiative, last_day_over(initiative, on))
        except SignerError as failure:
            logger.warning("the days of %s are not complete: %s", initiative.registration_number, failure)
            yield failure


def _let_go(engine: Engine, settings: Settings) -> bool:
    """Leave nothing in the tables that tells the order of what came; return whether that could be done.

    In a rush too many have come since midnight to be written again in time: then they are settled first.
    """
    left = let_go(engine)
    for _ in range(TRIES):
        if left.get(arrival) is Left.FULL:
            for initiative_id in (each for each, count in count_waiting(engine).items() if count >= FEWEST):
                settle(engine, settings, initiative_id)
        elif Left.HELD not in left.values():
            break
        time.sleep(WAIT_SECONDS)
        again = [table for table, why in left.items() if why is Left.HELD or table is arrival]
        left = {table: why for table, why in left.items() if table not in again} | let_go(engine, again)
    for table, why in left.items():
        logger.warning("%s tells in which order rows came until the next night: %s", table.name, why)
    return not left


def last_day_over(initiative: Initiative, on: date) -> date:
    """Return the last day that brings no more statements: yesterday, or today where the collection was closed."""
    return on if initiative.status in {Status.CLOSED, Status.WITHDRAWN} else on - timedelta(days=1)


def _reconcile(engine: Engine, settings: Settings, *, on: date, actor: str) -> str:
    """Reconcile, write down the result, and return what disagrees.

    A frozen batch outside of which a statement of its days was found fails, so that it can be frozen again.
    """
    disagreement = ""
    while True:
        try:
            require_reconciled(engine)
        except Unreconciled as found:
            disagreement = disagreement or str(found)
            with unit_of_work(engine, settings, actor=actor, on=on) as unit:
                # The batch's row before the audit log's lock, as everywhere: two orders could wait for each other.
                has_failed = isinstance(found, FoundOutside) and _fail(unit, found.batch_id)
                unit.record(EntryKind.NOT_RECONCILED, found=str(found))
            if has_failed:
                continue
            return disagreement
        with unit_of_work(engine, settings, actor=actor, on=on) as unit:
            unit.record(EntryKind.RECONCILED)
        return disagreement


def _fail(unit: UnitOfWork, batch_id: int) -> bool:
    if unit.connection.scalar(select(batch.c.state).filter_by(id=batch_id)) != State.FROZEN:
        return False
    move_to(unit.connection, batch_id, State.FAILED, reason=OUTSIDE)
    record_step(unit.connection, batch_id, State.FAILED, on=unit.on, actor=unit.actor, reason=OUTSIDE)
    return True


def _empty_log(engine: Engine, settings: Settings) -> bool:
    for _ in range(TRIES):
        if discard_write_ahead_log(engine):
            if keeps_log(engine, settings):
                break
            return True
        time.sleep(WAIT_SECONDS)
    logger.warning("the write-ahead log of the day could not be emptied; `signer doctor` says why")
    return False
