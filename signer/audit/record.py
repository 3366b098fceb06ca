"""Writing an entry of the audit log, in the transaction of the act that it is about: both happen, or neither."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from signer.audit.entry import START, Detail, Entry, EntryKind
from signer.audit.tables import audit_entry, audit_head
from signer.database import Lock, hold
from signer.ledger.checkpoint import Checkpoint
from signer.sealing.canonical import canonical_json
from signer.sealing.signing import SigningKey
from signer.settings import Settings

AUDIT_KEY = "audit-key"


def record_event(
    connection: Connection,
    settings: Settings,
    kind: EntryKind,
    *,
    actor: str,
    initiative: str = "",
    details: Mapping[str, Detail] | None = None,
) -> None:
    """Write down what `actor` did, and sign the new head; durable with the caller's transaction.

    Raises MissingSecret: what cannot be written down must not be done.
    """
    key = audit_key(settings)
    # The next number belongs to one transaction at a time.
    hold(connection, Lock.AUDIT)
    head = connection.execute(select(audit_head)).one_or_none()
    number, previous = (head.size + 1, head.hash) if head else (1, START)
    entry = Entry(
        number=number,
        at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        kind=kind,
        actor=actor,
        initiative=initiative,
        details=details or {},
    )
    hash_ = entry.hash_after(previous)
    connection.execute(
        insert(audit_entry).values(
            number=number,
            at=entry.at,
            kind=entry.kind,
            actor=actor,
            initiative=initiative,
            details=canonical_json(dict(entry.details)).decode(),
            hash=hash_,
        )
    )
    note = Checkpoint(audit_origin(settings), number, hash_).sign(key)
    values = {"size": number, "hash": hash_, "note": note}
    connection.execute(update(audit_head).values(values) if head else insert(audit_head).values(id=1, **values))


def record_nothing(connection: Connection) -> None:
    """Take about as long as `record_event` and change nothing: who waits for an answer must not tell the two apart."""
    connection.execute(update(audit_head).values(size=audit_head.c.size))


def audit_key(settings: Settings) -> SigningKey:
    """Return the key that signs heads of the audit log. Raises MissingSecret."""
    return SigningKey.from_seed(settings.secret(AUDIT_KEY))


def audit_origin(settings: Settings) -> str:
    """Return the name under which heads of the audit log are signed; it is that of no other log."""
    return f"{settings.log_origin}/audit"
