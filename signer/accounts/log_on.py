"""Logging on and off: sessions, what a person sees of their own log-ons, and what the audit log keeps."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from signer.accounts.tables import account, account_session
from signer.audit.actor import SERVICE, actor_of
from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork

SESSION_BYTES = 32
LONGEST_SESSION = timedelta(hours=12)
"""However busy somebody is: after a working day they log on again."""


def begin_session(unit: UnitOfWork, account_id: int, *, now: datetime) -> str:
    """Write down that an account has logged on; return the session's id for its cookie, never seen before."""
    session_id = secrets.token_urlsafe(SESSION_BYTES)
    unit.connection.execute(delete(account_session).where(account_session.c.made_at <= now - LONGEST_SESSION))
    unit.connection.execute(
        insert(account_session).values(id_sha256=_digest(session_id), account_id=account_id, made_at=now)
    )
    unit.connection.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(last_login_at=account.c.current_login_at, current_login_at=now, login_count=account.c.login_count + 1)
    )
    unit.by(actor_of(account_id)).record(EntryKind.LOGGED_ON)
    return session_id


def holds_session(connection: Connection, account_id: int, session_id: str, *, now: datetime) -> bool:
    """Tell whether this session of the account was begun and has not been ended."""
    found = connection.scalar(
        select(account_session.c.account_id).where(
            account_session.c.id_sha256 == _digest(session_id), account_session.c.made_at > now - LONGEST_SESSION
        )
    )
    return found == account_id


def end_session(unit: UnitOfWork, account_id: int, session_id: str) -> None:
    """Write down that an account has logged off; its cookie opens nothing any more."""
    unit.connection.execute(delete(account_session).where(account_session.c.id_sha256 == _digest(session_id)))
    unit.by(actor_of(account_id)).record(EntryKind.LOGGED_OFF)


def end_sessions(connection: Connection, account_id: int, *, but: str = "") -> None:
    """Log an account off wherever it is logged on, but for one session."""
    connection.execute(
        delete(account_session).where(
            account_session.c.account_id == account_id, account_session.c.id_sha256 != _digest(but)
        )
    )


def spend_code(connection: Connection, account_id: int, counter: int) -> bool:
    """Take the code of one half minute; return False if it, or a later one, was taken already, perhaps just now."""
    unspent = or_(account.c.totp_counter.is_(None), account.c.totp_counter < counter)
    taken = connection.execute(
        update(account).where(account.c.id == account_id, unspent).values(totp_counter=counter)
    ).rowcount
    return bool(taken)


def spend_recovery_code(connection: Connection, account_id: int, is_it: Callable[[str], bool]) -> bool:
    """Take the recovery code that `is_it` knows from its sealed form; return False if the account has it no longer."""
    kept = connection.scalar(select(account.c.mf_recovery_codes).where(account.c.id == account_id).with_for_update())
    left = list(kept or ())
    found = next(filter(is_it, left), None)
    if found is None:
        return False
    left.remove(found)
    connection.execute(update(account).where(account.c.id == account_id).values(mf_recovery_codes=left))
    return True


def record_failure(unit: UnitOfWork, account_id: int, *, step: str) -> None:
    """Write down that somebody gave a wrong password or second factor for an account.

    step: `password` or `second_factor`. Tries at addresses without an account are not written down: the log would
    fill with what robots make up.
    """
    # Whoever tried is not known to be the account's owner.
    unit.by(SERVICE).record(EntryKind.LOG_ON_FAILED, account=account_id, step=step)


def _digest(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()
