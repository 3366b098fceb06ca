"""What a rehearsal found out, as a table for people and as JSON for machines."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from signer.rehearsal.comparison import ComparisonRow

COLUMNS = ("sent", "received", "erased", "in_batch", "opened", "persons", "equal")
FIRST_DIFFERENCES = 20


@dataclass(frozen=True)
class RehearsalResult:
    """The rows of all Member States, with what is needed to repeat the rehearsal.

    database: "sqlite" or "postgresql". seconds: from the start to the comparison.
    """

    rows: Sequence[ComparisonRow]
    seed: int
    database: str
    seconds: float

    @property
    def is_equal(self) -> bool:
        """Whether nothing was lost, added or changed."""
        return not self.differences and all(row.equal == row.in_batch for row in self.rows)

    @property
    def differences(self) -> list[str]:
        """Everything that differs, naming statements by their numbers."""
        return [difference for row in self.rows for difference in row.differences]

    def totals(self) -> dict[str, int]:
        """Return the sum of each column."""
        return {column: sum(getattr(row, column) for row in self.rows) for column in COLUMNS}

    def to_json(self) -> dict[str, object]:
        """Return everything for machines."""
        entries = {row.member_state: asdict(row) for row in self.rows}
        for entry in entries.values():
            del entry["member_state"]
        return {
            "equal": self.is_equal,
            "database": self.database,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "totals": self.totals(),
            "member_states": entries,
            "differences": self.differences,
        }

    def to_text(self) -> str:
        """Return the table, the first differences and a line that sums up."""
        totals = self.totals()
        columns = [column for column in COLUMNS if column != "erased" or totals["erased"]]
        lines = ["   " + "".join(f"{column.replace('_', ' '):>10}" for column in columns)]
        lines += [_line(row.member_state, asdict(row), columns) for row in self.rows]
        lines.append(_line("all", totals, columns))
        differences = self.differences
        lines += ["", *differences[:FIRST_DIFFERENCES]]
        if len(differences) > FIRST_DIFFERENCES:
            lines.append(f"and {len(differences) - FIRST_DIFFERENCES} more differences")
        verdict = (
            f"Nothing was lost, added or changed: {totals['sent']} statements sent, {totals['received']} received, "
            f"{totals['erased']} erased, {totals['opened']} opened, {totals['persons']} persons."
            if self.is_equal
            else f"The rehearsal failed: {len(differences)} differences."
        )
        lines.append(f"{verdict} Seed {self.seed}, {self.database}, {self.seconds:.0f} seconds.")
        return "\n".join(lines)


def _line(name: str, figures: dict[str, int], columns: Sequence[str]) -> str:
    return f"{name:3}" + "".join(f"{figures[column]:>10}" for column in columns)
