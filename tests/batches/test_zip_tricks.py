"""What a ZIP file can be made to hold besides a batch, or to say of it, is refused."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence

from signer.batches.batch_file import MANIFEST, SIGNATURE, STATEMENTS
from signer.batches.zip_layout import lay_out
from tests.batches.pieces import BROKEN, OTHERS, RECORDS, Good
from tests.cases import every_case


def packed_by_a_program(good: Good, change: Callable[[zipfile.ZipFile], None]) -> bytes:
    """The file after a common program has worked on it."""
    packed = io.BytesIO(good.content)
    with zipfile.ZipFile(packed, "a") as archive:
        change(archive)
    return packed.getvalue()


def packed_anew(good: Good, *, compression: int = zipfile.ZIP_STORED, order: Sequence[str] = ()) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(good.path) as archive, zipfile.ZipFile(packed, "w", compression) as other:
        for name in order or archive.namelist():
            other.writestr(name, archive.read(name))
    return packed.getvalue()


def with_entries(good: Good, *more: tuple[str, bytes], last: str = STATEMENTS) -> bytes:
    """Laid out as ours, with `more` small entries, and the statements under another name."""
    small = ((MANIFEST, good.manifest.encode()), (SIGNATURE, good.signature), *more)
    return b"".join(lay_out(small, (last, [record.encode() for record in RECORDS])))


def with_hidden(good: Good, hidden: bytes) -> bytes:
    """Bytes between entries and directory that nothing tells of, the directory's place set right."""
    begins, _ = good.part(f"directory entry of {MANIFEST}, field 1")
    content = bytearray(good.content)
    for name in ("ZIP64 end of the directory, field 10", "ZIP64 locator of that end, field 3"):
        place, _ = good.part(name)
        content[place : place + 8] = struct.pack("<Q", struct.unpack_from("<Q", content, place)[0] + len(hidden))
    return bytes(content[:begins]) + hidden + bytes(content[begins:])


def directory_of(good: Good) -> bytes:
    """The directory, without its end."""
    begins, _ = good.part(f"directory entry of {MANIFEST}, field 1")
    ends, _ = good.part("ZIP64 end of the directory, field 1")
    return good.content[begins:ends]


def with_flags(good: Good, flags: int) -> bytes:
    """The flags of the statements' directory entry set, such as bit 0: encrypted."""
    begins, _ = good.part(f"directory entry of {STATEMENTS}, field 4")
    content = bytearray(good.content)
    content[begins : begins + 2] = struct.pack("<H", flags)
    return bytes(content)


TRICKS: dict[str, Callable[[Good], bytes]] = {
    "a byte appended": lambda good: good.content + b"\0",
    "bytes in front": lambda good: b"#!/bin/sh\n" + good.content,
    "another batch in front": lambda good: good.packed(OTHERS) + good.content,
    "another batch behind": lambda good: good.content + good.packed(OTHERS),
    "itself twice": lambda good: good.content * 2,
    "a comment": lambda good: good.content[:-2] + b"\5\0hello",
    "two directories": lambda good: with_hidden(good, directory_of(good)),
    "two directories, each with its end": lambda good: good.content + good.content[-len(directory_of(good)) - 98 :],
    "a hidden payload": lambda good: with_hidden(good, b"".join(record.encode() for record in OTHERS)),
    "an entry more": lambda good: packed_by_a_program(good, lambda archive: archive.writestr("readme.txt", b"")),
    "an entry more, laid out as ours": lambda good: with_entries(good, ("readme.txt", b"")),
    "an entry twice, laid out as ours": lambda good: with_entries(good, (SIGNATURE, good.signature)),
    "an entry renamed": lambda good: with_entries(good, last="statements.csv"),
    "an entry in a folder": lambda good: with_entries(good, last=f"../{STATEMENTS}"),
    "no statements": lambda good: packed_anew(good, order=(MANIFEST, SIGNATURE)),
    "another order": lambda good: packed_anew(good, order=(STATEMENTS, MANIFEST, SIGNATURE)),
    "packed by another program": packed_anew,
    "compressed": lambda good: packed_anew(good, compression=zipfile.ZIP_DEFLATED),
    "compressed with bzip2": lambda good: packed_anew(good, compression=zipfile.ZIP_BZIP2),
    "said to be encrypted": lambda good: with_flags(good, 1 << 3 | 1),
    "said to be a patch": lambda good: with_flags(good, 1 << 3 | 1 << 5),
    "nothing": lambda _: b"",
    "zeros": lambda good: bytes(len(good.content)),
    "a batch of another kind of file": lambda good: b"%PDF-1.7\n" + bytes(2000),
}


@every_case("trick", TRICKS)
def test_what_a_zip_file_can_be_made_to_hold_besides_is_refused(good: Good, trick: str) -> None:
    """Most programs would open them and see nothing wrong."""
    good.assert_refused(TRICKS[trick](good), BROKEN)
