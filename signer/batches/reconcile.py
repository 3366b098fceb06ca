"""Received = waiting + open + in batches + erased, for each Member State and day, from the rows themselves.

And as many leaves as statements settled, and in each batch as many statements as its file was made of. All numbers come
from one SQL statement, so that what arrives, moves or is frozen meanwhile is in all of them or in none. It holds nobody
up: it has a transaction of its own, which reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Engine,
    Row,
    Select,
    Table,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from signer.batches.state import LIVING
from signer.batches.tables import batch
from signer.database import reading
from signer.errors import SignerError
from signer.ledger.tables import leaf
from signer.statements.tables import arrival, erasure, received, settled, statement


class Unreconciled(SignerError):
    """Numbers that must agree do not; the message has both, and where."""


class FoundOutside(Unreconciled):
    """A batch does not hold a statement of its days: it came, or was moved, behind the fence.

    batch_id: of the batch, which has to be frozen again.
    """

    def __init__(self, batch_id: int, message: str) -> None:
        super().__init__(message)
        self.batch_id = batch_id


@dataclass(frozen=True)
class Place:
    """One Member State of one initiative on one day."""

    initiative_id: int
    member_state: str
    day: date


@dataclass
class StatementCounts:
    """Statements of one place, or of many. waiting: arrived, not settled yet, and not erased."""

    received: int = 0
    waiting: int = 0
    open: int = 0
    in_batches: int = 0
    erased: int = 0
    arrived: int = field(default=0, compare=False)
    """Of those received, the ones not settled yet, erased ones included."""

    @property
    def settled(self) -> "StatementCounts":
        """The numbers without what is not settled yet: what organisers may see while a day lasts."""
        erased = self.erased - (self.arrived - self.waiting)
        return StatementCounts(self.received - self.arrived, 0, self.open, self.in_batches, erased)

    def add(self, other: "StatementCounts") -> None:
        """Add the numbers of another place."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class _Batch:
    """erased: of its days, when its file was made. gone: of its days, until now."""

    id: int
    initiative_id: int
    member_state: str
    number: int
    final: bool
    since: date
    until: date
    made_of: int
    erased: int
    held: int = 0
    gone: int = 0

    def __str__(self) -> str:
        return f"batch {self.member_state} {self.number}"

    def is_of(self, place: Place) -> bool:
        """Tell whether it is of the Member State of a place; a final batch has all of its days."""
        return (self.initiative_id, self.member_state) == (place.initiative_id, place.member_state)

    def covers(self, day: date) -> bool:
        """Tell whether it is of a day."""
        return self.since <= day <= self.until


@dataclass(frozen=True)
class Reconciliation:
    """Numbers that agree, for each Member State and day."""

    places: dict[Place, StatementCounts] = field(default_factory=lambda: defaultdict(StatementCounts))

    def of(self, initiative_id: int, member_state: str = "") -> StatementCounts:
        """Return the sums of an initiative, or of one of its Member States."""
        total = StatementCounts()
        for place, numbers in self.places.items():
            if place.initiative_id == initiative_id and member_state in {"", place.member_state}:
                total.add(numbers)
        return total


def require_reconciled(engine: Engine) -> Reconciliation:
    """Return the numbers if they agree, of all initiatives. Raises Unreconciled with the first place that differs."""
    with reading(engine, arrival, settled) as connection:
        rows = connection.execute(_EVERYTHING).all()
        batches = [_Batch(*row) for row in connection.execute(_LIVING_BATCHES)]
    found = Reconciliation()
    outside: list[FoundOutside] = []
    for row in rows:
        if row.what != "leaves":
            outside += _count(row, found, batches)
    _require_places(found.places)
    totals = {what: sum(int(row.total) for row in rows if row.what == what) for what in ("received", "leaves")}
    _require_leaves(totals["leaves"], totals["received"])
    # Only now: whoever moved a row must not have a batch voided by it.
    for first in outside:
        raise first
    _require_batches(batches)
    return found


