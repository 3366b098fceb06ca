"""Received = open + in batches + erased, for each Member State and day, from the rows themselves.

And as many leaves as statements received, and in each batch as many statements as were frozen into it. All numbers come
from one SQL statement, so that what arrives or is frozen meanwhile is in all of them or in none.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    Integer,
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

from signer.batches.state import HANDED, State
from signer.batches.tables import batch
from signer.errors import SignerError
from signer.ledger.tables import leaf
from signer.statements.tables import erasure, received, received_pending, statement

HOLDING = (State.FROZEN, *HANDED)


class Unreconciled(SignerError):
    """Numbers that must agree do not; the message has both, and where."""


@dataclass(frozen=True)
class Place:
    """One Member State of one initiative on one day."""

    initiative_id: int
    member_state: str
    day: date


@dataclass
class StatementCounts:
    """Statements of one place, or of many."""

    received: int = 0
    open: int = 0
    in_batches: int = 0
    erased: int = 0

    def add(self, other: "StatementCounts") -> None:
        """Add the numbers of another place."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class _Batch:
    initiative_id: int
    member_state: str
    until: date
    number: int
    state: State
    frozen: int
    held: int = 0
    erased: int = 0

    def __str__(self) -> str:
        return f"batch {self.member_state} {self.number}"


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


def require_reconciled(connection: Connection) -> Reconciliation:
    """Return the numbers if they agree, of all initiatives. Raises Unreconciled with the first place that differs."""
    rows = connection.execute(_EVERYTHING).all()
    batches = {row.batch: _read_batch(row) for row in rows if row.what == "batch"}
    leaves = sum(row.total for row in rows if row.what == "leaves")
    found = Reconciliation()
    for row in rows:
        if row.what in {"received", "kept", "erased"}:
            _count(row, found, batches)
    _require_places(found.places)
    _require_leaves(leaves, sum(numbers.received for numbers in found.places.values()))
    _require_batches(batches.values())
    return found


def _count(row: Row[Any], found: Reconciliation, batches: dict[int, _Batch]) -> None:
    place = Place(row.initiative_id, row.member_state, row.submitted_on)
    numbers, total = found.places[place], int(row.total)
    if row.what == "received":
        numbers.received += total
    elif row.what == "erased":
        numbers.erased += total
        if row.batch is not None:
            _holder(row, place, batches).erased += total
    elif row.batch is None or (holder := _holder(row, place, batches)).state is State.FAILED:
        numbers.open += total
    else:
        numbers.in_batches += total
        holder.held += total


def _holder(row: Row[Any], place: Place, batches: dict[int, _Batch]) -> _Batch:
    holder = batches.get(row.batch)
    if holder is None:
        raise Unreconciled(
            f"{row.total} statements of {place.member_state}, {place.day} name a batch that is not there"
        )
    if (holder.initiative_id, holder.member_state) != (place.initiative_id, place.member_state):
        raise Unreconciled(f"{holder} holds {row.total} statements of {place.member_state}, {place.day}")
    if place.day > holder.until:
        raise Unreconciled(f"{holder} ends on {holder.until}, but holds {row.total} statements of {place.day}")
    return holder


def _require_places(places: dict[Place, StatementCounts]) -> None:
    for place in sorted(places, key=lambda place: (place.initiative_id, place.member_state, place.day)):
        there = places[place]
        if there.received != there.open + there.in_batches + there.erased:
            raise Unreconciled(
                f"{place.member_state}, {place.day}: received {there.received}, but open {there.open} + "
                f"in batches {there.in_batches} + erased {there.erased}"
            )


def _require_leaves(leaves: int, received_: int) -> None:
    if leaves != received_:
        raise Unreconciled(f"the log has {leaves} leaves, but {received_} statements were received")


def _require_batches(batches: Iterable[_Batch]) -> None:
    for there in batches:
        if there.state in HOLDING and there.frozen != there.held + there.erased:
            raise Unreconciled(
                f"{there} was frozen with {there.frozen}, but holds {there.held}, and {there.erased} were erased since"
            )


def _read_batch(row: Row[Any]) -> _Batch:
    return _Batch(
        row.initiative_id, row.member_state, row.submitted_on, row.number, State(row.state), frozen=int(row.total)
    )


def _counted(
    what: str, table: Table, count: ColumnElement[int], batch_: ColumnElement[Any] | None = None
) -> Select[Any]:
    place = (table.c.initiative_id, table.c.member_state, table.c.submitted_on)
    holder = cast(null(), Integer) if batch_ is None else batch_
    rows = select(literal(what).label("what"), *place, holder.label("batch"), count.label("total"), *_NO_BATCH)
    return rows.group_by(*place, *([] if batch_ is None else [batch_]))


_NO_BATCH = (literal(0).label("number"), literal("").label("state"))
_NOWHERE = (literal(0), literal(""), cast(null(), Date), cast(null(), Integer))

# One statement, because on PostgreSQL each statement sees a state of its own, and others go on signing and freezing.
_EVERYTHING: CompoundSelect[Any] = union_all(
    _counted("received", received, func.sum(received.c.statements)),
    _counted("received", received_pending, func.count()),
    _counted("kept", statement, func.count(), statement.c.batch),
    _counted("erased", erasure, func.count(), erasure.c.batch),
    select(literal("leaves"), *_NOWHERE, func.count(), *_NO_BATCH).select_from(leaf),
    select(
        literal("batch"),
        batch.c.initiative_id,
        batch.c.member_state,
        batch.c.until,
        batch.c.id,
        batch.c.statements,
        batch.c.number,
        batch.c.state,
    ),
)
