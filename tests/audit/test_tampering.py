"""Whatever is done to the log behind its back, in the database or in a file of it, is found, and the entry is named."""

import json
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from signer.audit.entry import BrokenChain, EntryKind
from signer.audit.exported import export_lines, read_exported
from signer.audit.read import latest_entries, read_entries, read_head, verify
from signer.audit.record import AUDIT_KEY, audit_key, record_event
from signer.audit.tables import audit_head
from signer.database import StoreUnavailable, is_sqlite, open_engine, reading, writing
from signer.settings import Settings
from tests.accounts.conftest import instance_on
from tests.acts import TESTER
from tests.cases import every_case
from tests.conftest import Instance

COPY = (
    "INSERT INTO audit_entry SELECT {}, at, kind, actor, initiative, details, hash FROM audit_entry WHERE number = {}"
)
CHANGE = "UPDATE audit_entry SET {} WHERE number = {}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance whose log has eight entries. Whatever a test does to them is taken back."""
    with instance_on(request, tmp_path_factory.mktemp("log")) as made:
        with writing(made.engine) as connection:
            for number in range(5):
                details = {"statements": number}
                record_event(connection, made.settings, EntryKind.RECONCILED, actor=TESTER, details=details)
        yield made


@contextmanager
def tampered(log: Instance, *statements: str) -> Iterator[Connection]:
    """Do to the log what somebody could who owns the database, with its triggers gone; take it back at the end."""
    with log.engine.connect() as connection, connection.begin() as transaction:
        if is_sqlite(connection):
            for verb in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER audit_entry_no_{verb}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        for statement in statements:
            connection.exec_driver_sql(statement)
        yield connection
        transaction.rollback()


def size_of(connection: Connection, log: Instance, *kept: str) -> int:
    """Verify the log; return how many entries it has. Raises BrokenChain."""
    key = audit_key(log.settings).verifying_key
    return verify(read_entries(connection), read_head(connection), log.settings, key, kept=kept).size


# --- in the database


DONE = {
    "another moment": (CHANGE.format("at = '2027-05-01T00:00:00Z'", 1), "entry 1 .* was changed"),
    "another act": (CHANGE.format("kind = 'collection_paused'", 4), "entry 4 .* was changed"),
    "another person": (CHANGE.format("actor = 'command:eve'", 5), "entry 5 .* was changed"),
    "another initiative": (CHANGE.format("initiative = '2027/000043'", 6), "entry 6 .* was changed"),
    "another number in it": (CHANGE.format("details = '{\"statements\":9}'", 8), "entry 8 .* was changed"),
    "no details": (CHANGE.format("details = '{}'", 8), "entry 8 .* was changed"),
    "the hash of another": (CHANGE.format("hash = (SELECT hash FROM audit_head)", 5), "entry 5 .* was changed"),
    "one gone": ("DELETE FROM audit_entry WHERE number = 5", "entry 5 .* is missing; entry 6 stands there"),
    "three gone": ("DELETE FROM audit_entry WHERE number IN (4, 5, 6)", "entry 4 .* is missing; entry 7 stands there"),
    "the last gone": ("DELETE FROM audit_entry WHERE number > 6", "entries 7 to 8 .* missing from its end"),
    "one moved": (CHANGE.format("number = 1000", 3), "entry 3 .* is missing; entry 4 stands there"),
    "one behind the end": (COPY.format(9, 8), "entry 9 .* was added; its signed head counts 8"),
    "one before the first": (COPY.format(0, 1), "entry 1 .* is missing; entry 0 stands there"),
    "one far before": (COPY.format(-7, 1), "entry 1 .* is missing; entry -7 stands there"),
}


@every_case(("sql", "named"), DONE.values(), ids=DONE)
def test_the_first_entry_that_somebody_has_touched_is_named(log: Instance, sql: str, named: str) -> None:
    with tampered(log, sql) as connection, pytest.raises(BrokenChain, match=named):
        size_of(connection, log)


