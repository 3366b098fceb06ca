"""The days of a collection, from the tables of counts."""

from datetime import timedelta

from sqlalchemy import insert

from signer.database import reading, writing
from signer.statements.tables import received
from signer.tallies.history import Day, read_history
from signer.tallies.paper import PaperCount, enter_paper, read_paper
from tests.conftest import END, START, TESTER, Instance


def keep(instance: Instance, member_state: str, after: int, statements: int) -> None:
    """Keep a count, so many days after the start."""
    with writing(instance.engine) as connection:
        row = {"initiative_id": instance.initiative.id, "member_state": member_state, "statements": statements}
        connection.execute(insert(received).values(submitted_on=START + timedelta(days=after), **row))


def enter(instance: Instance, after: int, statements: int, corrects: int | None = None) -> None:
    """Enter statements on paper that came so many days after the start."""
    came = PaperCount("DE", START + timedelta(days=after), statements)
    with writing(instance.engine) as connection:
        enter_paper(
            connection,
            instance.settings,
            instance.initiative,
            came,
            on=END + timedelta(days=30),
            actor=TESTER,
            corrects=corrects,
        )


def history(instance: Instance, after: int) -> tuple[Day, ...]:
    """The days, read so many days after the start."""
    with reading(instance.engine) as connection:
        return read_history(connection, instance.initiative, on=START + timedelta(days=after))


def test_every_day_has_what_came_from_all_member_states_and_what_there_was_by_then(instance: Instance) -> None:
    keep(instance, "DE", 0, 30)
    keep(instance, "MT", 0, 1)
    keep(instance, "DE", 2, 5)
    enter(instance, 1, 700)

    first, second, third, today = history(instance, 3)

    assert first == Day(START, 31, 0, 31, 0)
    assert (second.received, second.paper, second.collected_so_far) == (0, 700, 731)
    assert (third.received_so_far, third.paper_so_far) == (36, 700)
    assert today == Day(START + timedelta(days=3), 0, 0, 36, 700)


def test_a_corrected_count_is_there_once(on_sqlite: Instance) -> None:
    enter(on_sqlite, 0, 7_000)
    with reading(on_sqlite.engine) as connection:
        (wrong,) = read_paper(connection, on_sqlite.initiative.id)
    enter(on_sqlite, 1, 700, corrects=wrong.id)

    assert [day.paper for day in history(on_sqlite, 1)] == [0, 700]


def test_there_is_no_day_before_the_start_and_none_behind_the_end_but_for_paper(on_sqlite: Instance) -> None:
    assert history(on_sqlite, -1) == ()

    enter(on_sqlite, (END - START).days + 2, 9)

    days = history(on_sqlite, (END - START).days + 20)
    assert (days[0].on, days[-1].on, days[-1].collected_so_far) == (START, END + timedelta(days=2), 9)
