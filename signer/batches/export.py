"""Writing a frozen batch to a file: the same statements give the same bytes, however often it is done."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import Engine

from signer.batches.archive import Record, write_batch
from signer.batches.freeze import records_of
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary, list_batches
from signer.batches.reconcile import require_batches_whole
from signer.batches.state import State
from signer.database import reading
from signer.errors import SignerError
from signer.initiatives.keys import manifest_key, read_storage_key
from signer.settings import Settings
from signer.tallies.reconcile import require_reconciled


class UnknownBatch(SignerError):
    """There is no such batch, or it cannot be exported in its state."""


def file_name(batch: BatchSummary) -> str:
    """Return the name of a batch's file: registration number, Member State, number."""
    return f"{batch.registration_number.replace('/', '-')}-{batch.member_state}-{batch.number}.zip"


def exportable(batches: Iterable[BatchSummary]) -> Iterator[BatchSummary]:
    """Yield those of `batches` that may be written to a file."""
    return (batch for batch in batches if batch.state is State.FROZEN)


def export(
    engine: Engine,
    settings: Settings,
    batch: BatchSummary,
    folder: Path,
    *,
    watched: Callable[[Iterable[Record]], Iterable[Record]] = iter,
) -> Path:
    """Write `batch` into `folder` and return the file's path; memory stays flat.

    watched: sees each record pass, to show progress.
    Raises UnknownBatch, Unreconciled, MalformedBatch (the file exists, or the statements are no longer those that were
    frozen), WrongStorageKey or StoreUnavailable; no file is left then.
    """
    path = folder / file_name(batch)
    with reading(engine) as connection:
        current = {there.id: there for there in list_batches(connection, batch.registration_number)}.get(batch.id)
        if current is None or current.state is not State.FROZEN:
            raise UnknownBatch(f"batch {batch.member_state} {batch.number} is no longer frozen; freeze it anew")
        require_reconciled(connection)
        require_batches_whole(connection)
        records = records_of(connection, batch.id, read_storage_key(settings, batch.registration_number))
        write_batch(path, Manifest.decode(batch.manifest), watched(records), manifest_key(settings))
    return path
