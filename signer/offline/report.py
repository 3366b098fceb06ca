"""The report beside the authority's files: figures, and the identifiers of repeats behind them."""

import json
from collections.abc import Iterable
from typing import BinaryIO
from uuid import UUID

from signer.offline.results import OpeningFigures

FORMAT = "signer opening report 1"


class ReportWriter:
    """Writes `report.json` in one pass: lists of identifiers can be long, and are never held together."""

    def __init__(self, file: BinaryIO, facts: dict[str, object]) -> None:
        self._file, self._separator = file, "\n"
        self._put(json.dumps({"format": FORMAT, **facts}, ensure_ascii=False, indent=1)[:-2])
        self._put(',\n "member_states": {')

    def begin(self, member_state: str) -> None:
        """Begin the entry of one Member State."""
        self._put(f'{self._separator}  "{member_state}": {{')
        self._separator = ",\n"

    def add_groups(self, name: str, groups: Iterable[tuple[bytes, ...]]) -> tuple[int, int]:
        """Write one list of groups of statement ids; return how many groups and how many ids there were."""
        count = members = 0
        self._put(f'\n   "{name}": [')
        for group in groups:
            ids = json.dumps([str(UUID(bytes=statement_id)) for statement_id in group])
            self._put(f"{',' if count else ''}\n    {ids}")
            count, members = count + 1, members + len(group)
        self._put("],")
        return count, members

    def end(self, outcome: OpeningFigures) -> None:
        """Write the figures and end the entry."""
        self._put(f'\n   "figures": {json.dumps(outcome.figures())}}}')

    def close(self) -> None:
        """End the report."""
        self._put("\n }\n}\n")

    def _put(self, text: str) -> None:
        self._file.write(text.encode())
