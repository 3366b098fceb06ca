"""The ZIP file of a batch, byte for byte (PKWARE APPNOTE 6.3.9): three stored entries, in one pass, of any length.

Written here and not by `zipfile`, whose headers differ from one Python release to the next: a batch must be the same
bytes wherever it is made or checked again. No time, no user, no compression. The last entry's length and the end of
the directory are always in ZIP64 form, so that a batch of more than 4 GiB is laid out like a small one.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PLAIN_VERSION, ZIP64_VERSION = 20, 45
MADE_BY = 3 << 8 | ZIP64_VERSION  # Unix
OWNER_ONLY = 0o100600 << 16
FIRST_DAY = 0x21  # 1 January 1980, the first day that the format knows; the time is 0
DESCRIPTOR_FOLLOWS = 1 << 3
IN_ZIP64, ZIP64_EXTRA = 0xFFFFFFFF, 1

LOCAL = struct.Struct("<4s5H3I2H")
EXTRA = struct.Struct("<2H2Q")
DESCRIPTOR = struct.Struct("<4sI2Q")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR64 = struct.Struct("<4sIQI")
END = struct.Struct("<4s4H2IH")


@dataclass
class _Entry:
    name: bytes
    offset: int
    size: int = 0
    crc: int = 0


def lay_out(small: Iterable[tuple[str, bytes]], large: tuple[str, Iterable[bytes]]) -> Iterator[bytes]:
    """Yield the pieces of the ZIP file.

    small: name and content of each of the first entries, held in memory.
    large: name and content of the last entry, which passes through piece by piece.
    """
    entries: list[_Entry] = []
    offset = 0
    for name, content in small:
        entry = _Entry(name.encode("ascii"), offset, len(content), zlib.crc32(content))
        entries.append(entry)
        header = _local(entry)
        offset += len(header) + len(content)
        yield header + content
    last = _Entry(large[0].encode("ascii"), offset)
    header = _local_of_large(last)
    yield header
    for piece in large[1]:
        last.size += len(piece)
        last.crc = zlib.crc32(piece, last.crc)
        yield piece
    yield DESCRIPTOR.pack(b"PK\x07\x08", last.crc, last.size, last.size)
    yield _directory(entries, last, offset + len(header) + last.size + DESCRIPTOR.size)


def laid_out_length(small: Iterable[tuple[str, int]], large: tuple[str, int]) -> int:
    """Return the length in bytes of the ZIP file whose entries have these names and lengths."""
    entries: list[_Entry] = []
    offset = 0
    for name, size in small:
        entries.append(_Entry(name.encode("ascii"), offset, size))
        offset += len(_local(entries[-1])) + size
    last = _Entry(large[0].encode("ascii"), offset, large[1])
    offset += len(_local_of_large(last)) + last.size + DESCRIPTOR.size
    return offset + len(_directory(entries, last, offset))


def _local(entry: _Entry) -> bytes:
    sizes = (entry.crc, entry.size, entry.size)
    return LOCAL.pack(b"PK\x03\x04", PLAIN_VERSION, 0, 0, 0, FIRST_DAY, *sizes, len(entry.name), 0) + entry.name


def _local_of_large(entry: _Entry) -> bytes:
    # What follows the content tells its length and CRC: neither is known before the last piece has passed.
    sizes = (0, IN_ZIP64, IN_ZIP64)
    lengths = (len(entry.name), EXTRA.size)
    header = LOCAL.pack(b"PK\x03\x04", ZIP64_VERSION, DESCRIPTOR_FOLLOWS, 0, 0, FIRST_DAY, *sizes, *lengths)
    return header + entry.name + _extra(0)


def _extra(size: int) -> bytes:
    return EXTRA.pack(ZIP64_EXTRA, EXTRA.size - 4, size, size)


def _directory(entries: list[_Entry], last: _Entry, offset: int) -> bytes:
    listed = b"".join(_central(entry, PLAIN_VERSION, 0, entry.size, b"") for entry in entries)
    listed += _central(last, ZIP64_VERSION, DESCRIPTOR_FOLLOWS, IN_ZIP64, _extra(last.size))
    count = len(entries) + 1
    versions = (MADE_BY, ZIP64_VERSION)
    end64 = END64.pack(b"PK\x06\x06", END64.size - 12, *versions, 0, 0, count, count, len(listed), offset)
    locator = LOCATOR64.pack(b"PK\x06\x07", 0, offset + len(listed), 1)
    return listed + end64 + locator + END.pack(b"PK\x05\x06", 0, 0, count, count, len(listed), IN_ZIP64, 0)


def _central(entry: _Entry, version: int, flags: int, size: int, extra: bytes) -> bytes:
    fixed = (b"PK\x01\x02", MADE_BY, version, flags, 0, 0, FIRST_DAY, entry.crc, size, size)
    return CENTRAL.pack(*fixed, len(entry.name), len(extra), 0, 0, 0, OWNER_ONLY, entry.offset) + entry.name + extra
