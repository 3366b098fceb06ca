"""The same numbers as CSV (RFC 4180), for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from signer.publishing.documents import Document

TALLY = ("member_state", "name", "threshold", "received", "paper", "collected", "reached")
HISTORY = ("day", "is_over", "received", "paper", "received_so_far", "paper_so_far", "collected_so_far")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet would reckon out instead of showing it."""


def tally_table(tally: Document, *, more: Sequence[str] = ()) -> str:
    """Return the Member States of a tally document, a line each; no line of sums, which would be counted twice.

    more: columns that this document has besides.
    """
    return table((*TALLY, *more), tally["member_states"])


def history_table(history: Document) -> str:
    """Return the days of a history document, a line each."""
    return table(HISTORY, history["days"])


def table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows, each by the name of a column, as lines below the line of the columns."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([cell(row.get(column)) for column in columns] for row in rows)
    return text.getvalue()


def cell(value: object) -> str:
    """Return what stands in one cell: nothing for None, true or false, and no text that would be a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int) else text
