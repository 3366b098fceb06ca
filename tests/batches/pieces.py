"""A batch that fits, in pieces, to make files of them that do not; and how such a file is refused.

Neither `verify` nor `open` takes it: they exit 1 with one line that names it, and nothing is written.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from signer.batches.batch_file import DAY_BYTES, LENGTH_BYTES, MANIFEST, SIGNATURE, SIGNATURE_BYTES, STATEMENTS, Record
from signer.batches.manifest import Manifest
from signer.batches.zip_layout import CENTRAL, DESCRIPTOR, END, END64, EXTRA, LOCAL, LOCATOR64, lay_out
from signer.sealing.context import ID_BYTES
from signer.sealing.envelope import ENVELOPE_SIZES, KEY_ID_BYTES, VERSION
from signer.sealing.opening import OpeningKey
from signer.sealing.signing import SigningKey
from tests.offline.ceremony import KEY
from tests.offline.conftest import Desk
from tests.offline.making import sealed

ENCAPSULATED_BYTES, TAG_BYTES = 1120, 16
STRANGER = SigningKey.from_seed(bytes([9]) * 32)
SOMEBODY = OpeningKey.from_seed(bytes([9]) * 32)
BROKEN = re.compile(
    r"(manifest\.json|manifest\.sig|statements\.bin) cannot be read"
    r"|is not laid out as a batch file is, from byte (?P<place>\d+) on"
    r"|goes on behind the end of the batch, at byte \d+"
    r"|is not readable as a batch file"
    r"|a batch file holds manifest\.json, manifest\.sig and statements\.bin in this order, nothing else"
    r"|the manifest or its signature does not have a possible length"
    r"|the entries of a batch file are stored, not compressed"
    r"|statements\.bin does not have the digest that the manifest names"
)
"""What a file that does not fit together is refused with; which of them, is up to Python's reader of ZIP files."""


def records_of(*numbers: int) -> tuple[Record, ...]:
    """Statements sealed to the ceremony's key, in the order of a batch."""
    return tuple(
        sorted((sealed(number).record(KEY.recipient) for number in numbers), key=lambda each: each.statement_id)
    )


RECORDS = records_of(1, 2, 3)
OTHERS = records_of(4, 5, 6)


def parts_of(manifest_bytes: int) -> Iterator[tuple[str, int]]:
    """Yield name and length of each part of a batch of `RECORDS`, in order; each field of a header is one."""
    for name, size in ((MANIFEST, manifest_bytes), (SIGNATURE, SIGNATURE_BYTES)):
        yield from fields_of(LOCAL, f"local header of {name}")
        yield f"name in the local header of {name}", len(name)
        yield name, size
    yield from fields_of(LOCAL, f"local header of {STATEMENTS}")
    yield f"name in the local header of {STATEMENTS}", len(STATEMENTS)
    yield from fields_of(EXTRA, f"ZIP64 lengths in the local header of {STATEMENTS}")
    for number in range(1, len(RECORDS) + 1):
        yield f"record {number}: length", LENGTH_BYTES
        yield f"record {number}: id", ID_BYTES
        yield f"record {number}: day", DAY_BYTES
        yield f"record {number}: envelope version", len(VERSION)
        yield f"record {number}: key id", KEY_ID_BYTES
        yield f"record {number}: encapsulated key", ENCAPSULATED_BYTES
        rest = ENVELOPE_SIZES[0] - len(VERSION) - KEY_ID_BYTES - ENCAPSULATED_BYTES
        yield f"record {number}: cipher text", rest - TAG_BYTES
        yield f"record {number}: tag", TAG_BYTES
    yield from fields_of(DESCRIPTOR, "data descriptor")
    for name in (MANIFEST, SIGNATURE, STATEMENTS):
        yield from fields_of(CENTRAL, f"directory entry of {name}")
        yield f"name in the directory entry of {name}", len(name)
    yield from fields_of(EXTRA, f"ZIP64 lengths in the directory entry of {STATEMENTS}")
    yield from fields_of(END64, "ZIP64 end of the directory")
    yield from fields_of(LOCATOR64, "ZIP64 locator of that end")
    yield from fields_of(END, "end of the directory")


def fields_of(shape: struct.Struct, name: str) -> Iterator[tuple[str, int]]:
    """Yield name and length of each field of a header."""
    number = 0
    for count, code in re.findall(r"(\d*)([sHIQ])", shape.format):
        for _ in range(1 if code == "s" else int(count or 1)):
            number += 1
            yield f"{name}, field {number}", int(count) if code == "s" else struct.calcsize(f"<{code}")


@dataclass(frozen=True)
class Good:
    """A batch that fits, in pieces, on the desk where it is to be checked."""

    desk: Desk
    path: Path
    manifest: Manifest
    signature: bytes

    @property
    def content(self) -> bytes:
        """The file as it stands."""
        return self.path.read_bytes()

    def part(self, name: str) -> tuple[int, int]:
        """Where a part begins, and its length."""
        begins = 0
        for each, length in parts_of(len(self.manifest.encode())):
            if each == name:
                return begins, length
            begins += length
        raise KeyError(name)

    def packed(
        self, records: Sequence[Record] = RECORDS, *, manifest: Manifest | None = None, signature: bytes = b""
    ) -> bytes:
        """The bytes of a file that is laid out well, whatever is in it."""
        small = ((MANIFEST, (manifest or self.manifest).encode()), (SIGNATURE, signature or self.signature))
        return b"".join(lay_out(small, (STATEMENTS, [record.encode() for record in records])))

    def assert_refused(self, content: bytes, words: str | re.Pattern[str]) -> str:
        """Neither command takes the file with this content; the good one is put back. Returns the line that says so."""
        stood = self.content
        assert content != stood
        self.path.write_bytes(content)
        before = sorted(self.desk.folder.iterdir())
        results = self.desk.verify(self.path), self.desk.open(self.path)
        self.path.write_bytes(stood)
        for result in results:
            lines = [line for line in result.stderr.splitlines() if not line.startswith("verifying DE 1: ")]
            assert result.exit_code == 1, words
            assert result.stdout == ""
            assert len(lines) == 2, lines
            assert lines[0].startswith(f"{self.path}: ")
            assert re.search(words, lines[0]), lines[0]
            assert lines[1] == "Do not use this file; ask whoever sent it for the batch again, by another way."
        assert sorted(self.desk.folder.iterdir()) == before
        return lines[0]


def with_byte_changed(content: bytes, place: int, by: int = 0x55) -> bytes:
    changed = bytearray(content)
    changed[place] ^= by
    return bytes(changed)
