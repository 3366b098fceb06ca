"""Atomic file writes: temporary file, fsync, rename, fsync of the directory.

It grows under a hidden name in the same folder. A run that is killed leaves that behind, and the next run for the same
file takes it over and starts anew; a lock tells such a leftover from a file that another run is writing now.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from signer.errors import SignerError


class FileNotWritten(SignerError):
    """The file could not be written; nothing is left of it."""


@contextmanager
def atomic_file(path: Path, *, replace: bool = False, public: bool = False) -> Iterator[BinaryIO]:
    """Give a file, readable by its owner only, that is durable under `path` once the block has ended without an error.

    Raises FileNotWritten, and leaves no new file then.
    replace: what is there under `path` stays until the new file takes its place; without it nothing may be there.
    public: everybody may read it.
    """
    partial = path.with_name(f".{path.name}.partial")
    with _reporting(path), _locked(partial) as handle, os.fdopen(handle, "wb") as file:
        try:
            if not replace:
                _require_free(path)
            file.truncate(0)
            yield file
            make_durable(file)
            if public:
                os.fchmod(handle, 0o644)
            partial.rename(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            # What is buffered would be written when the file is closed: on a full disk that fails once more.
            with suppress(OSError):
                file.close()
            raise
    with _reporting(path):
        make_name_durable(path.parent)


def _require_free(path: Path) -> None:
    if path.exists():
        raise FileNotWritten(f"{path.name} exists already and is not overwritten")


def make_durable(file: BinaryIO) -> None:
    """Return once what was written to `file` is on the disk. Raises OSError."""
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _locked(partial: Path) -> Iterator[int]:
    while True:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise FileNotWritten(f"{partial.name} is being written by another run") from None
        if _is_still_named(partial, handle):
            break
        os.close(handle)
    yield handle


def _is_still_named(partial: Path, handle: int) -> bool:
    """Tell whether the open file is the one of this name.

    Between opening and locking, another run may have given it its final name: it is not ours to change then.
    """
    try:
        return os.path.samestat(os.fstat(handle), partial.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


@contextmanager
def _reporting(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileNotWritten(f"{path.name} cannot be written to {path.parent}: {error.strerror}") from None


def make_name_durable(folder: Path) -> None:
    """Return once the names of the files in `folder` are on the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
