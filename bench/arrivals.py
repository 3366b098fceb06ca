"""A million statements on their way home: what settling, night, freeze and reconciliation cost beside who signs.

Ten settlings of 100,000 arrivals each, then the night of their day. Meanwhile somebody signs every few hundredths of a
second, and somebody erases one of those statements every fifth of a second, each in a process of their own; how long
that takes at most is told, also without anything beside them, beside what the disk took at most for a bare flush in the
same minutes, and on SQLite how long of it who signs waits for the one writer. The rows are sealed like real ones in
every byte that is looked at.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, func, insert, select, text

from bench.citizens import NUMBER
from bench.export import Row, rows_of
from bench.people import MEMBER_STATE, People, Taken, people
from signer.batches.freeze import freeze, prepare
from signer.batches.reconcile import require_reconciled
from signer.database import is_sqlite, open_engine, reading, writing
from signer.days import today
from signer.human_check.expire import KEPT_DAYS
from signer.initiatives.initiative import Initiative
from signer.initiatives.queries import find_initiative
from signer.sealing.code import Code
from signer.service.night import Night, run_night
from signer.settings import Settings
from signer.statements.settle import empty_arrivals, settle
from signer.statements.tables import arrival, erasure, spent_check
from signer.storage import empty_write_ahead_log
from tests.acts import act

SETTLINGS, EACH, AT_ONCE = 10, 100_000, 10_000
IDLE_SECONDS, EMPTYING_SECONDS = 10, 1
ERASABLE, CHECKS = 200, 5
"""One of so many statements has a code; for so many there is a human check of the day before."""
SAMPLE_SECONDS = 0.2


def measure(settings: Settings) -> dict[str, float]:
    """Return the figures of one store: seconds, megabytes, and the longest waits in milliseconds."""
    engine = open_engine(settings)
    with reading(engine) as connection:
        initiative = find_initiative(connection, NUMBER)
    figures: dict[str, float] = {}
    codes = [Code.new()]
    with people(settings, codes) as idle:
        time.sleep(IDLE_SECONDS)
    figures |= waits(engine, "idle", idle)
    yesterday = today() - timedelta(days=1)
    with writes(engine) as written:
        settling, emptying, seconds = People(), People(), 0.0
        for _ in range(SETTLINGS):
            fill(engine, settings, initiative, yesterday, codes)
            # As the leader does each second.
            empty_write_ahead_log(engine)
            with people(settings, codes, settling):
                seconds += timed(lambda: settle(engine, settings, initiative.id, until=yesterday))
            with people(settings, codes, emptying):
                empty_arrivals(engine)
                # So that somebody comes at all.
                time.sleep(EMPTYING_SECONDS)
        figures |= {"settling_seconds": round(seconds, 1)} | waits(engine, "settling", settling)
        figures |= waits(engine, "emptying", emptying)
        with people(settings, codes) as found:
            figures["night_seconds"] = timed(lambda: whole_night(engine, settings))
        figures |= waits(engine, "night", found)
        with people(settings, codes) as found:
            figures |= frozen(engine, settings, yesterday)
            figures["reconciling_seconds"] = timed(lambda: require_reconciled(engine))
        figures |= waits(engine, "freezing", found)
    figures |= {"log_written_mb" if not is_sqlite(engine) else "log_largest_mb": round(written() / 1e6)}
    with reading(engine) as connection:
        figures["erased"] = connection.scalar(select(func.count()).select_from(erasure)) or 0
    figures["database_mb"] = round(size_of(engine) / 1e6)
    engine.dispose()
    return figures


def whole_night(engine: Engine, settings: Settings) -> None:
    """Take all through the night. Raises AssertionError where it does not do all that it is for."""
    found = run_night(engine, settings, on=today())
    assert found == Night(disagreement="", is_log_empty=True, are_tables_tidy=True), found


def frozen(engine: Engine, settings: Settings, on: date) -> dict[str, float]:
    """Freeze what came, and return how long it took, in all and in the transaction that writes."""
    began = time.monotonic()
    prepared = prepare(engine, settings, NUMBER, MEMBER_STATE, until=on, final=False, on=today())
    ready = time.monotonic()
    act(engine, settings, on=today())(freeze)(prepared)
    return {"freezing_seconds": round(ready - began, 1), "freezing_writes_ms": milliseconds(time.monotonic() - ready)}


def fill(engine: Engine, settings: Settings, initiative: Initiative, on: date, codes: list[Code]) -> None:
    """Let statements have arrived on a day, in bulk, and checks have been spent that the night forgets.

    codes: gets those of some of the statements.
    """
    ids = _ids(codes)
    rows = rows_of(engine, settings, initiative, MEMBER_STATE, on, new_id=lambda: next(ids))
    for _ in range(EACH // AT_ONCE):
        with writing(engine) as connection:
            _arrive(connection, list(islice(rows, AT_ONCE)))
            spent_on = on - timedelta(days=KEPT_DAYS)
            checks = [{"id": secrets.token_bytes(16), "spent_on": spent_on} for _ in range(AT_ONCE // CHECKS)]
            connection.execute(insert(spent_check), checks)


def _ids(codes: list[Code]) -> Iterator[bytes]:
    while True:
        codes.append(Code.new())
        yield codes[-1].statement_id
        for _ in range(ERASABLE - 1):
            yield secrets.token_bytes(16)


def _arrive(connection: Connection, rows: list[Row]) -> None:
    names = [column.name for column in arrival.c]
    arrivals = [(*row, secrets.token_bytes(32)) for row in rows]
    if is_sqlite(connection):
        connection.execute(insert(arrival), [dict(zip(names, row, strict=True)) for row in arrivals])
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.cursor().copy(f"COPY arrival ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["bytea", "int4", "text", "date", "bytea", "bytea", "bytea"])
        for row in arrivals:
            copy.write_row(row)


def waits(engine: Engine, name: str, found: People) -> dict[str, float]:
    """Return how long the slowest took to sign and to erase; on SQLite, also the longest wait for its one writer.

    beyond_flush: without the time in which the disk had a bare flush in hand, too, which is not ours.
    """

    def slowest(takings: Iterable[Taken]) -> float:
        return milliseconds(max(each.took for each in takings))

    def slowest_beyond_flush(takings: Iterable[Taken]) -> float:
        return milliseconds(max(map(found.beyond_flush, takings)))

    figures = {
        f"{name}_slowest_flush_ms": slowest(found.flushed),
        f"{name}_slowest_signing_ms": slowest(found.signed),
        f"{name}_slowest_signing_beyond_flush_ms": slowest_beyond_flush(found.signed),
        f"{name}_slowest_erasing_ms": slowest(found.erased),
    }
    if is_sqlite(engine):
        writer = [each.wait for each in found.signed]
        figures[f"{name}_signer_waits_for_writer_ms"] = slowest(writer)
        figures[f"{name}_signer_waits_for_writer_beyond_flush_ms"] = slowest_beyond_flush(writer)
    return figures


@contextmanager
def writes(engine: Engine) -> Iterator[Callable[[], float]]:
    """Give what returns how many bytes of write-ahead log were written; on SQLite, how large its file became."""
    if not is_sqlite(engine):
        with engine.connect() as connection:
            before = connection.scalar(text("SELECT pg_current_wal_lsn()"))
        yield lambda: _written_since(engine, str(before))
        return
    log, largest, ended = Path(f"{engine.url.database}-wal"), [0], threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            largest[0] = max(largest[0], log.stat().st_size if log.exists() else 0)

    thread = threading.Thread(target=watch)
    thread.start()
    yield lambda: float(largest[0])
    ended.set()
    thread.join()


def _written_since(engine: Engine, before: str) -> float:
    since = text("SELECT pg_current_wal_lsn() - CAST(:before AS pg_lsn)")
    with engine.connect() as connection:
        return float(connection.scalar(since, {"before": before}) or 0)


def size_of(engine: Engine) -> float:
    """Return the size of the database on the disk, in bytes."""
    if is_sqlite(engine):
        return float(Path(str(engine.url.database)).stat().st_size)
    with engine.connect() as connection:
        return float(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def timed(work: Callable[[], object]) -> float:
    """Do it and return how many seconds it took."""
    began = time.monotonic()
    work()
    return round(time.monotonic() - began, 1)


def milliseconds(seconds: float) -> float:
    """Return so many seconds in milliseconds."""
    return round(seconds * 1000, 1)
