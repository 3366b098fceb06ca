"""Whoever opens a table in a spreadsheet must not run what somebody else wrote."""

from signer.publishing.spreadsheets import cell
from tests.cases import every_case


@every_case("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_text_that_would_be_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@every_case(("value", "shown"), [(-5, "-5"), (0, "0"), (None, ""), (True, "true"), ("DE", "DE")])
def test_everything_else_stays_as_it_is(value: object, shown: str) -> None:
    assert cell(value) == shown
