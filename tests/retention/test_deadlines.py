"""The days by which everything personal must be gone."""

from datetime import date

from signer.retention.deadlines import last_day_kept
from tests.cases import every_case


@every_case(
    ("start", "last"),
    [
        (date(2021, 2, 17), date(2022, 11, 17)),
        (date(2027, 3, 31), date(2028, 12, 31)),
        (date(2026, 5, 31), date(2028, 2, 29)),
        (date(2025, 5, 31), date(2027, 2, 28)),
        (date(2027, 1, 1), date(2028, 10, 1)),
    ],
)
def test_statements_are_kept_for_21_months_after_the_start_at_most(start: date, last: date) -> None:
    """Where the last month is shorter, its last day counts (Regulation No 1182/71, Article 3(2)(c))."""
    assert last_day_kept(start) == last
