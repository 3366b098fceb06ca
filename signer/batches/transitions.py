"""Steps of a frozen batch: it is opened again, or handed to the authority, which receives it.

Regulation (EU) 2019/788, Article 12. Each step is recorded with who took it, and in the audit log. The caller has
reconciled the numbers before (`reconcile.py`), outside the transaction, where that holds nobody up.
"""

import re
from datetime import date

from sqlalchemy import Connection

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.batches.queries import BatchSummary, read_steps
from signer.batches.ranges import range_of
from signer.batches.state import EXPORTED, NEXT, State, move_to, record_step
from signer.errors import SignerError
from signer.scheme.characters import is_line, tidy

REASON_LENGTH = 500
DIGEST = re.compile(r"[0-9a-f]{64}")


class NotReady(SignerError):
    """The step cannot be taken yet, or what was given with it does not fit; the message says what to do first."""


def next_states(batch: BatchSummary) -> frozenset[State]:
    """Return the states that the batch can come into; only a final one is handed over (decision 4)."""
    following = NEXT.get(batch.state, frozenset())
    return following if batch.final else following - {State.HANDED_OVER}


def open_again(unit: UnitOfWork, batch: BatchSummary, *, reason: str) -> None:
    """Void a frozen batch: its days are open again, to be frozen again. Raises NotReady, WrongStep."""
    reason = checked_text(reason, "reason")
    _take(unit, batch, State.FAILED, EntryKind.BATCH_OPENED_AGAIN, taken_on=unit.on, reason=reason)


def hand_over(unit: UnitOfWork, batch: BatchSummary, *, recipient: str, digest: str) -> None:
    """Record that the authority was given the file of a final batch.

    recipient: who took it, as an authority and an office, not a private person.
    digest: SHA-256 of the file that was given, in hexadecimal, as read off that file.
    Raises NotReady if the batch is not final, was never exported, the file is another, or something of it was erased
    since it was made; WrongStep.
    """
    if not batch.final:
        raise NotReady(f"batch {batch} is not final; only a final batch is handed over (decision 4)")
    if not DIGEST.fullmatch(digest.lower()):
        raise NotReady("the digest must be 64 hexadecimal digits, as `sha256sum` prints of the file")
    if digest.lower() != batch.digest:
        raise NotReady(f"the file given has SHA-256 {digest.lower()}, but batch {batch} was frozen as {batch.digest}")
    recipient = checked_text(recipient, "recipient")
    if day_of(unit.connection, batch, EXPORTED) is None:
        raise NotReady(f"batch {batch} was never exported; run `signer batch export`")
    if range_of(batch).count_erased(unit.connection) != batch.erased:
        raise NotReady(f"statements of batch {batch} were erased since its file was made; export it again")
    _take(unit, batch, State.HANDED_OVER, EntryKind.BATCH_HANDED_OVER, taken_on=unit.on, reason=recipient)


def receive(unit: UnitOfWork, batch: BatchSummary, *, reference: str, received_on: date) -> None:
    """Record that the authority has said that it has all statements, paper too: its three months begin.

    received_on: the day that the authority names. reference: that of its letter.
    Raises NotReady or WrongStep.
    """
    if received_on > unit.on:
        raise NotReady(f"{received_on} has not come yet; today is {unit.on}")
    handed_over = day_of(unit.connection, batch, State.HANDED_OVER)
    if handed_over and received_on < handed_over:
        raise NotReady(f"{received_on} is before {handed_over}, when batch {batch} was handed over")
    reference = checked_text(reference, "reference")
    _take(unit, batch, State.RECEIVED, EntryKind.BATCH_RECEIVED, taken_on=received_on, reason=reference)


def day_of(connection: Connection, batch: BatchSummary, step: str) -> date | None:
    """Return the day on which a batch last took a step, or None."""
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
    unit: UnitOfWork, batch: BatchSummary, wanted: State, kind: EntryKind, *, taken_on: date, reason: str
) -> None:
    move_to(unit.connection, batch.id, wanted, reason=reason if wanted is State.FAILED else "")
    record_step(unit.connection, batch.id, wanted, on=taken_on, actor=unit.actor, digest=batch.digest, reason=reason)
    unit.record(
        kind,
        batch.registration_number,
        member_state=batch.member_state,
        batch=batch.number,
        statements=batch.count,
        file_sha256=batch.digest,
        on=taken_on.isoformat(),
        said=reason,
    )
