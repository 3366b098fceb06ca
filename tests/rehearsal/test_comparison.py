"""The comparison finds whatever was lost, added or changed, and names statements by their numbers only."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from signer.batches.manifest import InitiativeData
from signer.offline.formats.xml import heading_of, write_xml
from signer.offline.open_record import Opened
from signer.rehearsal.client import Receipt
from signer.rehearsal.comparison import ComparisonRow, compare, kept_of
from signer.rehearsal.scenario import plan_visits
from signer.scheme.load import load_scheme
from signer.sealing.code import Code

ON = date(2027, 5, 1)
GREECE = load_scheme().member_state("GR")
INITIATIVE = InitiativeData(
    "2027/000042", "eu", "Title", "Objectives", "2027-02-01", "2028-01-31", "https://register.example", "", "Nobody"
)
FIGURES = {"statements": 9, "written": 8, "left_out": 1, "differing": 2, "differing_persons": 1, "persons": 7}
Statements = list[Opened]
Compare = Callable[..., ComparisonRow]


@pytest.fixture(scope="module")
def receipts() -> Sequence[Receipt]:
    """What ten Greek visitors took home; one of them erased, one came twice, one came twice differently."""
    visits = plan_visits(load_scheme(), 270, on=ON, seed=1, erasures=True)
    return [Receipt(visit, Code.new()) for visit in visits if visit.member_state == "GR"]


@pytest.fixture
def statements(receipts: Sequence[Receipt]) -> Statements:
    """What must be in the file: of the fifth, who repeats the first, nothing, and of the eighth, who erased."""
    kept = [kept_of(receipt, ON) for receipt in receipts]
    return [
        Opened(entry.statement_id, ON, entry.fields, entry.visit.person.confirmed)
        for number, entry in enumerate(kept, start=1)
        if number not in {5, 8}
    ]


@pytest.fixture
def compared(receipts: Sequence[Receipt], tmp_path: Path) -> Compare:
    """Compares a file of the given statements with what the visitors typed."""

    def _compared(statements: Statements, /, **figures: int) -> ComparisonRow:
        with write_xml(tmp_path / "GR.xml", heading_of(INITIATIVE, GREECE), GREECE) as xml:
            for statement in statements:
                xml.write(statement)
        told = FIGURES | {"written": len(statements)} | figures
        return compare(receipts, tmp_path, GREECE, received=10, in_batch=9, figures=told, days=(ON, ON))

    return _compared


def test_nothing_differs_where_everything_is_as_typed(compared: Compare, statements: Statements) -> None:
    """Repeats are left out, differing ones written, the erased one gone: all as it must be."""
    row = compared(statements)

    assert row.differences == []
    assert (row.sent, row.received, row.erased, row.in_batch, row.opened, row.persons, row.equal) == (
        10,
        10,
        1,
        9,
        9,
        7,
        9,
    )


def test_a_lost_statement_is_named(compared: Compare, statements: Statements, receipts: Sequence[Receipt]) -> None:
    """Promise 4: nothing can be lost unseen."""
    lost = statements.pop(2)

    row = compared(statements)

    assert lost.statement_id == receipts[2].code.statement_id
    assert f"{receipts[2].visit}: in no file" in row.differences
    assert row.equal == 8


def test_an_added_statement_is_named(compared: Compare, statements: Statements) -> None:
    """Promise 4: nothing can be added unseen."""
    statements.append(Opened(bytes(16), ON, statements[0].fields, frozenset()))

    row = compared(statements)

    assert "statement 00000000-0000-0000-0000-000000000000 is in the file, but nobody has sent it" in row.differences


def test_a_changed_letter_is_named_without_the_value(
    compared: Compare, statements: Statements, receipts: Sequence[Receipt]
) -> None:
    """Promise 4: nothing can be changed unseen; and the message may be shown to anybody."""
    city = statements[0].fields["city"]
    statements[0] = Opened(statements[0].statement_id, ON, {**statements[0].fields, "city": f"{city}α"}, frozenset())

    row = compared(statements)

    assert row.differences == [f"{receipts[0].visit}: city is not what was typed"]
    assert city not in str(row.differences)


def test_a_wrong_day_is_named(compared: Compare, statements: Statements) -> None:
    """The day of submission goes to the authority too."""
    statements[3] = Opened(statements[3].statement_id, date(2027, 5, 2), statements[3].fields, frozenset())

    assert len(compared(statements).differences) == 1


def test_an_erased_statement_in_the_file_is_named(
    compared: Compare, statements: Statements, receipts: Sequence[Receipt]
) -> None:
    """Promise 5: what must end, ends."""
    erased = kept_of(receipts[7], ON)
    statements.append(Opened(erased.statement_id, ON, erased.fields, frozenset()))

    assert f"{receipts[7].visit}: erased, but in the file" in compared(statements).differences


def test_an_identical_repeat_that_is_written_twice_is_named(
    compared: Compare, statements: Statements, receipts: Sequence[Receipt]
) -> None:
    """Promise 2: identical ones are written once."""
    repeat = kept_of(receipts[4], ON)
    statements.append(Opened(repeat.statement_id, ON, repeat.fields, frozenset()))

    row = compared(statements, left_out=0)

    names = f"{receipts[0].visit} and {receipts[4].visit}"
    assert f"{names}: identical, but written 2 times" in row.differences


@pytest.mark.parametrize("figure", FIGURES)
def test_a_report_that_does_not_add_up_is_named(compared: Compare, statements: Statements, figure: str) -> None:
    """The holders sign the report's figures; they must be those of the file."""
    row = compared(statements, **{figure: FIGURES[figure] + 1})

    assert row.differences


def test_a_missing_or_malformed_file_is_named(receipts: Sequence[Receipt], tmp_path: Path) -> None:
    """Whatever comes out of the opening, the rehearsal ends with a row and not with a stack trace."""
    (tmp_path / "GR.xml").write_text("<supportForm><forCountry>gr</forCountry>", encoding="utf-8")

    row = compare(receipts, tmp_path, GREECE, received=10, in_batch=9, figures=FIGURES, days=(ON, ON))

    assert row.differences[0] == "GR.xml is not there or no XML"
    assert row.equal == 0
