"""Reading batches, the steps that they took, and what authorities certified."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from signer.batches.state import LIVING, REMADE, State
from signer.batches.tables import batch, batch_step, certificate
from signer.database import IDS
from signer.errors import SignerError
from signer.initiatives.tables import initiative


class UnknownBatch(SignerError):
    """There is no such batch."""


@dataclass(frozen=True)
class BatchSummary:
    """One batch as the auditor sees it.

    since, until: its days. count: statements in its file, when that was last made. erased: of its days, by then.
    reason: why it failed, else empty. manifest: the bytes that are signed.
    digest: SHA-256 of the file in hexadecimal; empty if it was frozen by a release that did not keep it.
    """

    id: int
    initiative_id: int
    registration_number: str
    member_state: str
    number: int
    state: State
    reason: str
    final: bool
    since: date
    until: date
    frozen_on: date
    count: int
    erased: int
    manifest: bytes
    digest: str

    @property
    def is_living(self) -> bool:
        """Whether the batch holds the statements of its days."""
        return self.state in LIVING

    def __str__(self) -> str:
        return f"{self.member_state} {self.number}"


@dataclass(frozen=True)
class BatchStep:
    """What happened to a batch. step: a state that it came into, or `exported`."""

    step: str
    taken_on: date
    actor: str
    count: int
    digest: str
    reason: str


@dataclass(frozen=True)
class Certificate:
    """What an authority certified of one Member State. invalid: code of a reason to the number of statements."""

    issued_on: date
    reference: str
    valid_online: int
    valid_paper: int
    invalid: Mapping[str, int]

    @property
    def valid(self) -> int:
        """Valid statements, online and on paper."""
        return self.valid_online + self.valid_paper


def list_batches(connection: Connection, registration_number: str) -> tuple[BatchSummary, ...]:
    """Return the batches of an initiative by Member State and number."""
    wanted = _of(registration_number).order_by(batch.c.member_state, batch.c.number)
    return tuple(_summary(row) for row in connection.execute(wanted))


def find_batch(connection: Connection, registration_number: str, member_state: str, number: int) -> BatchSummary:
    """Return one batch. Raises UnknownBatch."""
    wanted = _of(registration_number).where(batch.c.member_state == member_state.upper(), batch.c.number == number)
    # A code that is no word, such as one with NUL in it, is not even asked for: PostgreSQL would refuse the question.
    row = connection.execute(wanted).one_or_none() if number in IDS and member_state.isalpha() else None
    if row is None:
        raise UnknownBatch(f"there is no batch {number} of this Member State for {registration_number}")
    return _summary(row)


def read_steps(connection: Connection, batch_id: int) -> tuple[BatchStep, ...]:
    """Return what happened to a batch, the first step first."""
    rows = connection.execute(select(batch_step).filter_by(batch_id=batch_id).order_by(batch_step.c.id))
    return tuple(BatchStep(row.step, row.taken_on, row.actor, row.statements, row.digest, row.reason) for row in rows)


def read_certificate(connection: Connection, batch_id: int) -> Certificate | None:
    """Return what the authority certified last of a batch, or None."""
    newest = select(certificate).filter_by(batch_id=batch_id).order_by(certificate.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is None:
        return None
    return Certificate(row.issued_on, row.reference, row.valid_online, row.valid_paper, json.loads(row.invalid))


def _of(registration_number: str) -> Select[Any]:
    made = (
        select(batch_step.c.digest)
        .where(batch_step.c.batch_id == batch.c.id, batch_step.c.step.in_((State.FROZEN, REMADE)))
        .order_by(batch_step.c.id.desc())
        .limit(1)
    )
    return (
        select(batch, initiative.c.registration_number, made.scalar_subquery().label("digest"))
        .join(initiative, initiative.c.id == batch.c.initiative_id)
        .where(initiative.c.registration_number == registration_number)
    )


def _summary(row: Row[Any]) -> BatchSummary:
    return BatchSummary(
        id=row.id,
        initiative_id=row.initiative_id,
        registration_number=row.registration_number,
        member_state=row.member_state,
        number=row.number,
        state=State(row.state),
        reason=row.reason,
        final=row.final,
        since=row.since,
        until=row.until,
        frozen_on=row.frozen_on,
        count=row.statements,
        erased=row.erased,
        manifest=row.manifest,
        digest=row.digest or "",
    )
