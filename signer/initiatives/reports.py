"""Notice of the start and reports of numbers to the Commission, as organisers say that they have sent them.

Source: Regulation (EU) 2019/788, Articles 8(2) and 9. The service sends nothing: organisers do, in the register.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.errors import Unfit
from signer.initiatives.initiative import Initiative
from signer.initiatives.tables import initiative as initiative_table
from signer.initiatives.tables import report

MOST = 500_000_000
"""More than there are citizens."""


class UnfitReport(Unfit):
    """The day or the number cannot be."""


@dataclass(frozen=True)
class Report:
    """A report that was sent. statements: in all, online and on paper."""

    sent_on: date
    statements: int
    actor: str


def read_reports(connection: Connection, initiative_id: int) -> tuple[Report, ...]:
    """Return the reports that were sent, the newest first."""
    rows = connection.execute(_newest_first(initiative_id))
    return tuple(Report(row.sent_on, row.statements, row.actor) for row in rows)


def record_notice(unit: UnitOfWork, initiative: Initiative, *, sent_on: date) -> None:
    """Record that the Commission was told of the start; a second time, to correct the day. Raises UnfitReport."""
    _require_day(sent_on, initiative, unit.on)
    here = initiative_table.c.id == initiative.id
    unit.connection.execute(update(initiative_table).where(here).values(start_notified_on=sent_on))
    unit.record(EntryKind.NOTICE_RECORDED, initiative.registration_number, on=sent_on.isoformat())


def record_report(
    unit: UnitOfWork,
    initiative: Initiative,
    *,
    sent_on: date,
    statements: int,
) -> None:
    """Record that a report was sent, with how many statements in all; the same again is no other one.

    Raises UnfitReport.
    """
    _require_day(sent_on, initiative, unit.on)
    if sent_on < initiative.collection_start:
        raise UnfitReport("sent_on", f"the collection began on {initiative.collection_start}; nothing was there before")
    if not 0 <= statements <= MOST:
        raise UnfitReport("statements", f"the number is between 0 and {MOST}")
    newest = unit.connection.execute(_newest_first(initiative.id).limit(1)).one_or_none()
    if newest and (newest.sent_on, newest.statements) == (sent_on, statements):
        return  # the button was pressed twice
    values = {"sent_on": sent_on, "statements": statements, "actor": unit.actor}
    unit.connection.execute(insert(report).values(initiative_id=initiative.id, **values))
    unit.record(
        EntryKind.REPORT_RECORDED,
        initiative.registration_number,
        on=sent_on.isoformat(),
        statements=statements,
    )


def _newest_first(initiative_id: int) -> Select[Any]:
    return select(report).filter_by(initiative_id=initiative_id).order_by(report.c.sent_on.desc(), report.c.id.desc())


def _require_day(sent_on: date, initiative: Initiative, on: date) -> None:
    if sent_on > on:
        raise UnfitReport("sent_on", f"{sent_on} has not come yet; today is {on}")
    if sent_on < initiative.registered_on:
        raise UnfitReport("sent_on", f"the initiative was registered on {initiative.registered_on}, which is later")
