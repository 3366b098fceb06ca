"""Everything that a service leaves on its disks, and a search in every byte of it."""

import base64
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import psycopg
from psycopg.sql import SQL, Identifier

from tests.journeys.rehearsed import PAGE, Rehearsed, pages

SEALED_FOLDERS = ("instance", "secrets", "logs", "batches")
ANCHOR = 6
"""Bytes: nothing shorter is searched for."""
CERTAIN = 12
"""Hexadecimal digits that do not occur by chance."""
DIGEST = re.compile(rb"(?<![0-9A-Fa-f])[0-9a-f]{64}(?![0-9A-Fa-f])")
FEW = 200
"""Needles for which looking for each is faster."""

Haystack = Mapping[str, bytes]
"""Name of a place to its bytes."""


def read_haystack(rehearsed: Rehearsed) -> Haystack:
    """Return every byte of database, instance folder, secrets, logs and batches."""
    places = {
        str(path.relative_to(rehearsed.root)): path.read_bytes()
        for folder in SEALED_FOLDERS
        for path in (rehearsed.root / folder).rglob("*")
        if path.is_file()
    }
    return places | (dict(_postgres(rehearsed.database_url, rehearsed.before)) if rehearsed.database_url else {})


def encodings(text: str) -> Iterator[bytes]:
    """Yield `text` as it could lie on a disk: UTF-8 and UTF-16, plain, in base 64, in hexadecimal, and as in a URL."""
    for raw in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
        yield raw
        yield from encodings_of_bytes(raw)
    yield quote(text).encode()
    yield quote_plus(text).encode()
    yield text.encode("unicode_escape")


def encodings_of_bytes(raw: bytes) -> Iterator[bytes]:
    """Yield `raw` in hexadecimal, and in base 64 as it comes out at each of the three alignments."""
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for before in range(3):
        # The first and last characters mix with the neighbours' bits: they are cut off.
        encoded = base64.b64encode(bytes(before) + raw).rstrip(b"=")
        inner = encoded[-(-before * 8 // 6) : len(encoded) - (1 if (before + len(raw)) % 3 else 0)]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def search(haystack: Haystack, needles: Mapping[bytes, str]) -> list[str]:
    """Return where needles occur: the name of the place and the needle's label. Needles have at least six bytes."""
    for needle in needles:
        assert len(needle) >= ANCHOR, needles[needle]
    if len(needles) < FEW:
        return [f"{place}: {needles[needle]}" for needle in needles for place in haystack if needle in haystack[place]]
    anchored: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for needle in needles:
        anchored[needle[:ANCHOR]].append(needle)
    return [
        f"{place}: {needles[needle]}"
        for place, content in haystack.items()
        for offset in _offsets(content, anchored)
        for needle in anchored[content[offset : offset + ANCHOR]]
        if content.startswith(needle, offset)
    ]


def is_short_number(needle: bytes) -> bool:
    """Tell whether a needle is so few hexadecimal digits that they stand in a random key or digest now and then."""
    return len(needle) < CERTAIN and re.fullmatch(rb"[0-9A-Fa-f]+", needle) is not None


def without_digests(haystack: Haystack) -> Haystack:
    """Return the haystack without what is written as exactly 64 hexadecimal digits: keys, fingerprints, digests."""
    return {place: DIGEST.sub(b"", content) for place, content in haystack.items()}


def _offsets(content: bytes, anchored: Mapping[bytes, object]) -> list[int]:
    # One look into a table for each offset: with thousands of needles this is far faster than a search for each.
    return [offset for offset in range(len(content)) if content[offset : offset + ANCHOR] in anchored]


def _postgres(url: str, before: Collection[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield what tables say, and every file of the server's data directory, without the pages it had `before`."""
    with psycopg.connect(url, autocommit=True) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = connection.execute(SQL("SELECT * FROM {}").format(Identifier(table)), binary=True).fetchall()
            yield f"table {table}", b"\n".join(_bytes_of(value) for row in rows for value in row)
        # What is still in the server's memory must be on the disk too.
        connection.execute("CHECKPOINT")
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        (oid,) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone() or (0,)
    # Of the server's own tables and journal most was there before anybody signed.
    begun_with = {b"", bytes(PAGE), *before}
    for path in sorted(Path(folder).rglob("*")):
        # Other databases of this server are those of other tests.
        foreign = path.parent.parent.name == "base" and path.parent.name != str(oid)
        if path.is_file() and not foreign:
            yield f"server {path.relative_to(folder)}", _changed(path.read_bytes(), begun_with)


def _changed(content: bytes, begun_with: Collection[bytes]) -> bytes:
    """Return what is new in a file; nothing that was written since can lie across a page that is as it was."""
    return b"".join(page for page in pages(content) if page not in begun_with)


def _bytes_of(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def labelled(values: Iterable[str]) -> dict[bytes, str]:
    """Return every encoding of every value, labelled with the value."""
    return {needle: value for value in values for needle in encodings(value)}
