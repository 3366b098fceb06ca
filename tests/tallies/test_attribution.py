"""What is kept of partners' links: tens by week, and nothing that leads to a statement."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from signer.database import reading, writing
from signer.initiatives.initiative import Initiative
from signer.scheme.load import load_scheme
from signer.scheme.statement import read_statement
from signer.statements.tables import statement as statement_table
from signer.tallies import gather
from signer.tallies.attribution import read_attribution
from signer.tallies.gather import Gathering
from signer.tallies.tables import attribution
from tests.acts import MAY_DAY
from tests.conftest import START, Instance
from tests.people import ADA

MONDAY = date(2027, 4, 26)
"""Of the week of May Day, a Saturday."""


def kept(on_sqlite: Instance) -> list[tuple[object, ...]]:
    with reading(on_sqlite.engine) as connection:
        return [tuple(row) for row in connection.execute(select(attribution).order_by(attribution.c.week))]


def note(gathering: Gathering, initiative: Initiative, days: dict[date, int]) -> None:
    person = read_statement(ADA, load_scheme("eu").member_state("DE"), on=MAY_DAY, confirmed=frozenset())
    for day, count in days.items():
        for _ in range(count):
            gathering.note(initiative, person, on=day, partner="spring-2027")


def test_days_of_a_week_are_kept_as_one_number_of_tens(on_sqlite: Instance) -> None:
    gathering = Gathering(on_sqlite.engine, on_sqlite.settings)
    note(gathering, on_sqlite.initiative, {MONDAY: 15, MAY_DAY: 15, MAY_DAY + timedelta(days=2): 20})

    gathering.write()

    assert kept(on_sqlite) == [
        (on_sqlite.initiative.id, "spring-2027", MONDAY, 30),
        (on_sqlite.initiative.id, "spring-2027", MONDAY + timedelta(days=7), 20),
    ]


def test_an_exact_count_is_never_kept_and_the_tens_are_right_on_average(
    on_sqlite: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count of three in a week of three statements would say of each by whose link it came."""
    count = 23
    for drawn in range(10):
        monkeypatch.setattr(gather.secrets, "randbelow", lambda _, drawn=drawn: drawn)
        gathering = Gathering(on_sqlite.engine, on_sqlite.settings)
        week = START + timedelta(weeks=drawn)
        note(gathering, on_sqlite.initiative, {week: count})
        gathering.write()
    numbers = [int(str(row[3])) for row in kept(on_sqlite)]

    assert sorted(numbers) == [20] * 7 + [30] * 3
    assert sum(numbers) == 10 * count


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
