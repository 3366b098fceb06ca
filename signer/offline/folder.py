"""Output folders that are there complete or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from signer.offline.process import undisturbed
from signer.offline.refusal import Refusal

UNFINISHED = ".unfinished"


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield a new folder, owner only, that becomes `target` if the block ends well; otherwise nothing of it stays.

    Raises Refusal if `target` holds something, or if an earlier run was killed before it could clean up: what it left
    may be clear text, so it is named and not overlooked. The name is fixed, so two runs cannot share a target either.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - a link is not followed but refused
    _require_free(target)
    folder = target.with_name(target.name + UNFINISHED)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise Refusal(
            f"{folder} is there: another run is at work, or an earlier one was killed and left clear text in it",
            "If no other run is at work, delete that folder, then run the command again.",
        ) from None
    except FileNotFoundError:
        raise Refusal(f"the folder {target.parent} is not there", "Make it first.") from None
    try:
        yield folder
        for inner in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
            _flush(inner)
        folder.rename(target)
    except BaseException:
        with undisturbed():
            shutil.rmtree(folder)
        raise
    _flush(target.parent)


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file that only its owner reads; it is on the disk when the block ends well."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
        yield file
        file.flush()
        os.fsync(file.fileno())


def _require_free(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise Refusal(f"{target} is there already, and nothing is overwritten", "Name a folder that is not there.")


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
