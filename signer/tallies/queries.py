"""Reading the counts: a few dozen rows, never a scan of statements."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from signer.statements.tables import received


@dataclass(frozen=True)
class Counts:
    """Statements received for one initiative.

    by_member_state: only those with at least one statement.
    """

    by_member_state: Mapping[str, int]

    @property
    def total(self) -> int:
        """Statements received from all Member States."""
        return sum(self.by_member_state.values())

    def of(self, member_state: str) -> int:
        """Statements received from one Member State."""
        return self.by_member_state.get(member_state, 0)


def read_counts(connection: Connection, initiative_id: int) -> Counts:
    """Return the counts as of the last settling."""
    rows = connection.execute(
        select(received.c.member_state, func.sum(received.c.statements).label("total"))
        .where(received.c.initiative_id == initiative_id)
        .group_by(received.c.member_state)
    )
    return Counts({row.member_state: int(row.total) for row in rows})
