"""The days of a collection, from the tables of counts."""

from datetime import timedelta

from signer.database import reading
from signer.tallies.history import Day, read_history
from signer.tallies.paper import PaperCount
from tests.conftest import END, START, Instance
from tests.counts import enter, entries, receive


def on_paper(instance: Instance, after: int, statements: int, corrects: int | None = None) -> None:
    """Enter German statements on paper that came so many days after the start."""
    came = PaperCount("DE", START + timedelta(days=after), statements)
    enter(instance, came, on=END + timedelta(days=30), corrects=corrects)


def history(instance: Instance, after: int) -> tuple[Day, ...]:
    """The days, read so many days after the start."""
    with reading(instance.engine) as connection:
        return read_history(connection, instance.initiative, on=START + timedelta(days=after))


def test_every_day_has_what_came_from_all_member_states_and_what_there_was_by_then(instance: Instance) -> None:
    receive(instance, {"DE": 30, "MT": 1}, on=START)
    receive(instance, {"DE": 5}, on=START + timedelta(days=2))
    on_paper(instance, 1, 700)

    first, second, third, today = history(instance, 3)

    assert first == Day(START, 31, 0, 31, 0)
    assert (second.received, second.paper, second.collected_so_far) == (0, 700, 731)
    assert (third.received_so_far, third.paper_so_far) == (36, 700)
    assert today == Day(START + timedelta(days=3), 0, 0, 36, 700)


def test_a_corrected_count_is_there_once(on_sqlite: Instance) -> None:
    on_paper(on_sqlite, 0, 7_000)
    (wrong,) = entries(on_sqlite)
    on_paper(on_sqlite, 1, 700, corrects=wrong.id)

    assert [day.paper for day in history(on_sqlite, 1)] == [0, 700]


def test_there_is_no_day_before_the_start_and_none_behind_the_end_but_for_paper(on_sqlite: Instance) -> None:
    assert history(on_sqlite, -1) == ()

    on_paper(on_sqlite, (END - START).days + 2, 9)

    days = history(on_sqlite, (END - START).days + 20)
    assert (days[0].on, days[-1].on, days[-1].collected_so_far) == (START, END + timedelta(days=2), 9)
