"""The batch file: one stored ZIP with the manifest, its signature and the sealed statements.

`statements.bin` is a run of records sorted by id: length of the rest (4 bytes, big-endian), id (16), day (10 ASCII
characters, ISO 8601), envelope. Making a batch twice gives the same bytes (`zip_layout.py`). The reader takes exactly
what the writer makes; what a ZIP could hold besides (a comment, another entry, a second directory, bytes in between)
is refused.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

from signer.atomic_file import atomic_file, make_durable
from signer.batches.manifest import PURPOSE, Manifest
from signer.batches.zip_layout import laid_out_length, lay_out
from signer.errors import SignerError
from signer.sealing.context import ID_BYTES
from signer.sealing.envelope import ENVELOPE_SIZES
from signer.sealing.signing import SigningKey, VerifyingKey

MANIFEST, SIGNATURE, STATEMENTS = "manifest.json", "manifest.sig", "statements.bin"
MANIFEST_LIMIT = 1 << 20
SIGNATURE_BYTES = 64
LENGTH_BYTES, DAY_BYTES = 4, 10
RECORD_LENGTHS = tuple(ID_BYTES + DAY_BYTES + size for size in ENVELOPE_SIZES)
CHUNK = 1 << 16
GATHERED = 1 << 18


class MalformedBatch(SignerError):
    """The file is not a batch as this version writes it; the message names what does not fit."""


class Record(NamedTuple):
    """One sealed statement: id (16 bytes), day of submission, envelope."""

    statement_id: bytes
    on: date
    envelope: bytes

    def encode(self) -> bytes:
        """Return the record's bytes in `statements.bin`."""
        length = ID_BYTES + DAY_BYTES + len(self.envelope)
        return b"".join((length.to_bytes(LENGTH_BYTES, "big"), self.statement_id, _day(self.on), self.envelope))


@lru_cache(maxsize=1000)
def _day(on: date) -> bytes:
    return on.isoformat().encode("ascii")


def batch_pieces(manifest: Manifest, records: Iterable[Record], key: SigningKey) -> Iterator[bytes]:
    """Yield the bytes of the batch file, some hundred thousand at a time; there is no other way in which one is made.

    Raises MalformedBatch where `records` are not what the manifest says: they have changed since the batch was frozen.
    That may be known only behind the last of them.
    """
    encoded = manifest.encode()
    return _lay_out(encoded, key.sign(PURPOSE, encoded), (content for _, content in _checked(records, manifest)))


def batch_length(manifest: Manifest) -> int:
    """Return the length of the batch file in bytes."""
    small = ((MANIFEST, len(manifest.encode())), (SIGNATURE, SIGNATURE_BYTES))
    return laid_out_length(small, (STATEMENTS, manifest.payload_bytes))


def batch_digest(manifest: Manifest, records: Iterable[Record], key: SigningKey) -> str:
    """Return the SHA-256, in hexadecimal, of the batch file, without writing it. Raises MalformedBatch."""
    digest = hashlib.sha256()
    for piece in batch_pieces(manifest, records, key):
        digest.update(piece)
    return digest.hexdigest()


def write_batch(
    path: Path,
    manifest: Manifest,
    records: Iterable[Record],
    key: SigningKey,
    *,
    before_it_shows: Callable[[str], None] = lambda _: None,
) -> str:
    """Write the batch to `path`, which must not exist, in one pass, and return the SHA-256 of the file in hexadecimal.

    before_it_shows: is given that digest once all bytes are on the disk and before the file has its name.
    The file is there whole or not at all, also if this process is killed. Raises FileNotWritten, MalformedBatch as
    `batch_pieces` does, or what `before_it_shows` raises.
    """
    digest = hashlib.sha256()
    with atomic_file(path) as file:
        for piece in batch_pieces(manifest, records, key):
            digest.update(piece)
            file.write(piece)
        make_durable(file)
        before_it_shows(digest.hexdigest())
    return digest.hexdigest()


