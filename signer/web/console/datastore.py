"""The tables of accounts as the objects that Flask-Security works with, and the transactions in which it does."""

from datetime import datetime
from typing import ClassVar

from flask import Flask
from flask_security import SQLAlchemySessionUserDatastore
from flask_security.core import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, SessionTransaction, registry, relationship, scoped_session, sessionmaker

from signer.accounts.tables import account, webauthn_credential
from signer.database import METADATA, is_sqlite

WRITING = "signer_writing"


class ConsoleUser(UserMixin):
    """An account, for logging on. What its owner may do, `accounts.roles` says."""

    id: int
    email: str
    name: str
    active: bool
    totp_counter: int | None
    last_login_at: datetime | None  # type: ignore[assignment] # None before the second log-on
    current_login_at: datetime | None  # type: ignore[assignment] # None before the first
    roles: ClassVar[list[RoleMixin]] = []  # type: ignore[misc] # None in the library's sense: they know no initiative


class Passkey(WebAuthnMixin):
    """A passkey or security key of an account."""

    account_id: int

    def __init__(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def get_user_mapping(self) -> dict[str, int]:
        """Return what finds the account."""
        return {"id": self.account_id}


class UnusedRole(RoleMixin):
    """What the library asks for and never meets."""


_registry = registry(metadata=METADATA)
_registry.map_imperatively(Passkey, webauthn_credential)
_registry.map_imperatively(
    ConsoleUser,
    account,
    properties={"webauthn": relationship(Passkey, cascade="all, delete-orphan", passive_deletes=True)},
)


def open_datastore(app: Flask, engine: Engine | None) -> SQLAlchemySessionUserDatastore:
    """Return Flask-Security's way to the accounts, over the engine of the service; one session for each request.

    Not the library's own extension for Flask: it makes a second engine, which knows nothing of SQLite's one writer.
    """
    # Nothing is flushed before the view's end: a flush holds SQLite's writer, and citizens wait for it.
    sessions = scoped_session(sessionmaker(engine, autoflush=False, expire_on_commit=False))
    event.listen(sessions, "before_flush", _begin_to_write)
    event.listen(sessions, "after_transaction_end", _end_to_write)

    def let_go(_failure: BaseException | None) -> None:
        sessions.remove()

    app.teardown_appcontext(let_go)
    return SQLAlchemySessionUserDatastore(sessions, ConsoleUser, UnusedRole, Passkey)


def _begin_to_write(session: Session, _context: object, _instances: object) -> None:
    """SQLite: let go of what was read and wait for the one writer; a reader that turns writer would be refused.

    Between log-on and end of the request others may have written other rows; these are still as they were read,
    or only their owner has changed them.
    """
    connection = session.connection()
    if is_sqlite(connection) and not session.info.get(WRITING):
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        session.info[WRITING] = True


def _end_to_write(session: Session, _transaction: SessionTransaction) -> None:
    session.info.pop(WRITING, None)
