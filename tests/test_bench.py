"""What the bench tells is what happened: a flush is taken off only from who waited while it lasted."""

import pytest

from bench.people import People, Taken

BESIDE = People(flushed=[Taken(began=0, took=1), Taken(began=2, took=3), Taken(began=6, took=0.5)])


@pytest.mark.parametrize(
    ("one", "left"),
    [
        pytest.param(Taken(began=5.2, took=0.6), 0.6, id="between two flushes"),
        pytest.param(Taken(began=7, took=1), 1, id="after the last"),
        pytest.param(Taken(began=1, took=1), 1, id="from the end of one to the beginning of the next"),
        pytest.param(Taken(began=2.5, took=1), 0, id="within one"),
        pytest.param(Taken(began=0.5, took=1), 0.5, id="behind one, and on without it"),
        pytest.param(Taken(began=1.5, took=5), 2, id="beside two, of which the longest counts"),
    ],
)
def test_the_longest_flush_beside_somebody_is_taken_off(one: Taken, left: float) -> None:
    assert BESIDE.beyond_flush(one) == pytest.approx(left)


def test_without_a_flush_beside_it_nothing_is_taken_off() -> None:
    assert People().beyond_flush(Taken(began=1, took=2)) == 2
