"""The journal of erasures: outside the database and before its commit, so that a restored backup can erase them again.

One line of canonical JSON for each request to erase, whether or not it named a statement, and one for each night, so
that the newest line tells nobody whether somebody has erased today. Each has the hash of the line before it:

    hash of line n = SHA-256(hash of line n-1 ‖ canonical JSON of line n without its hash)

The hash before the first is 32 zero bytes. A line has id, proof and day, no time and no Member State; the proof shows
that the code's holder asked, and opens nothing. A line that was cut off by a crash was never acknowledged: the next one
takes its place. Each machine keeps a journal of its own.
"""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from signer.atomic_file import make_name_durable
from signer.database import StoreUnavailable
from signer.errors import SignerError
from signer.sealing.canonical import canonical_json
from signer.settings import Settings

NAME = "erasures.journal"
START = bytes(32)
LONGEST_LINE = 1_000


class BrokenJournal(SignerError):
    """The journal is not as it was written: a line is changed, missing or no line of a journal."""


def journal_of(settings: Settings) -> Path:
    """Return where the journal of this machine lies: in the instance folder, beside the database."""
    return settings.instance / NAME


def note_request(path: Path, statement_id: bytes, proof: bytes, *, on: date) -> None:
    """Add a request to erase; durable when it returns. Raises StoreUnavailable."""
    _append(path, {"id": statement_id.hex(), "on": on.isoformat(), "proof": proof.hex()})


def note_night(path: Path, *, on: date) -> None:
    """Add the line of a night. Raises StoreUnavailable."""
    _append(path, {"night": on.isoformat()})


def read_journal(path: Path) -> Iterator[Mapping[str, str]]:
    """Yield the lines of a journal, each without its hash; none of one that was never begun.

    Raises BrokenJournal at the first that does not fit.
    """
    before = START
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                entry: dict[str, str] = json.loads(line)
                found = bytes.fromhex(entry.pop("hash"))
            except (ValueError, LookupError, TypeError, AttributeError):
                raise BrokenJournal(f"{path.name}, line {number}, is no line of a journal of erasures") from None
            if found != _hash(before, entry):
                raise BrokenJournal(f"{path.name}, line {number}, does not follow the line before it")
            before = found
            yield entry


def _append(path: Path, entry: Mapping[str, str]) -> None:
    try:
        with _locked(path) as handle:
            before = _last_hash(handle)
            line = canonical_json({**entry, "hash": _hash(before, entry).hex()}) + b"\n"
            _write_whole(handle, line)
            if before == START:
                make_name_durable(path.parent)
    except (OSError, ValueError, LookupError, TypeError) as error:
        reason = getattr(error, "strerror", None) or "its last line is none of a journal"
        raise StoreUnavailable(f"the journal of erasures {path.name} cannot be written ({reason})") from None


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _last_hash(handle: int) -> bytes:
    """Return the hash of the last whole line, and stand behind it; what was cut off is cut away."""
    size = os.lseek(handle, 0, os.SEEK_END)
    tail = os.pread(handle, LONGEST_LINE, max(0, size - LONGEST_LINE))
    whole = tail[: tail.rfind(b"\n") + 1]
    if len(whole) < len(tail):
        os.ftruncate(handle, size - (len(tail) - len(whole)))
        os.lseek(handle, 0, os.SEEK_END)
    if not whole:
        return START
    return bytes.fromhex(json.loads(whole.splitlines()[-1])["hash"])


def _write_whole(handle: int, line: bytes) -> None:
    if os.write(handle, line) < len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)


def _hash(before: bytes, entry: Mapping[str, str]) -> bytes:
    return hashlib.sha256(before + canonical_json(dict(entry))).digest()