def test_two_rows_that_have_changed_places_are_found(log: Instance) -> None:
    swap = [CHANGE.format(f"number = {to}", number) for number, to in ((5, 99), (6, 5), (99, 6))]

    with tampered(log, *swap) as connection, pytest.raises(BrokenChain, match="entry 5 of the audit log was changed"):
        size_of(connection, log)


def test_the_log_of_a_day_before_is_found_by_who_has_kept_a_head_of_today(log: Instance) -> None:
    """Restored from a backup with its head, it is sound in itself."""
    with tampered(log) as connection:
        yesterday = connection.exec_driver_sql("SELECT size, hash, note FROM audit_head").one()
        record_event(connection, log.settings, EntryKind.RECONCILED, actor=TESTER)
        today = read_head(connection)
        assert size_of(connection, log, yesterday.note) == 9

        connection.exec_driver_sql("DELETE FROM audit_entry WHERE number = 9")
        connection.execute(update(audit_head).values(yesterday._asdict()))
        assert size_of(connection, log) == 8
        with pytest.raises(BrokenChain, match="has 8 entries, but the kept head counts 9"):
            size_of(connection, log, today)


REFUSED = [
    "UPDATE audit_entry SET details = '{}'",
    "UPDATE audit_entry SET number = 100 WHERE number = 1",
    "DELETE FROM audit_entry WHERE number = 8",
    "TRUNCATE audit_entry",
    f"{COPY.format(2, 2)} AND 1 = 1 ON CONFLICT (number) DO UPDATE SET actor = 'command:eve'",
]


@every_case("sql", REFUSED, ids=lambda sql: sql[:40])
def test_the_database_refuses_to_take_anything_back(log: Instance, sql: str) -> None:
    if sql.startswith("TRUNCATE") and is_sqlite(log.engine):
        pytest.skip("SQLite knows no TRUNCATE")

    with pytest.raises(StoreUnavailable), writing(log.engine) as connection:
        connection.exec_driver_sql(sql)

    with reading(log.engine) as connection:
        assert size_of(connection, log) == 8


def test_a_row_put_in_the_place_of_another_is_named(log: Instance) -> None:
    """SQLite replaces without asking the triggers that refuse to delete; the chain does not need them."""
    if not is_sqlite(log.engine):
        pytest.skip("only SQLite replaces a row without changing it")
    replaced = COPY.format(4, 4).replace("INSERT", "REPLACE").replace("actor", "'command:eve'")

    with log.engine.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql(replaced)
        with pytest.raises(BrokenChain, match="entry 4 of the audit log was changed"):
            size_of(connection, log)
        transaction.rollback()


@every_case("details", ["no json", "[]", "", '{"a":'])
def test_an_entry_made_unreadable_hides_no_other(log: Instance, details: str) -> None:
    """Whoever looks at the log must see the rest, and be able to ask which entry was changed."""
    with tampered(log, CHANGE.format(f"details = '{details}'", 6)) as connection:
        shown = latest_entries(connection, 8)

        assert [entry.number for entry in shown] == list(range(8, 0, -1))
        assert dict(shown[2].details) == {"unreadable": details}
        with pytest.raises(BrokenChain, match="entry 6 of the audit log was changed"):
            size_of(connection, log)


# --- in a file


def exported(log: Instance) -> list[bytes]:
    with reading(log.engine) as connection:
        return list(export_lines(read_entries(connection), read_head(connection)))


def verdict(log: Instance, lines: list[bytes]) -> int:
    """Verify a file; return how many entries it has. Raises BrokenChain."""
    entries, head = read_exported(b"".join(lines).splitlines())
    return verify(entries, head, log.settings, audit_key(log.settings).verifying_key).size


def edited(place: int, **changes: object) -> "Tamper":
    """Change one line as an editor could."""

    def change(lines: list[bytes]) -> list[bytes]:
        line = json.dumps(json.loads(lines[place - 1]) | changes).encode() + b"\n"
        return [*lines[: place - 1], line, *lines[place:]]

    return change


