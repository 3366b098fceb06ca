"""Certificates of the authorities, and how far they carry: towards a million, and thresholds in seven Member States.

Source: Regulation (EU) 2019/788, Articles 3(1), 12 and 13, Annexes I and VI.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, insert

from signer.audit.entry import Detail, EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.batches.queries import BatchSummary, Certificate, list_batches, read_certificate, read_steps
from signer.batches.state import HANDED, State, move_to, record_step
from signer.batches.tables import certificate as certificate_table
from signer.batches.transitions import NotReady, checked_text, day_of
from signer.initiatives.calendar import MONTHS_TO_HAND_OVER
from signer.initiatives.initiative import Initiative
from signer.scheme.load import load_scheme
from signer.scheme.months import months_after

MONTHS_TO_CERTIFY = 3
"""After the authority has all statements, online and on paper (Article 12(4))."""
MONTHS_TO_SUBMIT = 3
"""After the last certificate (Article 13)."""

LARGEST = 500_000_000
"""More than there are citizens."""

INVALID = (
    "under_age",
    "duplicate",
    "signed_by_other",
    "illegible",
    "not_found",
    "data_mismatch",
    "not_national",
    "incomplete",
    "outside_period",
    "wrong_form",
    "deceased",
)
"""Reasons that authorities have named; none of them is part of Annex VI."""


def certify(unit: UnitOfWork, batch: BatchSummary, certificate: Certificate) -> None:
    """Record a certificate of Annex VI; a further one of the same batch corrects the one before.

    The caller has reconciled the numbers before. Raises NotReady (numbers, dates or codes that cannot be, or nothing
    new) or WrongStep.
    """
    _require_possible(certificate, batch, received_on=day_of(unit.connection, batch, State.RECEIVED), on=unit.on)
    certificate = replace(certificate, reference=checked_text(certificate.reference, "reference"))
    values: dict[str, Detail] = {
        "reference": certificate.reference,
        "valid_online": certificate.valid_online,
        "valid_paper": certificate.valid_paper,
        "invalid": json.dumps(dict(certificate.invalid), sort_keys=True),
    }
    move_to(unit.connection, batch.id, State.CERTIFIED)
    if read_certificate(unit.connection, batch.id) == certificate:
        raise NotReady(f"this certificate of batch {batch} is recorded already")
    issued_on = certificate.issued_on
    unit.connection.execute(
        insert(certificate_table).values(batch_id=batch.id, issued_on=issued_on, recorded_on=unit.on, **values)
    )
    record_step(
        unit.connection, batch.id, State.CERTIFIED, on=issued_on, actor=unit.actor, reason=certificate.reference
    )
    unit.record(
        EntryKind.BATCH_CERTIFIED,
        batch.registration_number,
        member_state=batch.member_state,
        batch=batch.number,
        issued_on=issued_on.isoformat(),
        **values,
    )


@dataclass(frozen=True)
class MemberStateResult:
    """How one Member State stands.

    threshold: of Annex I. due_on: the day by which its next step is due; None behind the last.
    """

    member_state: str
    threshold: int
    batch: BatchSummary | None
    certificate: Certificate | None
    due_on: date | None

    @property
    def is_reached(self) -> bool:
        """The certified number reaches the threshold."""
        return self.certificate is not None and self.certificate.valid >= self.threshold


@dataclass(frozen=True)
class Result:
    """How far the certificates carry. submit_by: when to submit, once nothing is waited for; else None."""

    member_states: tuple[MemberStateResult, ...]
    goal: int
    member_states_needed: int
    submit_by: date | None

    @property
    def valid(self) -> int:
        """Valid statements in all certificates."""
        return sum(standing.certificate.valid for standing in self.member_states if standing.certificate)

    @property
    def member_states_reached(self) -> int:
        """Member States whose certified number reaches their threshold."""
        return sum(standing.is_reached for standing in self.member_states)

    @property
    def is_enough(self) -> bool:
        """The initiative may be submitted to the Commission."""
        return self.valid >= self.goal and self.member_states_reached >= self.member_states_needed

    @property
    def waited_for(self) -> tuple[MemberStateResult, ...]:
        """Member States that have a batch and have not certified it."""
        return tuple(there for there in self.member_states if there.batch and not there.certificate)


def read_result(connection: Connection, initiative: Initiative) -> Result:
    """Return how every Member State of the scheme stands, in protocol order."""
    scheme = load_scheme(initiative.scheme)
    thresholds: Mapping[str, int] = scheme.thresholds(initiative.registered_on)
    living: dict[str, BatchSummary] = {}
    for there in list_batches(connection, initiative.registration_number):
        if there.state not in {State.FAILED, State.DESTROYED}:
            living[there.member_state] = there
    member_states = tuple(
        _result_of(connection, initiative, code, thresholds[code], living.get(code)) for code in scheme.forms
    )
    issued = [there.certificate.issued_on for there in member_states if there.certificate]
    complete = bool(issued) and all(there.certificate for there in member_states if there.batch)
    return Result(
        member_states,
        scheme.goal,
        scheme.member_states_needed,
        months_after(max(issued), MONTHS_TO_SUBMIT) if complete else None,
    )


def _result_of(
    connection: Connection, initiative: Initiative, member_state: str, threshold: int, batch: BatchSummary | None
) -> MemberStateResult:
    found = read_certificate(connection, batch.id) if batch else None
    due_on: date | None = months_after(initiative.collection_end, MONTHS_TO_HAND_OVER)
    if batch and batch.state in HANDED:
        received = [step.taken_on for step in read_steps(connection, batch.id) if step.step == State.RECEIVED]
        due_on = months_after(received[-1], MONTHS_TO_CERTIFY) if received and not found else None
    return MemberStateResult(member_state, threshold, batch, found, due_on)


def _require_possible(certificate: Certificate, batch: BatchSummary, *, received_on: date | None, on: date) -> None:
    if certificate.issued_on > on:
        raise NotReady(f"{certificate.issued_on} has not come yet; today is {on}")
    if received_on and certificate.issued_on < received_on:
        raise NotReady(f"{certificate.issued_on} is before {received_on}, when the authority had all statements")
    numbers = (certificate.valid_online, certificate.valid_paper, *certificate.invalid.values())
    if any(not 0 <= number <= LARGEST for number in numbers):
        raise NotReady(f"a number of statements is between 0 and {LARGEST}")
    if certificate.valid_online > batch.count:
        raise NotReady(
            f"{certificate.valid_online} valid online statements are certified, but batch {batch} has {batch.count}"
        )
    unknown = sorted(certificate.invalid.keys() - set(INVALID))
    if unknown:
        raise NotReady(f"no reason for invalid statements is called {unknown[0]!r}; known are {', '.join(INVALID)}")
