"""Statements on paper, as organisers count them: by Member State, day and partner. Corrections keep what was there."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, or_, select

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.database import IDS
from signer.errors import Unfit
from signer.initiatives.initiative import Initiative
from signer.scheme.characters import is_line, tidy
from signer.scheme.load import load_scheme
from signer.tallies.tables import paper_count

MOST = 10_000_000
TEXT_LIMIT = 200
UNLIKELY_SHARE = 0.25
"""Of a Member State's threshold: more in one entry is counted once more before it is believed."""


class UnfitPaper(Unfit):
    """The count cannot be, or the entry that it corrects was corrected before."""


@dataclass(frozen=True)
class PaperCount:
    """What somebody counted. received_on: the day on which the forms came. partner, note: may be empty."""

    member_state: str
    received_on: date
    statements: int
    partner: str = ""
    note: str = ""


@dataclass(frozen=True)
class PaperEntry:
    """A count as it was entered. corrected_by: the entry that stands for it now; None if it counts itself."""

    id: int
    count: PaperCount
    entered_on: date
    actor: str
    corrects: int | None
    corrected_by: int | None

    @property
    def stands(self) -> bool:
        """Whether no other entry stands for it."""
        return self.corrected_by is None


def enter_paper(
    unit: UnitOfWork,
    initiative: Initiative,
    count: PaperCount,
    *,
    corrects: int | None = None,
) -> None:
    """Enter a count, in place of another one where `corrects` names it. Raises UnfitPaper or UnknownMemberState.

    initiative: as `find_initiative_to_change` gives it, so that two people do not correct the same entry.

    A count of 0 takes the other one back.
    """
    checked = _checked(initiative, count, unit.on)
    standing = {entry.id for entry in standing_paper(unit.connection, initiative.id)}
    if corrects is not None and corrects not in standing:
        raise UnfitPaper("corrects", "this entry has been corrected already; correct the newest one")
    values = {**vars(checked), "entered_on": unit.on, "actor": unit.actor, "corrects": corrects}
    unit.connection.execute(insert(paper_count).values(initiative_id=initiative.id, **values))
    unit.record(
        EntryKind.PAPER_ENTERED,
        initiative.registration_number,
        member_state=checked.member_state,
        statements=checked.statements,
        corrects=corrects or 0,
    )


def is_unlikely(initiative: Initiative, count: PaperCount) -> bool:
    """Tell whether a count that can be is so large that a digit too many is likelier. Raises UnknownMemberState."""
    scheme = load_scheme(initiative.scheme)
    code = scheme.member_state(count.member_state).member_state
    return UNLIKELY_SHARE * scheme.thresholds(initiative.registered_on)[code] < count.statements <= MOST


def find_same(connection: Connection, initiative_id: int, count: PaperCount) -> PaperEntry | None:
    """Return the entry that stands with the very same count, if there is one: perhaps the button was pressed twice."""
    wanted = replace(count, partner=tidy(count.partner), note=tidy(count.note))
    return next((entry for entry in standing_paper(connection, initiative_id) if entry.count == wanted), None)


def read_paper(connection: Connection, initiative_id: int) -> tuple[PaperEntry, ...]:
    """Return all entries, corrected ones too, the newest first."""
    return _entries(connection.execute(_of(initiative_id).order_by(paper_count.c.id.desc())).all())


def find_paper(connection: Connection, initiative_id: int, entry_id: int) -> PaperEntry | None:
    """Return one entry, a corrected one too; None if there is none of this number."""
    it_or_its_correction = or_(paper_count.c.id == entry_id, paper_count.c.corrects == entry_id)
    rows = connection.execute(_of(initiative_id).where(it_or_its_correction)).all() if entry_id in IDS else ()
    return next((entry for entry in _entries(rows) if entry.id == entry_id), None)


def _of(initiative_id: int) -> Select[Any]:
    return select(paper_count).filter_by(initiative_id=initiative_id)


def _entries(rows: Sequence[Row[Any]]) -> tuple[PaperEntry, ...]:
    corrected = {row.corrects: row.id for row in rows if row.corrects is not None}
    return tuple(
        PaperEntry(
            row.id,
            PaperCount(row.member_state, row.received_on, row.statements, row.partner, row.note),
            row.entered_on,
            row.actor,
            row.corrects,
            corrected.get(row.id),
        )
        for row in rows
    )


def standing_paper(connection: Connection, initiative_id: int) -> Iterator[PaperEntry]:
    """Yield the entries that count: those for which no other one stands."""
    return (entry for entry in read_paper(connection, initiative_id) if entry.stands)


def paper_by_member_state(connection: Connection, initiative_id: int) -> Mapping[str, int]:
    """Return the statements on paper that count, by Member State."""
    totals: Counter[str] = Counter()
    for entry in standing_paper(connection, initiative_id):
        totals[entry.count.member_state] += entry.count.statements
    return totals


def _checked(initiative: Initiative, count: PaperCount, on: date) -> PaperCount:
    form = load_scheme(initiative.scheme).member_state(count.member_state)
    if not 0 <= count.statements <= MOST:
        raise UnfitPaper("statements", f"a count is between 0 and {MOST}")
    if count.received_on > on:
        raise UnfitPaper("received_on", f"{count.received_on} has not come yet; today is {on}")
    if count.received_on < initiative.collection_start:
        raise UnfitPaper("received_on", f"the collection began on {initiative.collection_start}")
    texts = {}
    for name in ("partner", "note"):
        texts[name] = tidy(getattr(count, name))
        if not is_line(texts[name], TEXT_LIMIT):
            raise UnfitPaper(name, f"the {name} must be one line of at most {TEXT_LIMIT} characters")
    return PaperCount(form.member_state, count.received_on, count.statements, **texts)
