"""Batches of Germany, for tests: freezing them, exporting them, and what their files hold."""

from datetime import date
from pathlib import Path

from signer.batches.batch_file import Record, open_batch
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary, list_batches
from signer.database import reading
from signer.sealing.code import Code
from tests.acts import erase_now, export_to, freeze_now
from tests.batches.conftest import AFTER, NEXT
from tests.conftest import NUMBER, Instance


def freeze_germany(instance: Instance, *, final: bool = False, on: date = NEXT, until: date | None = None) -> Manifest:
    """Freeze what is open of Germany."""
    return freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, until=until, final=final, on=on)


def batches(instance: Instance) -> tuple[BatchSummary, ...]:
    """List the batches."""
    with reading(instance.engine) as connection:
        return list_batches(connection, NUMBER)


def file_of(instance: Instance, there: BatchSummary, folder: Path) -> Path:
    """Export a batch into a folder, which is made."""
    folder.mkdir()
    return export_to(folder, instance.engine, instance.settings, there, on=AFTER)


def records_in(instance: Instance, path: Path) -> list[Record]:
    """The statements of a file that fits together."""
    with open_batch(path, instance.trust.manifest_key) as opened:
        opened.require_exact()
        return list(opened.records())


def ids_in(instance: Instance, path: Path) -> set[bytes]:
    """The ids of the statements of a file."""
    return {found.statement_id for found in records_in(instance, path)}


def ids_of(codes: list[Code]) -> set[bytes]:
    """The ids of the statements of these codes."""
    return {code.statement_id for code in codes}


def erase_it(instance: Instance, code: Code) -> None:
    """Take a statement back."""
    erase_now(instance.engine, instance.settings, instance.initiative, code, on=AFTER)