def added(lines: list[bytes]) -> list[bytes]:
    return [*lines[:8], *edited(1, number=9)(lines[7:8]), lines[8]]


Tamper = Callable[[list[bytes]], list[bytes]]
TAMPERED: dict[str, tuple[Tamper, str]] = {
    "a removed line": (lambda lines: lines[:3] + lines[4:], "entry 4 .* is missing; entry 5 stands there"),
    "the first line removed": (lambda lines: lines[1:], "entry 1 .* is missing; entry 2 stands there"),
    "the last lines removed": (lambda lines: lines[:6] + lines[8:], "entries 7 to 8 .* are missing from its end"),
    "another person": (edited(4, actor="command:eve"), "entry 4 .* was changed"),
    "another moment": (edited(1, at="2027-05-01T00:00:00Z"), "entry 1 .* was changed"),
    "other details": (edited(8, details={"statements": 9}), "entry 8 .* was changed"),
    "another hash": (edited(5, hash="00" * 32), "entry 5 .* was changed"),
    "another number": (edited(4, number=44), "entry 4 .* is missing; entry 44 stands there"),
    "a line twice": (lambda lines: [*lines[:4], *lines[3:]], "entry 5 .* is missing; entry 4 stands there"),
    "an added line": (added, "entry 9 .* was added"),
    "two lines that changed places": (
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        "entry 4 .* is missing; entry 5 stands there",
    ),
    "no head": (lambda lines: lines[:-1], "its signed head is missing"),
    "a head before its end": (lambda lines: [*lines[:7], lines[8], lines[7]], "line 9 stands behind the signed head"),
    "nothing but the head": (lambda lines: lines[-1:], "entries 1 to 8 .* are missing from its end"),
    "nothing": (lambda _: [], "empty"),
    "a torn line": (
        lambda lines: [*lines[:3], lines[3][:40] + b"\n", *lines[4:]],
        "line 4 is no .*: it is not JSON",
    ),
    "a line of another kind": (
        lambda lines: [*lines[:3], b'{"number":4}\n', *lines[4:]],
        "line 4 is no entry.*hash",
    ),
    "another head": (lambda lines: [*lines[:8], lines[8].replace(b"8", b"7", 1)], "not signed by the audit key"),
}


@every_case(("change", "named"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_done_to_an_exported_file_is_named(log: Instance, change: Tamper, named: str) -> None:
    lines = exported(log)
    assert verdict(log, lines) == 8

    with pytest.raises(BrokenChain, match=named):
        verdict(log, change(lines))


def test_the_file_of_another_instance_is_not_taken_for_this_ones(log: Instance, tmp_path: Path) -> None:
    """Sound in itself, and signed; but by somebody else's key."""
    elsewhere = replace(log, settings=replace(log.settings, secrets=tmp_path))
    elsewhere.settings.make_secret(AUDIT_KEY)

    with pytest.raises(BrokenChain, match="not signed by the audit key"):
        verdict(elsewhere, exported(log))


# --- by many at once


def write_in_a_process_of_its_own(settings: Settings, name: str, count: int) -> None:
    engine = open_engine(settings)
    for number in range(count):
        with writing(engine) as connection:
            record_event(connection, settings, EntryKind.RECONCILED, actor=name, details={"statements": number})
    engine.dispose()


@pytest.mark.slow
def test_several_processes_at_once_leave_one_chain(instance: Instance) -> None:
    """Each worker of the service, every command and every timer writes into the same log."""
    names = [f"command:writer{number}" for number in range(2)]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for job in [pool.submit(write_in_a_process_of_its_own, instance.settings, name, 20) for name in names]:
            job.result()

    with reading(instance.engine) as connection:
        assert size_of(connection, instance) == 3 + 40
        entries = [kept.entry for kept in read_entries(connection)]
    for name in names:
        assert [entry.details["statements"] for entry in entries if entry.actor == name] == list(range(20))