def _count(row: Row[Any], found: Reconciliation, batches: Sequence[_Batch]) -> Iterator[FoundOutside]:
    """Add a number up, and yield each batch that should hold these statements and does not."""
    place, total = Place(row.initiative_id, row.member_state, row.submitted_on), int(row.total)
    numbers = found.places[place]
    own = [there for there in batches if there.is_of(place)]
    holder = next((there for there in own if there.covers(place.day)), None)
    match row.what:
        case "received":
            numbers.received += total
        case "arrived":
            numbers.received += total
            numbers.arrived += total
        case "erased":
            numbers.erased += total
            if holder:
                holder.gone += total
        case "kept" if holder:
            numbers.in_batches += total
            holder.held += total
        case _:
            if row.what == "waiting":
                numbers.waiting += total
            else:
                numbers.open += total
            yield from _outside(own, place, total)


def _outside(batches: Iterable[_Batch], place: Place, total: int) -> Iterator[FoundOutside]:
    for there in batches:
        if there.final or there.covers(place.day):
            yield FoundOutside(
                there.id,
                f"{total} statements of {place.member_state}, {place.day}, are not in {there}, which has the day",
            )


def _require_places(places: dict[Place, StatementCounts]) -> None:
    for place in sorted(places, key=lambda place: (place.initiative_id, place.member_state, place.day)):
        there = places[place]
        if there.received != there.waiting + there.open + there.in_batches + there.erased:
            raise Unreconciled(
                f"{place.member_state}, {place.day}: received {there.received}, but waiting {there.waiting} + open "
                f"{there.open} + in batches {there.in_batches} + erased {there.erased}"
            )


def _require_leaves(leaves: int, placed: int) -> None:
    if leaves != placed:
        raise Unreconciled(f"the log has {leaves} leaves, but {placed} statements were settled")


def _require_batches(batches: Iterable[_Batch]) -> None:
    for there in batches:
        left = there.made_of - (there.gone - there.erased)
        if there.held > left:
            raise FoundOutside(
                there.id,
                f"{there} was made of {there.made_of} statements and has {left} left, but {there.held} are of its days",
            )
        if there.held < left:
            raise Unreconciled(
                f"{there} was made of {there.made_of} statements and {there.gone - there.erased} were erased since, "
                f"but {there.held} are of its days"
            )


def _counted(what: str, table: Table, count: ColumnElement[int], *where: ColumnElement[bool]) -> Select[Any]:
    place = (table.c.initiative_id, table.c.member_state, table.c.submitted_on)
    return select(literal(what).label("what"), *place, count.label("total")).where(*where).group_by(*place)


_IS_PLACED = select(leaf.c.place).where(leaf.c.commitment == arrival.c.commitment).exists()
# On SQLite a settled statement may still lie among the arrivals, too, or only there.
_IS_COPIED = (
    select(settled.c.id).where(settled.c.id == arrival.c.id).exists()
    | select(statement.c.id).where(statement.c.id == arrival.c.id).exists()
)

# One statement, because on PostgreSQL each statement sees a state of its own, and others go on signing and moving.
_EVERYTHING: CompoundSelect[Any] = union_all(
    _counted("received", received, func.sum(received.c.statements)),
    _counted("arrived", arrival, func.count(), ~_IS_PLACED),
    _counted("waiting", arrival, func.count(), arrival.c.sealed.is_not(None), ~_IS_PLACED),
    _counted("settled", arrival, func.count(), arrival.c.sealed.is_not(None), _IS_PLACED, ~_IS_COPIED),
    _counted("settled", settled, func.count()),
    _counted("kept", statement, func.count()),
    _counted("erased", erasure, func.count()),
    select(literal("leaves"), literal(0), literal(""), cast(null(), Date), func.count()).select_from(leaf),
)
_LIVING_BATCHES = select(
    batch.c.id,
    batch.c.initiative_id,
    batch.c.member_state,
    batch.c.number,
    batch.c.final,
    batch.c.since,
    batch.c.until,
    batch.c.statements,
    batch.c.erased,
).where(batch.c.state.in_(LIVING))
