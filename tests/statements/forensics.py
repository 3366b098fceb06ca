"""What somebody finds who takes the database, its files and its write-ahead log, and knows in which order people came.

A trace gives each of many things a number: a transaction id, a place on the disk, a row id. Things that lie near each
other in a trace and came near each other betray an order; two traces that go together tie two things to each other.
Both are judged against chance: with five standard deviations, a test of pure chance fails once in two million.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import correlation

from sqlalchemy import Engine, text

from signer.database import METADATA, is_sqlite, reading
from signer.statements.store import SealedStatement, Store

SIGMAS = 5.0
FEWEST = 60
"""In fewer, chance is too large to tell anything."""
KINDS = ("statements", "leaves", "checks")
NEEDLE = 16
"""So many bytes are looked for, of an id, and of the beginning and the end of a sealed statement."""
BLOCK = 8192

Trace = Mapping[int, float]
"""Number of arrival to what the trace has of it."""


class Watched:
    """A store that keeps in mind what it was given, in the order in which it came."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.came: list[SealedStatement] = []

    def write(self, sealed: SealedStatement) -> object:
        """Write, and remember."""
        stored = self._store.write(sealed)
        self.came.append(sealed)
        return stored

    def close(self) -> None:
        """Close the store."""
        self._store.close()


@dataclass(frozen=True)
class Found:
    """The traces of one kind of thing (statements, leaves, checks), by where they were found."""

    traces: Mapping[str, Trace]

    def large(self) -> Iterator[tuple[str, Trace]]:
        """Those with enough to tell anything."""
        return ((name, trace) for name, trace in sorted(self.traces.items()) if len(trace) >= FEWEST)


def search(engine: Engine, came: Sequence[SealedStatement], *, logs: bool = True) -> Mapping[str, Found]:
    """Search tables, hidden columns and files for what came; logs: the write-ahead log, too."""
    needles = _needles(came)
    traces: dict[str, dict[str, Trace]] = {kind: {} for kind in KINDS}
    for name, rows in _hidden(engine):
        for key, value in rows:
            if key[:NEEDLE] in needles:
                kind, _, number = needles[key[:NEEDLE]]
                traces[kind].setdefault(name, {})[number] = value
    for path in _files(engine, logs=logs):
        for place, (kind, part, number) in _places(path.read_bytes(), needles):
            # What was moved leaves copies behind: the first and the last are looked at.
            traces[kind].setdefault(f"{path.name}, {part}, first", {}).setdefault(number, place)
            traces[kind].setdefault(f"{path.name}, {part}, last", {})[number] = place
    return {kind: Found(found) for kind, found in traces.items()}


def _needles(came: Sequence[SealedStatement]) -> dict[bytes, tuple[str, str, int]]:
    """Return what is looked for: bytes to kind, part of it, and number of arrival."""
    needles = {}
    for number, each in enumerate(came):
        parts = {
            ("statements", "id"): each.statement_id,
            ("statements", "beginning"): each.sealed[:NEEDLE],
            ("statements", "end"): each.sealed[-NEEDLE:],
            ("leaves", "commitment"): each.commitment,
            ("checks", "id"): each.check_id,
        }
        needles |= {bytes(part[:NEEDLE]): (kind, name, number) for (kind, name), part in parts.items()}
    return needles


def _places(
    content: bytes, needles: Mapping[bytes, tuple[str, str, int]]
) -> Iterator[tuple[int, tuple[str, str, int]]]:
    for start in range(0, len(content), BLOCK):
        block = content[start : start + BLOCK + NEEDLE - 1]
        if block.count(0) == len(block):
            continue
        for place in range(len(block) - NEEDLE + 1):
            found = needles.get(block[place : place + NEEDLE])
            if found:
                yield start + place, found


def betrays_order(trace: Trace) -> float:
    """Return how many standard deviations nearer together neighbours in the trace came than by chance."""
    ordered = sorted(trace, key=lambda number: (trace[number], hashlib.sha256(b"%d" % number).digest()))
    ranks = {number: rank for rank, number in enumerate(sorted(ordered))}
    n = len(ordered)
    mean = sum(abs(ranks[one] - ranks[other]) for one, other in pairwise(ordered)) / (n - 1)
    # Of two different ranks among n drawn at random: mean (n + 1) / 3, variance (n + 1)(n - 2) / 18; neighbouring
    # distances go together a little, which makes the spread of their mean smaller.
    deviation = math.sqrt((n + 1) * (n - 2) / 18 / (n - 1))
    near = ((n + 1) / 3 - mean) / deviation
    # A slow drift from the first to the last moves neighbours little, but goes along with the whole order.
    drift = abs(correlation([float(rank) for rank in range(n)], [float(ranks[number]) for number in ordered]))
    return max(near, drift * math.sqrt(n - 1))


def ties(one: Trace, other: Trace) -> float:
    """Return how many standard deviations two traces go together more than by chance."""
    both = sorted(one.keys() & other.keys())
    if len(both) < FEWEST:
        return 0.0
    first, second = _ranks(one, both), _ranks(other, both)
    if len(set(first)) == 1 or len(set(second)) == 1:
        return 0.0
    return abs(correlation(first, second)) * math.sqrt(len(both) - 1)


def _ranks(trace: Trace, numbers: Sequence[int]) -> list[float]:
    values = sorted({trace[number] for number in numbers})
    rank = {value: float(place) for place, value in enumerate(values)}
    return [rank[trace[number]] for number in numbers]


def _hidden(engine: Engine) -> Iterator[tuple[str, list[tuple[bytes, float]]]]:
    """Yield each column that a database keeps besides those of the tables, with the keys of the rows."""
    hidden = ("rowid",) if is_sqlite(engine) else ("xmin::text::bigint", "cmin::text::bigint", _PLACE_ON_DISK)
    with reading(engine) as connection:
        for table in METADATA.sorted_tables:
            keys = [column for column in table.primary_key if str(column.type) in {"BLOB", "BYTEA", "VARBINARY"}]
            if not keys or (is_sqlite(engine) and table.dialect_options["sqlite"]["with_rowid"] is False):
                continue
            for column in hidden:
                wanted = text(f"SELECT {keys[0].name}, {column} FROM {table.name}")
                yield (
                    f"{table.name}.{column}",
                    [(bytes(key), float(value)) for key, value in connection.execute(wanted)],
                )


_SYSTEM_FILES = text("""
SELECT pg_relation_filepath(oid) FROM pg_class
WHERE relnamespace = 'pg_catalog'::regnamespace AND relname NOT LIKE 'pg_statistic%' AND relkind IN ('r', 'i')
""")
"""Of tables that know nothing of rows; statistics have samples of them."""
_PLACE_ON_DISK = "(ctid::text::point)[0] * 1000 + (ctid::text::point)[1]"


def _files(engine: Engine, *, logs: bool) -> Iterator[Path]:
    if is_sqlite(engine):
        path = Path(str(engine.url.database))
        yield path
        if logs and (wal := path.with_name(f"{path.name}-wal")).exists():
            yield wal
        return
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        # What is in memory only: whoever takes the files of a running server takes them after some checkpoint.
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.scalar(text("SHOW data_directory")))
        database = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        system = {folder / path for path in connection.scalars(_SYSTEM_FILES)}
    files = (folder / "base" / str(database)).iterdir()
    yield from sorted(path for path in files if path.is_file() and path not in system)
    if logs:
        yield from sorted(path for path in (folder / "pg_wal").iterdir() if path.is_file())
