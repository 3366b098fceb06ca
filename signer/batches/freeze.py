"""Freezing: a batch is a range of days of one Member State, and what the file of its statements will be.

It is prepared by reading, which takes as long as there are statements and holds nobody up; then one row is inserted.
What is erased later is no longer in the file that is given out: that is made again (`remake`).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, func, insert, select

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.batches.batch_file import Record, batch_digest
from signer.batches.manifest import InitiativeData, Manifest
from signer.batches.queries import list_batches
from signer.batches.ranges import DayRange, kept_by_day, open_days, open_range
from signer.batches.reconcile import require_reconciled
from signer.batches.state import State, fail_superseded, record_step
from signer.batches.tables import batch
from signer.database import Lock, hold, reading
from signer.errors import SignerError
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.keys import manifest_key, read_storage_key, require_key
from signer.initiatives.queries import find_initiative
from signer.ledger.log import latest_note
from signer.scheme.load import load_scheme
from signer.settings import Settings
from signer.statements.night import bring_home


class NothingToFreeze(SignerError):
    """No statement of the Member State is open up to the cut-off day."""


class NotFinal(SignerError):
    """A final batch is asked for while the collection goes on, or one exists already."""


class AlreadyFinal(NotFinal):
    """The Member State has a final batch already, which holds every statement."""


class FrozenMeanwhile(SignerError):
    """Somebody else has frozen a batch of the Member State in the meantime; nothing was frozen now."""


@dataclass(frozen=True)
class Prepared:
    """A batch as it can be frozen. digest: SHA-256 of its file. erased: of its days, and so not in the file."""

    initiative: Initiative
    days: DayRange
    manifest: Manifest
    digest: str
    erased: int


def prepare(
    engine: Engine,
    settings: Settings,
    registration_number: str,
    member_state: str,
    *,
    until: date | None,
    final: bool,
    on: date,
) -> Prepared:
    """Complete the days that are to be frozen, read their statements, and return the batch that they make.

    until: the last day to take in; without one, yesterday. on: today.
    final: all statements of the Member State, after collection has closed; earlier frozen batches are superseded.
    Raises UnknownInitiative, UnknownMemberState, NotFinal, NothingToFreeze, Unreconciled or StoreUnavailable.
    """
    with reading(engine) as connection:
        initiative = find_initiative(connection, registration_number)
        code = load_scheme(initiative.scheme).member_state(member_state).member_state
        cut_off = _cut_off(initiative, until, final=final, on=on)
        require_key(connection, settings, initiative)
        _require_none_final(connection, initiative, code)
    # Before anything moves, and before an interim batch is voided, which would hide that it lost a statement.
    require_reconciled(engine)
    bring_home(engine, settings, initiative, cut_off)
    require_reconciled(engine)
    with reading(engine) as connection:
        number = _next_number(connection, initiative.id, code)
        days = _days(connection, initiative, code, cut_off, final=final)
        draft = _draft(connection, settings, initiative, days, number=number, final=final)
        return read_batch(connection, settings, initiative, days, draft)


def freeze(unit: UnitOfWork, prepared: Prepared) -> Manifest:
    """Freeze a prepared batch: insert its row. Raises FrozenMeanwhile or AlreadyFinal."""
    connection, manifest, days = unit.connection, prepared.manifest, prepared.days
    hold(connection, Lock.FREEZE)
    _require_none_final(connection, prepared.initiative, days.member_state)
    # Batches are numbered as they are frozen, so the next number also says that the days are still open.
    if _next_number(connection, days.initiative_id, days.member_state) != manifest.number:
        raise FrozenMeanwhile(
            f"another batch of {days.member_state} was frozen meanwhile; nothing was frozen, try again"
        )
    if manifest.final:
        fail_superseded(unit, days.initiative_id, days.member_state)
    values = {**vars(days), "number": manifest.number, "state": State.FROZEN, "reason": "", "final": manifest.final}
    new = insert(batch).values(
        frozen_on=unit.on,
        statements=manifest.count,
        erased=prepared.erased,
        manifest=manifest.encode(),
        **values,
    )
    batch_id = connection.execute(new.returning(batch.c.id)).scalar_one()
    record_step(connection, batch_id, State.FROZEN, on=unit.on, actor=unit.actor, digest=prepared.digest)
    unit.record(
        EntryKind.BATCH_FROZEN,
        manifest.initiative.registration_number,
        member_state=manifest.member_state,
        batch=manifest.number,
        final="yes" if manifest.final else "no",
        until=manifest.until,
        statements=manifest.count,
        file_sha256=prepared.digest,
    )
    return manifest


def member_states_to_freeze(connection: Connection, initiative: Initiative, *, final: bool) -> tuple[str, ...]:
    """Return the Member States of which a new batch would take a statement in, in alphabetical order.

    final: that batch takes in what lies in interim batches, too. Made from counts: today's statements wait.
    """
    batches = list_batches(connection, initiative.registration_number)

    def is_wanted(code: str, days: Iterable[date]) -> bool:
        own = [there for there in batches if there.member_state == code and (there.final or not final)]
        return bool(open_days(days, own))

    kept = kept_by_day(connection, initiative.id)
    return tuple(code for code in sorted(kept) if is_wanted(code, kept[code]))


def _cut_off(initiative: Initiative, until: date | None, *, final: bool, on: date) -> date:
    number, end = initiative.registration_number, initiative.collection_end
    is_closed = on > end or initiative.status in {Status.CLOSED, Status.WITHDRAWN}
    # A day is taken in when it is over, for it or for good.
    last = min(end, on) if is_closed else on - timedelta(days=1)
    if not final:
        if until is not None and until > last:
            raise NotFinal(f"the cut-off day {until} is not over yet; the last day that can be taken in is {last}")
        return until or last
    if not is_closed:
        raise NotFinal(f"{number} collects until {end}; a final batch is frozen after that, or after closing it early")
    if until is not None and until < last:
        raise NotFinal("a final batch takes in every day; leave the cut-off day away")
    return last


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


def _next_number(connection: Connection, initiative_id: int, member_state: str) -> int:
    here = {"initiative_id": initiative_id, "member_state": member_state}
    return (connection.scalar(select(func.max(batch.c.number)).filter_by(**here)) or 0) + 1


def _days(connection: Connection, initiative: Initiative, member_state: str, cut_off: date, *, final: bool) -> DayRange:
    kept = kept_by_day(connection, initiative.id).get(member_state, {})
    batches = list_batches(connection, initiative.registration_number)
    # A final batch takes in what interim ones hold.
    own = [] if final else [there for there in batches if there.member_state == member_state]
    found = open_range(kept, own, first=initiative.collection_start, until=cut_off)
    if found is None:
        raise NothingToFreeze(f"no statement of {member_state} is open up to {cut_off}")
    return DayRange(initiative.id, member_state, *found)


def _draft(
    connection: Connection, settings: Settings, initiative: Initiative, days: DayRange, *, number: int, final: bool
) -> Manifest:
    """Return the manifest of some days, but for what only reading their statements tells."""
    return Manifest(
        initiative=_initiative_data(initiative),
        member_state=days.member_state,
        number=number,
        final=final,
        count=0,
        until=days.until.isoformat(),
        first_day="",
        last_day="",
        key_fingerprint=require_key(connection, settings, initiative).fingerprint.hex(),
        payload_sha256="",
        payload_bytes=0,
        checkpoint=latest_note(connection) or "",
    )


def read_batch(
    connection: Connection, settings: Settings, initiative: Initiative, days: DayRange, draft: Manifest
) -> Prepared:
    """Read the statements of some days twice, for the digest of what is signed and for that of the whole file.

    Raises NothingToFreeze if there is none.
    """
    storage_key = read_storage_key(settings, initiative.registration_number)
    erased = days.count_erased(connection)
    payload = _measure(days.records(connection, storage_key))
    if not payload.count:
        raise NothingToFreeze(f"no statement of {days.member_state} is left up to {days.until}")
    manifest = replace(
        draft,
        count=payload.count,
        first_day=payload.first_day.isoformat(),
        last_day=payload.last_day.isoformat(),
        payload_sha256=payload.sha256,
        payload_bytes=payload.size,
    )
    digest = batch_digest(manifest, days.records(connection, storage_key), manifest_key(settings))
    return Prepared(initiative, days, manifest, digest, erased)


@dataclass(frozen=True)
class _Payload:
    """What `statements.bin` will be."""

    count: int
    size: int
    sha256: str
    first_day: date
    last_day: date


def _measure(records: Iterable[Record]) -> _Payload:
    digest = hashlib.sha256()
    count = size = 0
    days: set[date] = set()
    for record in records:
        content = record.encode()
        digest.update(content)
        days.add(record.on)
        count, size = count + 1, size + len(content)
    return _Payload(count, size, digest.hexdigest(), min(days, default=date.max), max(days, default=date.min))


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
