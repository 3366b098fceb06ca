"""Handing out the bytes of a frozen batch: the same statements give the same file, however often it is done.

The file's digest was recorded when it was made; bytes that would give another are not handed out whole. Where something
of it was erased since, it is made again first, under the same number, and both digests stay recorded.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.batches.batch_file import MalformedBatch, Record, batch_pieces, write_batch
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary, find_batch
from signer.batches.ranges import range_of
from signer.batches.remake import prepare_again, remake
from signer.batches.state import EXPORTED, State, WrongStep, record_step
from signer.batches.tables import batch as batch_table
from signer.database import reading
from signer.initiatives.keys import manifest_key, read_storage_key
from signer.settings import Settings


def file_name(batch: BatchSummary) -> str:
    """Return the name of a batch's file: registration number, Member State, number."""
    return f"{batch.registration_number.replace('/', '-')}-{batch.member_state}-{batch.number}.zip"


def exportable(batches: Iterable[BatchSummary]) -> Iterator[BatchSummary]:
    """Yield those of `batches` that may be written to a file."""
    return (batch for batch in batches if batch.state is State.FROZEN)


def is_written(batch: BatchSummary, folder: Path) -> bool:
    """Tell whether `folder` has the file of `batch` already, byte for byte: an earlier run got that far."""
    try:
        with (folder / file_name(batch)).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == batch.digest
    except OSError:
        return False


def brought_up_to_date(
    engine: Engine, settings: Settings, batch: BatchSummary, acting: Callable[[], AbstractContextManager[UnitOfWork]]
) -> BatchSummary:
    """Return the batch with a file that has nothing that was erased; where it had, it is made again and recorded.

    acting: opens the unit of work of who asks for the file. Raises WrongStep, WrongStorageKey or StoreUnavailable.
    """
    made = prepare_again(engine, settings, batch) if batch.state is State.FROZEN else None
    if made is None:
        return batch
    with acting() as unit:
        remake(unit, batch, made)
        return find_batch(unit.connection, batch.registration_number, batch.member_state, batch.number)


def export(
    connection: Connection,
    settings: Settings,
    batch: BatchSummary,
    folder: Path,
    *,
    recorded: Callable[[], None],
    watched: Callable[[Iterable[Record]], Iterable[Record]] = iter,
) -> Path:
    """Write `batch` into `folder` and return the file's path; memory stays flat.

    The caller has brought the batch up to date, and reconciled the numbers.
    connection: of one that reads: it takes as long as the batch is large. recorded: records the export, with
    `record_export` in a unit of work of its own, before the file shows under its name.
    watched: sees each record pass, to show progress.
    Raises WrongStep, FileNotWritten, MalformedBatch (the statements are not those that were frozen),
    WrongStorageKey or StoreUnavailable; no file is left then. A file that has its name has been recorded.
    """
    path = folder / file_name(batch)

    def record(digest: str) -> None:
        if batch.digest not in {"", digest}:
            raise MalformedBatch(f"the file has SHA-256 {digest}, but the batch was frozen with {batch.digest}")
        recorded()

    manifest, records = _manifest_and_records(connection, settings, batch)
    write_batch(path, manifest, watched(records), manifest_key(settings), before_it_shows=record)
    return path


def export_pieces(engine: Engine, settings: Settings, batch: BatchSummary) -> Iterator[bytes]:
    """Yield the bytes of the batch file, for a download that `record_export` has recorded before.

    It reads for as long as somebody downloads, and so opens what it reads from.
    Raises as `export` does; behind the first piece the receiver then has an incomplete file, never a wrong one.
    """
    with reading(engine) as connection:
        manifest, records = _manifest_and_records(connection, settings, batch)
        yield from batch_pieces(manifest, records, manifest_key(settings))


def record_export(unit: UnitOfWork, batch: BatchSummary) -> None:
    """Record that somebody is given the file of `batch`. Raises WrongStep if it is no longer frozen."""
    _require_frozen(unit.connection, batch)
    record_step(unit.connection, batch.id, EXPORTED, on=unit.on, actor=unit.actor, digest=batch.digest)
    unit.record(
        EntryKind.BATCH_EXPORTED,
        batch.registration_number,
        member_state=batch.member_state,
        batch=batch.number,
        file_sha256=batch.digest,
    )


def _manifest_and_records(
    connection: Connection, settings: Settings, batch: BatchSummary
) -> tuple[Manifest, Iterator[Record]]:
    _require_frozen(connection, batch)
    days = range_of(batch)
    if days.count_erased(connection) != batch.erased:
        raise WrongStep(f"a statement of batch {batch} was erased just now; try again")
    storage_key = read_storage_key(settings, batch.registration_number)
    return Manifest.decode(batch.manifest), days.records(connection, storage_key)


def _require_frozen(connection: Connection, batch: BatchSummary) -> None:
    state = connection.scalar(select(batch_table.c.state).where(batch_table.c.id == batch.id))
    if state != State.FROZEN:
        raise WrongStep(f"batch {batch.member_state} {batch.number} is {state}; only a frozen one is exported")
