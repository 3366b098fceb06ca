"""Whatever is frozen and opened again in whatever order: no day is in two batches, and none with statements in none."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from signer.batches.ranges import open_days, open_range

FIRST = date(2027, 2, 1)
DAYS = 12
BROUGHT = st.sets(st.integers(0, DAYS - 1).map(lambda place: FIRST + timedelta(days=place)), min_size=1)
"""The days of a Member State on which somebody signed."""


@dataclass
class Frozen:
    """A batch, as far as its days go."""

    since: date
    until: date
    is_living: bool = True


def freeze_everything(brought: set[date], batches: list[Frozen], *, until: date) -> None:
    """Freeze one stretch after the other, as `signer batch create` does."""
    while found := open_range(brought, batches, first=FIRST, until=until):  # type: ignore[arg-type]
        batches.append(Frozen(*found))


def holders(day: date, batches: list[Frozen]) -> int:
    return sum(there.is_living and there.since <= day <= there.until for there in batches)


@given(BROUGHT, st.lists(st.tuples(st.integers(0, DAYS - 1), st.sets(st.integers(0, 30))), min_size=1))
def test_every_day_up_to_the_cut_off_is_in_one_batch_and_every_later_one_in_one_at_most(
    brought: set[date], nights: list[tuple[int, set[int]]]
) -> None:
    """nights: the cut-off day, and the numbers of the batches that are opened again first."""
    batches: list[Frozen] = []
    for place, opened in nights:
        for number in opened & set(range(len(batches))):
            batches[number].is_living = False
        until = FIRST + timedelta(days=place)

        freeze_everything(brought, batches, until=until)

        assert all(there.since <= there.until for there in batches)
        assert all(holders(day, batches) <= 1 for day in each_day())
        assert all(holders(day, batches) == 1 for day in brought if day <= until)
        assert open_days(brought, batches) == sorted(day for day in brought if not holders(day, batches))  # type: ignore[arg-type]
        assert all(any(there.since <= day <= there.until for day in brought) for there in batches)


def each_day() -> list[date]:
    return [FIRST + timedelta(days=place) for place in range(DAYS)]


@given(BROUGHT)
def test_a_final_batch_begins_with_the_collection_or_with_a_statement_from_before_it(brought: set[date]) -> None:
    """A clock may have been wrong: whatever is there is taken in."""
    end = max(brought)
    first = min(brought) + timedelta(days=1)

    assert open_range(brought, [], first=first, until=end) == (min(brought), end)
    assert open_range(brought, [], first=FIRST, until=end) == (FIRST, end)
