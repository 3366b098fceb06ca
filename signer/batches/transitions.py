"""What happens to a frozen batch: it is opened again, or handed to the authority, who receives it.

Regulation (EU) 2019/788, Article 12. Each step is recorded with who took it, and in the audit log.
"""

import re
from datetime import date

from sqlalchemy import Engine

from signer.audit.entry import Detail, EntryKind
from signer.audit.record import record_event
from signer.batches.queries import BatchSummary, read_steps
from signer.batches.reconcile import require_reconciled
from signer.batches.state import EXPORTED, State, move_to, record_step
from signer.database import reading, writing
from signer.errors import SignerError
from signer.scheme.characters import is_line, tidy
from signer.settings import Settings

REASON_LENGTH = 500
DIGEST = re.compile(r"[0-9a-f]{64}")


class NotReady(SignerError):
    """The step cannot be taken yet, or what was given with it does not fit; the message says what to do first."""


def open_again(engine: Engine, settings: Settings, batch: BatchSummary, *, reason: str, on: date, actor: str) -> None:
    """Void a frozen batch: its statements are open again, to be frozen anew. Raises NotReady, WrongStep."""
    reason = checked_text(reason, "reason")
    _take(engine, settings, batch, State.FAILED, EntryKind.BATCH_OPENED_AGAIN, on=on, actor=actor, reason=reason)


def hand_over(
    engine: Engine, settings: Settings, batch: BatchSummary, *, recipient: str, digest: str, on: date, actor: str
) -> None:
    """Record that the authority was given the file of a final batch.

    recipient: who took it, as an authority and an office, not a private person.
    digest: SHA-256 of the file that was given, in hexadecimal, as read off that file.
    Raises NotReady if the batch is not final, was never exported, or the file is another; WrongStep or Unreconciled.
    """
    if not batch.final:
        raise NotReady(f"batch {batch} is not final; only a final batch is handed over (decision 4)")
    if not DIGEST.fullmatch(digest.lower()):
        raise NotReady("the digest must be 64 hexadecimal digits, as `sha256sum` prints of the file")
    if digest.lower() != batch.digest:
        raise NotReady(f"the file given has SHA-256 {digest.lower()}, but batch {batch} was frozen as {batch.digest}")
    recipient = checked_text(recipient, "recipient")
    if day_of(engine, batch, EXPORTED) is None:
        raise NotReady(f"batch {batch} was never exported; run `signer batch export`")
    _take(engine, settings, batch, State.HANDED_OVER, EntryKind.BATCH_HANDED_OVER, on=on, actor=actor, reason=recipient)


def receive(
    engine: Engine, settings: Settings, batch: BatchSummary, *, reference: str, received_on: date, on: date, actor: str
) -> None:
    """Record that the authority has said that it has all statements, paper too: its three months begin.

    received_on: the day that the authority names. reference: that of its letter.
    Raises NotReady, WrongStep or Unreconciled.
    """
    if received_on > on:
        raise NotReady(f"{received_on} has not come yet; today is {on}")
    handed_over = day_of(engine, batch, State.HANDED_OVER)
    if handed_over and received_on < handed_over:
        raise NotReady(f"{received_on} is before {handed_over}, when batch {batch} was handed over")
    reference = checked_text(reference, "reference")
    _take(
        engine, settings, batch, State.RECEIVED, EntryKind.BATCH_RECEIVED, on=received_on, actor=actor, reason=reference
    )


def day_of(engine: Engine, batch: BatchSummary, step: str) -> date | None:
    """Return the day on which a batch last took a step, or None."""
    with reading(engine) as connection:
        days = [taken.taken_on for taken in read_steps(connection, batch.id) if taken.step == step]
    return days[-1] if days else None


def checked_text(text: str, name: str) -> str:
    """Return `text` tidied. Raises NotReady if it is empty, too long, or no line that can be shown."""
    trimmed = tidy(text)
    if not trimmed:
        raise NotReady(f"the {name} is empty; say it in a few words")
    if not is_line(trimmed, REASON_LENGTH):
        raise NotReady(f"the {name} must be one line of at most {REASON_LENGTH} printable characters")
    return trimmed


def _take(
    engine: Engine,
    settings: Settings,
    batch: BatchSummary,
    wanted: State,
    kind: EntryKind,
    *,
    on: date,
    actor: str,
    reason: str,
) -> None:
    with writing(engine) as connection:
        move_to(connection, batch.id, wanted, reason=reason if wanted is State.FAILED else "")
        require_reconciled(connection)
        record_step(connection, batch.id, wanted, on=on, actor=actor, digest=batch.digest, reason=reason)
        details: dict[str, Detail] = {
            "member_state": batch.member_state,
            "batch": batch.number,
            "statements": batch.count,
            "file_sha256": batch.digest,
            "on": on.isoformat(),
            "said": reason,
        }
        record_event(connection, settings, kind, actor=actor, initiative=batch.registration_number, details=details)
