"""Making the file of a frozen batch again, under its number, without what was erased since it was made."""

from sqlalchemy import Engine, update

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.batches.freeze import NothingToFreeze, Prepared, read_batch
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary
from signer.batches.ranges import range_of
from signer.batches.state import REMADE, State, WrongStep, record_step
from signer.batches.tables import batch
from signer.database import reading
from signer.initiatives.queries import find_initiative
from signer.settings import Settings


def prepare_again(engine: Engine, settings: Settings, there: BatchSummary) -> Prepared | None:
    """Return a frozen batch as its file has to be made again, without what was erased since; None if nothing was.

    Raises WrongStep if all of it was erased, WrongStorageKey or StoreUnavailable.
    """
    with reading(engine) as connection:
        initiative = find_initiative(connection, there.registration_number)
        days = range_of(there)
        if days.count_erased(connection) == there.erased:
            return None
        try:
            # It says what it said but for the statements: the log has grown since, the texts may have.
            return read_batch(connection, settings, initiative, days, Manifest.decode(there.manifest))
        except NothingToFreeze:
            raise WrongStep(f"every statement of batch {there} was erased; open it again") from None


def remake(unit: UnitOfWork, there: BatchSummary, prepared: Prepared) -> None:
    """Keep what `prepare_again` has read. Raises WrongStep if the batch is no longer frozen as it was."""
    as_it_was = (batch.c.id == there.id) & (batch.c.state == State.FROZEN) & (batch.c.erased == there.erased)
    values = {"statements": prepared.manifest.count, "manifest": prepared.manifest.encode(), "erased": prepared.erased}
    if not unit.connection.execute(update(batch).where(as_it_was).values(values)).rowcount:
        raise WrongStep(f"batch {there} has changed meanwhile; try again")
    record_step(unit.connection, there.id, REMADE, on=unit.on, actor=unit.actor, digest=prepared.digest)
    unit.record(
        EntryKind.BATCH_REMADE,
        there.registration_number,
        member_state=there.member_state,
        batch=there.number,
        statements=prepared.manifest.count,
        erased=prepared.erased - there.erased,
        file_sha256=prepared.digest,
        before=there.digest,
    )
