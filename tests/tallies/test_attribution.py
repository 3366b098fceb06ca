"""What is kept of partners' links: tens by week, and nothing that leads to a statement."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import insert

from signer.database import reading, writing
from signer.statements.tables import statement as statement_table
from signer.tallies.attribution import read_attribution
from signer.tallies.tables import attribution
from tests.conftest import START, Instance

MONDAY = date(2027, 4, 26)
"""Of the week of May Day, a Saturday."""


def test_nothing_is_kept_that_could_be_joined_to_a_statement() -> None:
    assert {column.name for column in attribution.columns} == {"initiative_id", "code", "week", "statements"}
    shared = {column.name for column in attribution.columns} & {column.name for column in statement_table.columns}
    assert shared == {"initiative_id"}


def test_a_week_is_shown_once_it_is_over_and_zero_like_any_small_number(on_sqlite: Instance) -> None:
    rows = [
        {"initiative_id": on_sqlite.initiative.id, "code": "spring-2027", "week": week, "statements": count}
        # Tens are all that is ever kept; were it more, it would not be shown.
        for week, count in ((MONDAY, 127), (MONDAY - timedelta(days=7), 40), (MONDAY - timedelta(days=14), 9))
    ]
    with writing(on_sqlite.engine) as connection:
        connection.execute(insert(attribution), rows)

    with reading(on_sqlite.engine) as connection:
        before = read_attribution(connection, on_sqlite.initiative, on=MONDAY + timedelta(days=6))
        after = read_attribution(connection, on_sqlite.initiative, on=MONDAY + timedelta(days=7))

    assert (before.weeks[0], before.total("spring-2027")) == (MONDAY - timedelta(days=7), 40)
    assert (after.weeks[0], after.total("spring-2027")) == (MONDAY, 160)
    assert (after.of("spring-2027", START), after.of("nobody", MONDAY), after.total("nobody")) == (0, 0, 0)


def test_what_was_written_on_the_day_after_a_last_sunday_is_shown(on_sqlite: Instance) -> None:
    """Tens that came on the Sunday are written after midnight, which is another week."""
    ended = replace(on_sqlite.initiative, collection_end=MONDAY - timedelta(days=1))
    row = {"initiative_id": ended.id, "code": "spring-2027", "week": MONDAY, "statements": 10}
    with writing(on_sqlite.engine) as connection:
        connection.execute(insert(attribution), [row])

    with reading(on_sqlite.engine) as connection:
        shown = read_attribution(connection, ended, on=MONDAY + timedelta(days=21))

    assert (shown.weeks[0], shown.total("spring-2027")) == (MONDAY, 10)
