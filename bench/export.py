"""What exporting a batch costs: over a plain stream of the same envelopes into a hash and a file, and how memory grows.

The rows are sealed like real ones in every byte that an export looks at; what the envelopes hold is random, since an
export cannot tell. Each run is a process of its own, so that its peak of memory is its own.
"""

import hashlib
import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import Connection, Engine, insert, select

from bench.citizens import NUMBER
from bench.servers import environment
from signer.batches.queries import BatchSummary, list_batches
from signer.database import is_sqlite, open_engine, reading, writing
from signer.days import today
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.keys import read_storage_key, require_key
from signer.initiatives.lifecycle import change_status
from signer.initiatives.queries import find_initiative
from signer.ledger.log import next_place
from signer.ledger.tables import leaf
from signer.sealing.envelope import ENVELOPE_SIZES, VERSION
from signer.settings import Settings, read_settings
from signer.statements.tables import received, statement
from tests.acts import export_to, freeze_now, unit

ACTOR = "command:bench"
FEW, MANY = 10_000, 1_000_000
AT_ONCE = 10_000
ROUNDS = 3
SMALL, LARGE = "MT", "DE"
"""Member States with few and with many statements."""
Row = tuple[bytes, int, str, date, bytes, bytes]
"""Id, initiative, Member State, day, id of the key, envelope as it lies there."""


def measure(settings: Settings) -> dict[str, float]:
    """Return the figures of one store: rates over those of the plain stream, and peaks of memory in MB."""
    engine = open_engine(settings)
    try:
        _fill(engine, settings)
    finally:
        engine.dispose()
    rates: dict[str, list[float]] = {"export": [], "plain": []}
    for _ in range(ROUNDS):
        for side, found in rates.items():
            found.append(_run(side, LARGE, settings)["per_second"])
    peaks = {member_state: _run("export", member_state, settings)["peak_mb"] for member_state in (SMALL, LARGE)}
    return {
        "export_over_plain_stream": round(median(rates["export"]) / median(rates["plain"]), 3),
        "export_memory_million_over_ten_thousand": round(peaks[LARGE] / peaks[SMALL], 3),
        "export_per_second": round(median(rates["export"])),
        "plain_stream_per_second": round(median(rates["plain"])),
        "export_peak_mb_ten_thousand": round(peaks[SMALL], 1),
        "export_peak_mb_million": round(peaks[LARGE], 1),
    }


def _fill(engine: Engine, settings: Settings) -> None:
    """Store statements of two Member States as `record` does, in bulk, and freeze their final batches."""
    with reading(engine) as connection:
        initiative = find_initiative(connection, NUMBER)
    for member_state, count in ((SMALL, FEW), (LARGE, MANY)):
        rows = rows_of(engine, settings, initiative, member_state, today())
        for _ in range(count // AT_ONCE):
            with writing(engine) as connection:
                store(connection, list(islice(rows, AT_ONCE)))
    with writing(engine) as connection:
        change_status(unit(connection, settings, on=today(), actor=ACTOR), NUMBER, Status.CLOSED)
    for member_state in (SMALL, LARGE):
        freeze_now(engine, settings, member_state, number=NUMBER, final=True, on=today(), actor=ACTOR)


def rows_of(
    engine: Engine,
    settings: Settings,
    initiative: Initiative,
    member_state: str,
    on: date,
    *,
    new_id: Callable[[], bytes] = lambda: secrets.token_bytes(16),
) -> Iterator[Row]:
    """Yield ever new rows of a Member State and day."""
    with reading(engine) as connection:
        key_id = require_key(connection, settings, initiative).key_id
    storage_key = read_storage_key(settings, NUMBER)
    filler = secrets.token_bytes(ENVELOPE_SIZES[0])
    while True:
        statement_id = new_id()
        envelope = (VERSION + key_id + statement_id + filler)[: ENVELOPE_SIZES[0]]
        yield statement_id, initiative.id, member_state, on, key_id, storage_key.wrap(envelope, statement_id)


def store(connection: Connection, rows: list[Row]) -> None:
    """Store rows of one Member State and day, with a leaf for each, and count them."""
    names = ("id", "initiative_id", "member_state", "submitted_on", "key_id", "sealed")
    first = next_place(connection)
    leaves = [(secrets.token_bytes(32), rows[0][1], first + number) for number in range(len(rows))]
    if is_sqlite(connection):
        connection.execute(insert(statement), [dict(zip(names, row, strict=True)) for row in rows])
        columns = ("commitment", "initiative_id", "place")
        connection.execute(insert(leaf), [dict(zip(columns, each, strict=True)) for each in leaves])
    else:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with driver.cursor().copy(f"COPY statement ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["bytea", "int4", "text", "date", "bytea", "bytea"])
            for row in rows:
                copy.write_row(row)
        with driver.cursor().copy("COPY leaf (commitment, initiative_id, place) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["bytea", "int4", "int8"])
            for each in leaves:
                copy.write_row(each)
    _, initiative_id, member_state, on, _, _ = rows[0]
    place = {"initiative_id": initiative_id, "member_state": member_state, "submitted_on": on}
    before = connection.scalar(select(received.c.statements).filter_by(**place))
    if before is None:
        connection.execute(insert(received).values(statements=len(rows), **place))
    else:
        connection.execute(received.update().filter_by(**place).values(statements=before + len(rows)))


def _run(side: str, member_state: str, settings: Settings) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.export", side, member_state]
    root = Path(__file__).parents[1]
    ended = subprocess.run(command, cwd=root, env=environment(settings), check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def main(side: str, member_state: str) -> None:
    """Run one side once and print its figures: what `measure` starts."""
    settings = read_settings(os.environ)
    engine = open_engine(settings)
    with reading(engine) as connection:
        batches = list_batches(connection, NUMBER)
    (batch,) = (there for there in batches if there.member_state == member_state and there.final)
    with tempfile.TemporaryDirectory(prefix="signer-bench-") as folder:
        began = time.perf_counter()
        if side == "export":
            export_to(Path(folder), engine, settings, batch, on=today(), actor=ACTOR)
        else:
            _plain_stream(engine, settings, batch, Path(folder, "stream"))
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"per_second": batch.count / seconds, "peak_mb": peak}))


def _plain_stream(engine: Engine, settings: Settings, batch: BatchSummary, path: Path) -> None:
    """Read the batch's rows in order, unwrap, hash and write them: what no export can do without."""
    digest = hashlib.sha256()
    storage_key = read_storage_key(settings, NUMBER)
    here = statement.c.initiative_id == batch.initiative_id, statement.c.member_state == batch.member_state
    wanted = select(statement.c.id, statement.c.submitted_on, statement.c.sealed).where(*here).order_by(statement.c.id)
    with reading(engine) as connection, path.open("wb") as file:
        for statement_id, _, sealed in connection.execute(wanted.execution_options(yield_per=1000)):
            envelope = storage_key.unwrap(sealed, statement_id)
            digest.update(envelope)
            file.write(envelope)
        file.flush()
        os.fsync(file.fileno())


if __name__ == "__main__":
    main(*sys.argv[1:])
