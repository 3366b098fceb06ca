"""SQLite flushes no chunk that only moves rows: a power cut takes the end of its log, and nothing else."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from signer import storage
from signer.batches.reconcile import require_reconciled
from signer.database import SQLITE_PAGE_BYTES, open_engine
from signer.ledger.tables import leaf
from signer.statements import night, settle
from signer.statements.tables import arrival, settled, statement
from signer.storage import discard_write_ahead_log
from tests.conftest import Instance
from tests.settling import count, pass_night, stored
from tests.signing import signed

STATEMENTS, CHUNK, GROUP, CUTS = 24, 4, 9, 36
LOG_HEAD, FRAME_HEAD = 32, 24
FULL = 2
"""SQLite flushes its log at each commit."""


@pytest.fixture
def in_chunks(on_sqlite: Instance, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """An instance that moves rows in many small chunks, and whose log keeps them all."""
    for module in (settle, night):
        monkeypatch.setattr(module, "SQLITE_CHUNK", CHUNK)
    monkeypatch.setattr(settle, "SQLITE_GROUP", GROUP)
    monkeypatch.setattr(storage, "EMPTYING_SECONDS", 3600)
    return on_sqlite


@pytest.mark.slow
def test_whatever_the_power_cut_takes_the_next_night_puts_every_statement_where_it_belongs(
    in_chunks: Instance, tmp_path: Path
) -> None:
    codes = signed(in_chunks, STATEMENTS)
    # From here on, what is done to them lies in the log.
    assert discard_write_ahead_log(in_chunks.engine)
    pass_night(in_chunks)

    seen = set()
    for left in cut(in_chunks, tmp_path):
        seen.add(count(left, arrival, settled, statement))
        pass_night(left)

        assert stored(left) == {code.statement_id for code in codes}
        assert count(left, arrival, settled, statement, leaf) == (0, 0, STATEMENTS, STATEMENTS)
        assert require_reconciled(left.engine).of(left.initiative.id).received == STATEMENTS

    # Before, amid and after each of the three ways.
    assert {(STATEMENTS, 0, 0), (STATEMENTS, STATEMENTS, 0), (0, STATEMENTS, 0), (0, 0, STATEMENTS)} <= seen
    assert len(seen) > 3 * STATEMENTS // CHUNK // 2


def test_places_in_the_log_are_flushed_and_only_moved_rows_are_not(in_chunks: Instance) -> None:
    """Who has seen a signed checkpoint must find it again."""
    flushed: dict[str, set[bool]] = {}

    def note(connection: Connection, _cursor: object, sql: str, *_: object) -> None:
        first, _, what = " ".join(sql.split()).partition(" ")
        if first in {"INSERT", "UPDATE", "DELETE"}:
            level = connection.connection.cursor().execute("PRAGMA synchronous").fetchone()[0]
            flushed.setdefault(f"{first} {' '.join(what.split()[:2])}", set()).add(level == FULL)

    signed(in_chunks, STATEMENTS)
    event.listen(in_chunks.engine, "before_cursor_execute", note)
    pass_night(in_chunks)

    assert {sql for sql, how in flushed.items() if False in how} == {
        "INSERT INTO settled",
        "DELETE FROM arrival",
        "INSERT INTO statement",
        "DELETE FROM settled",
    }
    assert flushed["INSERT INTO leaf"] == flushed["UPDATE log_head SET"] == {True}


def cut(instance: Instance, folder: Path) -> Iterator[Instance]:
    """Yield the instance as it is after power cuts that take the end of its log: all of it, or less and less."""
    path = Path(str(instance.engine.url.database))
    log = path.with_name(f"{path.name}-wal").read_bytes()
    frame = FRAME_HEAD + SQLITE_PAGE_BYTES
    frames = (len(log) - LOG_HEAD) // frame
    for number in range(CUTS + 1):
        left = folder / f"{number}.sqlite3"
        shutil.copyfile(path, left)
        # The disk had begun with the next frame.
        kept = LOG_HEAD + number * frames // CUTS * frame + frame // 2
        left.with_name(f"{left.name}-wal").write_bytes(log[:kept])
        settings = replace(instance.settings, database_url=f"sqlite:///{left}")
        engine = open_engine(settings)
        yield replace(instance, settings=settings, engine=engine)
        engine.dispose()
