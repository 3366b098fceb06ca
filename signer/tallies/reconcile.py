"""Received = kept + erased, for each Member State and day, from the rows themselves; and as many leaves in all.

All numbers come from one statement, so that what arrives meanwhile is in all of them or in none.
"""

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    Select,
    Table,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from signer.errors import SignerError
from signer.ledger.tables import leaf
from signer.statements.tables import erasure, received, received_pending, statement

Day = tuple[int, str, date]
"""Initiative's row id, Member State, day of submission."""


class Unreconciled(SignerError):
    """Numbers that must agree do not; the message has both, and where."""


def require_reconciled(connection: Connection) -> None:
    """Return if received = kept + erased for every Member State and day, and leaves = received.

    Raises Unreconciled with the first place that differs.
    """
    numbers: dict[str, Counter[Day]] = {name: Counter() for name in ("received", "kept", "erased", "leaves")}
    for row in connection.execute(_EVERYTHING):
        numbers[row.what][row.initiative_id, row.member_state, row.submitted_on] += int(row.total)
    received_, kept, erased = numbers["received"], numbers["kept"], numbers["erased"]
    for place in sorted(received_.keys() | kept.keys() | erased.keys()):
        if received_[place] != kept[place] + erased[place]:
            _, member_state, day = place
            raise Unreconciled(
                f"{member_state}, {day}: received {received_[place]}, but kept {kept[place]} + erased {erased[place]}"
            )
    leaves = numbers["leaves"].total()
    if leaves != received_.total():
        raise Unreconciled(f"the log has {leaves} leaves, but {received_.total()} statements were received")


def _counted(what: str, table: Table, count: ColumnElement[int]) -> Select[Any]:
    place = (table.c.initiative_id, table.c.member_state, table.c.submitted_on)
    return select(literal(what).label("what"), *place, count.label("total")).group_by(*place)


# One statement, because on PostgreSQL each statement sees a state of its own, and others go on signing.
_EVERYTHING: CompoundSelect[Any] = union_all(
    _counted("received", received, func.sum(received.c.statements)),
    _counted("received", received_pending, func.count()),
    _counted("kept", statement, func.count()),
    _counted("erased", erasure, func.count()),
    select(literal("leaves"), literal(0), literal(""), cast(null(), Date), func.count()).select_from(leaf),
)
