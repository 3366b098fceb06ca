"""Reading batches."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from signer.batches.state import State
from signer.batches.tables import batch
from signer.initiatives.tables import initiative


@dataclass(frozen=True)
class BatchSummary:
    """One batch as the auditor sees it.

    count: statements frozen into it. reason: why it failed, else empty. manifest: the bytes that are signed.
    """

    id: int
    registration_number: str
    member_state: str
    number: int
    state: State
    reason: str
    final: bool
    until: date
    frozen_on: date
    count: int
    manifest: bytes


def list_batches(connection: Connection, registration_number: str) -> tuple[BatchSummary, ...]:
    """Return the batches of an initiative by Member State and number."""
    rows = connection.execute(
        select(batch, initiative.c.registration_number)
        .join(initiative, initiative.c.id == batch.c.initiative_id)
        .where(initiative.c.registration_number == registration_number)
        .order_by(batch.c.member_state, batch.c.number)
    )
    return tuple(
        BatchSummary(
            id=row.id,
            registration_number=row.registration_number,
            member_state=row.member_state,
            number=row.number,
            state=State(row.state),
            reason=row.reason,
            final=row.final,
            until=row.until,
            frozen_on=row.frozen_on,
            count=row.statements,
            manifest=row.manifest,
        )
        for row in rows
    )
