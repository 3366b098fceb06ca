"""Freezing: choosing the statements of a batch, for good."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, insert, select, text, update

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.batches.batch_file import Record, batch_digest
from signer.batches.manifest import InitiativeData, Manifest
from signer.batches.reconcile import require_reconciled
from signer.batches.state import State, fail_superseded, is_open, record_step
from signer.batches.tables import batch
from signer.database import is_sqlite
from signer.errors import SignerError
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.keys import log_key, manifest_key, read_storage_key, require_key
from signer.initiatives.queries import find_initiative
from signer.ledger.log import latest_note, sequence_within
from signer.scheme.load import load_scheme
from signer.sealing.storage_key import StorageKey
from signer.statements.tables import finalised, statement
from signer.tallies.rollup import roll_up_within

FETCH = 1000


class NothingToFreeze(SignerError):
    """No statement of the Member State is open up to the cut-off day."""


class NotFinal(SignerError):
    """A final batch is asked for while the collection goes on, or one exists already."""


class AlreadyFinal(NotFinal):
    """The Member State has a final batch already, which holds every statement."""


def freeze(
    unit: UnitOfWork, registration_number: str, member_state: str, *, until: date | None, final: bool
) -> Manifest:
    """Freeze the open statements of one Member State into a new batch and return its manifest.

    until: the last day to take in; without one, yesterday, since today's statements still arrive.
    final: all statements of the Member State, after collection has closed; earlier frozen batches are superseded.
    Statements that arrive meanwhile stay open for the next batch; behind a final one none is taken any more.
    Raises UnknownInitiative, UnknownMemberState, NotFinal, NothingToFreeze, Unreconciled or StoreUnavailable.
    """
    connection, settings = unit.connection, unit.settings
    initiative = find_initiative(connection, registration_number)
    code = load_scheme(initiative.scheme).member_state(member_state).member_state
    recipient = require_key(connection, settings, initiative)
    cut_off = _cut_off(initiative, until, final=final, on=unit.on)
    _require_none_final(connection, initiative, code)
    # Before an interim batch is voided, which would hide that it lost a statement.
    require_reconciled(connection)
    if final:
        _close_behind(unit, initiative, code)
    roll_up_within(connection)
    # The checkpoint of a final batch covers all of it; otherwise the log keeps to its own pace.
    if final or latest_note(connection) is None:
        sequence_within(connection, origin=settings.log_origin, key=log_key(settings))
    batch_id, number = _take_in(unit, initiative, code, cut_off, final=final)
    # Read within the transaction, because it marks the rows: nothing else may move them before their digest is kept.
    storage_key = read_storage_key(settings, registration_number)
    payload = _measure(records_of(connection, batch_id, storage_key))
    manifest = Manifest(
        initiative=_initiative_data(initiative),
        member_state=code,
        number=number,
        final=final,
        count=payload.count,
        until=cut_off.isoformat(),
        first_day=payload.first_day.isoformat(),
        last_day=payload.last_day.isoformat(),
        key_fingerprint=recipient.fingerprint.hex(),
        payload_sha256=payload.sha256,
        payload_bytes=payload.size,
        checkpoint=latest_note(connection) or "",
    )
    frozen = update(batch).where(batch.c.id == batch_id)
    connection.execute(frozen.values(statements=manifest.count, manifest=manifest.encode()))
    digest = batch_digest(manifest, records_of(connection, batch_id, storage_key), manifest_key(settings))
    # And once more with the new batch: it holds what was open, nothing more and nothing less.
    require_reconciled(connection)
    record_step(connection, batch_id, State.FROZEN, on=unit.on, actor=unit.actor, digest=digest)
    unit.record(
        EntryKind.BATCH_FROZEN,
        registration_number,
        member_state=code,
        batch=number,
        final="yes" if final else "no",
        until=manifest.until,
        statements=manifest.count,
        file_sha256=digest,
    )
    return manifest


def records_of(connection: Connection, batch_id: int, storage_key: StorageKey) -> Iterator[Record]:
    """Yield the statements of a batch by id, unwrapped, a thousand in memory at a time. Raises WrongStorageKey."""
    columns = select(statement.c.id, statement.c.submitted_on, statement.c.sealed)
    chosen = columns.where(statement.c.batch == batch_id).order_by(statement.c.id)
    for statement_id, on, sealed in connection.execute(chosen.execution_options(yield_per=FETCH)):
        yield Record(statement_id, on, storage_key.unwrap(sealed, statement_id))


def _cut_off(initiative: Initiative, until: date | None, *, final: bool, on: date) -> date:
    number, end = initiative.registration_number, initiative.collection_end
    if not final:
        # Yesterday: a day is taken in when it is over.
        cut_off = until or date.fromordinal(min(end, on).toordinal() - (on <= end))
        if cut_off > min(end, on):
            raise NotFinal(f"the cut-off day {cut_off} is after today or after the end of collection")
        return cut_off
    if on <= end and initiative.status not in {Status.CLOSED, Status.WITHDRAWN}:
        raise NotFinal(f"{number} collects until {end}; a final batch is frozen after that, or after closing it early")
    if until is not None and until < min(end, on):
        raise NotFinal("a final batch takes in every day; leave the cut-off day away")
    return min(end, on)


def _require_none_final(connection: Connection, initiative: Initiative, member_state: str) -> None:
    there = select(batch.c.number).where(
        batch.c.initiative_id == initiative.id,
        batch.c.member_state == member_state,
        batch.c.final,
        batch.c.state != State.FAILED,
    )
    number = connection.scalar(there)
    if number is not None:
        raise AlreadyFinal(f"batch {number} of {member_state} is final already")


def _close_behind(unit: UnitOfWork, initiative: Initiative, member_state: str) -> None:
    """Let requests under way finish, and make sure that none can add a statement behind the final batch."""
    if not is_sqlite(unit.connection):
        # A weaker lock lets somebody who erases take a row now and want its batch, which is voided below: a deadlock.
        unit.connection.execute(text("LOCK TABLE statement IN EXCLUSIVE MODE"))
    place = {"initiative_id": initiative.id, "member_state": member_state}
    if unit.connection.execute(select(finalised).filter_by(**place)).first() is None:
        unit.connection.execute(insert(finalised).values(**place))
    fail_superseded(unit, initiative.id, member_state)


def _take_in(
    unit: UnitOfWork, initiative: Initiative, member_state: str, cut_off: date, *, final: bool
) -> tuple[int, int]:
    here = {"initiative_id": initiative.id, "member_state": member_state}
    number = (unit.connection.scalar(select(func.max(batch.c.number)).filter_by(**here)) or 0) + 1
    new = insert(batch).values(
        number=number,
        state=State.FROZEN,
        reason="",
        final=final,
        until=cut_off,
        frozen_on=unit.on,
        statements=0,
        manifest=b"",
        **here,
    )
    batch_id = unit.connection.execute(new.returning(batch.c.id)).scalar_one()
    taken = unit.connection.execute(
        update(statement).filter_by(**here).where(statement.c.submitted_on <= cut_off, is_open()).values(batch=batch_id)
    )
    if not taken.rowcount:
        raise NothingToFreeze(f"no statement of {member_state} is open up to {cut_off}")
    return batch_id, number


@dataclass(frozen=True)
class _Payload:
    """What `statements.bin` will be."""

    count: int
    size: int
    sha256: str
    first_day: date
    last_day: date


def _measure(records: Iterator[Record]) -> _Payload:
    digest = hashlib.sha256()
    count = size = 0
    days: set[date] = set()
    for record in records:
        content = record.encode()
        digest.update(content)
        days.add(record.on)
        count, size = count + 1, size + len(content)
    return _Payload(count, size, digest.hexdigest(), min(days), max(days))


def _initiative_data(initiative: Initiative) -> InitiativeData:
    text = initiative.text(initiative.original_language)
    persons = [f"{person.name} <{person.email}>" for person in initiative.contact_persons]
    return InitiativeData(
        registration_number=initiative.registration_number,
        scheme=initiative.scheme,
        title=text.title,
        objectives=text.objectives,
        collection_start=initiative.collection_start.isoformat(),
        collection_end=initiative.collection_end.isoformat(),
        register_url=initiative.register_url,
        website=initiative.website,
        contact_persons="; ".join(persons),
    )
