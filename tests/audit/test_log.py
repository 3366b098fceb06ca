"""The audit log in the database: written with the act, never changed, verified against its signed head."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from signer.audit.entry import BrokenChain, EntryKind
from signer.audit.read import latest_entries, read_entries, read_head, verify
from signer.audit.record import AUDIT_KEY, audit_key, record_event
from signer.database import StoreUnavailable, is_sqlite, reading, writing
from signer.initiatives.initiative import Status
from signer.initiatives.lifecycle import NotAllowed, change_status
from signer.sealing.signing import SigningKey
from signer.settings import MissingSecret
from tests.acts import TESTER, unit
from tests.conftest import NUMBER, Instance


def is_whole(instance: Instance, *kept: str) -> int:
    with reading(instance.engine) as connection:
        key = audit_key(instance.settings).verifying_key
        return verify(read_entries(connection), read_head(connection), instance.settings, key, kept=kept).size


def newest(instance: Instance) -> str:
    with reading(instance.engine) as connection:
        return latest_entries(connection, 1)[0].kind


def tamper(instance: Instance, sql: str) -> None:
    """Change the table as somebody who owns the database could: with the triggers gone."""
    with writing(instance.engine) as connection:
        if is_sqlite(connection):
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS audit_entry_no_{verb}"))
        else:
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        connection.execute(text(sql))


def test_what_the_organisers_did_stands_in_order(instance: Instance) -> None:
    with reading(instance.engine) as connection:
        found = [(kept.entry.number, kept.entry.kind, kept.entry.actor) for kept in read_entries(connection)]

    assert found == [
        (1, EntryKind.INITIATIVE_IMPORTED, TESTER),
        (2, EntryKind.KEY_INSTALLED, TESTER),
        (3, EntryKind.COLLECTION_OPENED, TESTER),
    ]
    assert is_whole(instance) == 3


def test_an_act_that_is_refused_leaves_no_entry(instance: Instance) -> None:
    def close_and_pause() -> None:
        with writing(instance.engine) as connection:
            for wanted in (Status.CLOSED, Status.PAUSED):
                change_status(unit(connection, instance.settings), NUMBER, wanted)

    with pytest.raises(NotAllowed):
        close_and_pause()

    assert newest(instance) == EntryKind.COLLECTION_OPENED
    assert is_whole(instance) == 3


def test_what_cannot_be_written_down_is_not_done(instance: Instance) -> None:
    (instance.settings.secrets / AUDIT_KEY).unlink()

    with pytest.raises(MissingSecret), writing(instance.engine) as connection:
        change_status(unit(connection, instance.settings), NUMBER, Status.CLOSED)

    with reading(instance.engine) as connection:
        assert connection.scalar(text("SELECT status FROM initiative")) == Status.COLLECTING


@pytest.mark.parametrize("sql", ["UPDATE audit_entry SET actor = 'command:eve'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_an_entry(instance: Instance, sql: str) -> None:
    with pytest.raises(StoreUnavailable), writing(instance.engine) as connection:
        connection.execute(text(sql))

    assert is_whole(instance) == 3


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE audit_entry SET actor = 'command:eve' WHERE number = 2", "entry 2 of the audit log was changed"),
        ("UPDATE audit_entry SET details = 'no json' WHERE number = 2", "entry 2 of the audit log was changed"),
        ("UPDATE audit_entry SET details = '[]' WHERE number = 2", "entry 2 of the audit log was changed"),
        ("DELETE FROM audit_entry WHERE number = 1", "entry 1 of the audit log is missing"),
        ("DELETE FROM audit_entry WHERE number = 3", "entries 3 to 3 of the audit log are missing from its end"),
        ("DELETE FROM audit_head", "its signed head is missing"),
        ("UPDATE audit_head SET note = 'no note'", "not signed by the audit key"),
    ],
)
def test_whoever_changes_the_table_is_found(instance: Instance, sql: str, named: str) -> None:
    tamper(instance, sql)

    with pytest.raises(BrokenChain, match=named):
        is_whole(instance)


def test_an_emptied_log_is_no_whole_log(instance: Instance) -> None:
    tamper(instance, "DELETE FROM audit_entry")
    tamper(instance, "DELETE FROM audit_head")

    with pytest.raises(BrokenChain, match="empty"):
        is_whole(instance)


def test_a_head_signed_by_another_key_is_refused(instance: Instance) -> None:
    key = SigningKey.from_seed(bytes(32)).verifying_key
    with reading(instance.engine) as connection, pytest.raises(BrokenChain, match="not signed by the audit key"):
        verify(read_entries(connection), read_head(connection), instance.settings, key)


def test_a_head_that_was_kept_still_fits_later(instance: Instance) -> None:
    with reading(instance.engine) as connection:
        kept = read_head(connection)
    with writing(instance.engine) as connection:
        record_event(connection, instance.settings, EntryKind.RECONCILED, actor=TESTER)

    assert is_whole(instance, kept) == 4


def test_many_writers_at_once_leave_one_chain(instance: Instance) -> None:
    def write(place: int) -> None:
        with writing(instance.engine) as connection:
            record_event(connection, instance.settings, EntryKind.RECONCILED, actor=TESTER, details={"place": place})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))

    assert is_whole(instance) == 43
