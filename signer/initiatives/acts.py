"""What is done about an initiative, in the audit log."""

from sqlalchemy import Connection

from signer.audit.entry import Detail, EntryKind
from signer.audit.record import record_event
from signer.initiatives.initiative import Initiative
from signer.settings import Settings


def record_act(
    connection: Connection,
    settings: Settings,
    initiative: Initiative,
    kind: EntryKind,
    *,
    actor: str,
    **details: Detail,
) -> None:
    """Write down what `actor` did about `initiative`, in the caller's transaction. Raises MissingSecret."""
    number = initiative.registration_number
    record_event(connection, settings, kind, actor=actor, initiative=number, details=details)
