"""Accounts come to an instance whose audit log has entries: the log goes on, unbroken, with the first of them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text

from signer import schema
from signer.accounts.invite import accept, invite
from signer.accounts.queries import read_accounts, read_waiting
from signer.accounts.roles import HeldRole, Role
from signer.audit.entry import EntryKind
from signer.audit.read import latest_entries, read_entries, read_head, verify
from signer.audit.record import AUDIT_KEY, audit_key, record_event
from signer.database import StoreUnavailable, open_engine, reading, writing
from signer.schema import migrate
from signer.settings import Settings
from tests.acts import unit

NOW = datetime(2027, 5, 1, 9, 30, tzinfo=UTC)
OWNER = HeldRole(Role.OWNER, "2027/000042")


def test_the_log_goes_on_and_nobody_has_an_account_yet(empty_database: str, tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, secrets=tmp_path / "secrets", database_url=empty_database)
    settings.make_secret(AUDIT_KEY)
    engine = open_engine(settings)
    with writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        assert not {"account", "invitation"} & set(inspect(connection).get_table_names())
        for number in range(3):
            record_event(
                connection, settings, EntryKind.RECONCILED, actor="command:test", details={"statements": number}
            )
        kept_head = read_head(connection)
        before = list(read_entries(connection))

    migrate(engine)

    with reading(engine) as connection:
        assert list(read_entries(connection)) == before
        assert (read_accounts(connection), read_waiting(connection, now=NOW)) == ((), ())
    with writing(engine) as connection:
        token = invite(unit(connection, settings), "ottoline@initiative.example", OWNER, now=NOW)
        accept(unit(connection, settings), token, name="Ottoline Invented", password_hash="hash", now=NOW)
    with reading(engine) as connection:
        (owner,) = read_accounts(connection)
        assert owner.roles == (OWNER,)
        assert latest_entries(connection, 1)[0].kind == EntryKind.ROLE_GIVEN
        key = audit_key(settings).verifying_key
        assert verify(read_entries(connection), read_head(connection), settings, key, kept=[kept_head]).size == 6
    with pytest.raises(StoreUnavailable), writing(engine) as connection:
        connection.execute(text("DELETE FROM audit_entry"))
    engine.dispose()


def test_two_accounts_of_one_address_are_not_kept(empty_database: str, tmp_path: Path) -> None:
    """The database itself says so, whatever two processes do at the same moment."""
    engine = open_engine(Settings(instance=tmp_path, secrets=tmp_path, database_url=empty_database))
    migrate(engine)
    row = "INSERT INTO account (id, email, name, active, fs_uniquifier, made_at, login_count) VALUES "
    active = "true" if engine.dialect.name == "postgresql" else "1"

    with writing(engine) as connection:
        connection.execute(text(f"{row} (1, 'o@initiative.example', '', {active}, 'a', '2027-05-01', 0)"))
    with pytest.raises(StoreUnavailable), writing(engine) as connection:
        connection.execute(text(f"{row} (2, 'o@initiative.example', '', {active}, 'b', '2027-05-01', 0)"))
    engine.dispose()