@dataclass(frozen=True)
class Batch:
    """An open batch file whose manifest is signed by the expected key.

    Nothing is known of its statements until `records` was read to the end or `require_exact` returned.
    """

    path: Path
    manifest: Manifest
    _signature: bytes
    _archive: zipfile.ZipFile

    def records(self) -> Iterator[Record]:
        """Yield the statements as they stand. Raises MalformedBatch at the first one that does not fit.

        Count and digest are checked behind the last one: whoever must not act on a doubtful batch reads it once to
        the end first.
        """
        with _as_malformed(_changed(STATEMENTS)), self._archive.open(STATEMENTS) as payload:
            found = _records(io.BufferedReader(cast("io.RawIOBase", payload), CHUNK))
            yield from (record for record, _ in _checked(found, self.manifest))

    def require_exact(self, watched: Callable[[Iterable[Record]], Iterable[Record]] = iter) -> None:
        """Return if the whole file is, byte for byte, what `write_batch` would write. Raises MalformedBatch.

        watched: sees each record pass, to check more or to show progress.
        """
        name, read = self.path.name, 0
        with self.path.open("rb") as file:
            contents = (record.encode() for record in watched(self.records()))
            for piece in _lay_out(self.manifest.encode(), self._signature, contents):
                found = file.read(len(piece))
                if found != piece:
                    place = read + _first_difference(found, piece)
                    raise MalformedBatch(f"{name} is not laid out as a batch file is, from byte {place} on")
                read += len(piece)
            if file.read(1):
                raise MalformedBatch(f"{name} goes on behind the end of the batch, at byte {read}")


@contextmanager
def open_batch(path: Path, manifest_key: VerifyingKey) -> Iterator[Batch]:
    """Open the batch at `path` for reading. Raises MalformedBatch, MalformedManifest or BadSignature.

    manifest_key: the instance's, from the trust file.
    """
    with ExitStack() as stack:
        with _as_malformed(f"{path.name} is not readable as a batch file"):
            archive = stack.enter_context(zipfile.ZipFile(path))
            _require_entries(archive)
        content, signature = _read(archive, MANIFEST), _read(archive, SIGNATURE)
        manifest_key.verify(PURPOSE, content, signature)
        yield Batch(path, Manifest.decode(content), signature, archive)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with _as_malformed(_changed(name)):
        return archive.read(name)


def _changed(name: str) -> str:
    return f"{name} cannot be read: its bytes, or what the file says about them, are not as they were written"


@contextmanager
def _as_malformed(message: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError):
        # NotImplementedError: a compression that we never write; RuntimeError: an encrypted entry; ValueError: an
        # offset that no file can have.
        raise MalformedBatch(message) from None


def _first_difference(found: bytes, expected: bytes) -> int:
    pairs = enumerate(zip(found, expected, strict=False))
    return next((place for place, (one, other) in pairs if one != other), len(found))


def _lay_out(manifest: bytes, signature: bytes, contents: Iterable[bytes]) -> Iterator[bytes]:
    small = ((MANIFEST, manifest), (SIGNATURE, signature))
    return lay_out(small, (STATEMENTS, _gathered(contents)))


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of `pieces` some hundred thousand at a time: what is done to each piece is then done seldom."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= GATHERED:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _require_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if names != [MANIFEST, SIGNATURE, STATEMENTS]:
        raise MalformedBatch(f"a batch file holds {MANIFEST}, {SIGNATURE} and {STATEMENTS} in this order, nothing else")
    if entries[0].file_size > MANIFEST_LIMIT or entries[1].file_size != SIGNATURE_BYTES:
        raise MalformedBatch("the manifest or its signature does not have a possible length")
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise MalformedBatch("the entries of a batch file are stored, not compressed")


def _records(payload: io.BufferedReader) -> Iterator[Record]:
    while length := payload.read(LENGTH_BYTES):
        size = int.from_bytes(length, "big")
        body = payload.read(size) if size in RECORD_LENGTHS and len(length) == LENGTH_BYTES else b""
        day = body[ID_BYTES : ID_BYTES + DAY_BYTES]
        try:
            on = date.fromisoformat(day.decode("ascii"))
        except (UnicodeDecodeError, ValueError):
            raise MalformedBatch(f"{STATEMENTS}: a record is cut off or has no possible length or day") from None
        if len(body) != size or on.isoformat().encode() != day:
            raise MalformedBatch(f"{STATEMENTS}: a record is cut off or its day is not in ISO form")
        yield Record(body[:ID_BYTES], on, body[ID_BYTES + DAY_BYTES :])


def _checked(records: Iterable[Record], manifest: Manifest) -> Iterator[tuple[Record, bytes]]:
    """Pass `records` on, each with its bytes; raise MalformedBatch where they are not what the manifest says."""
    digest = hashlib.sha256()
    count, size, last = 0, 0, b""
    for record in records:
        if record.statement_id <= last:
            raise MalformedBatch(f"{STATEMENTS}: record {count + 1} is out of order or there twice")
        content = record.encode()
        digest.update(content)
        count, size, last = count + 1, size + len(content), record.statement_id
        yield record, content
    if count != manifest.count:
        raise MalformedBatch(f"{STATEMENTS} holds {count} statements, the manifest says {manifest.count}")
    if (size, digest.hexdigest()) != (manifest.payload_bytes, manifest.payload_sha256):
        raise MalformedBatch(f"{STATEMENTS} does not have the digest that the manifest names")
