"""One set of numbers: what was collected, what is likely valid, who has reached a threshold, what is needed a day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from signer.database import reading, writing
from signer.scheme.load import load_scheme
from signer.tallies.overview import Likely, MemberStateFigures, Overview, ThresholdStanding, days_until, read_overview
from signer.tallies.paper import PaperCount
from signer.tallies.planning import Expected, expect_share
from tests.acts import MAY_DAY, unit
from tests.cases import every_case
from tests.conftest import END, START, Instance
from tests.counts import enter, receive
from tests.listening import OF_SINGLE_STATEMENTS, listening, naming

MALTA = MemberStateFigures(
    member_state="MT", threshold=4_230, received=4_000, paper=400, repeat_share=0.0, invalid_share=0.1, surplus=0.15
)


def test_likely_valid_is_a_range_from_twice_to_half_as_many_invalid_ones() -> None:
    assert MALTA.likely == Likely(low=3_520, expected=3_960, high=4_180)


def test_repeats_come_off_what_came_online_and_not_off_paper() -> None:
    """On paper the organisers have counted the persons themselves."""
    repeated = replace(MALTA, repeat_share=0.25)

    assert repeated.likely.expected == round((3_000 + 400) * 0.9)
    assert repeated.a_day(1) == -(-(4_230 - repeated.likely.expected) // (0.75 * 0.9))


@every_case(
    ("received", "standing"),
    [
        (3_829, ThresholdStanding.NOT_YET),
        (3_830, ThresholdStanding.DOUBTFUL),
        (4_299, ThresholdStanding.DOUBTFUL),
        (4_300, ThresholdStanding.REACHED),
        (4_464, ThresholdStanding.REACHED),
        (4_465, ThresholdStanding.SAFE),
    ],
)
def test_a_threshold_is_reached_doubtfully_likely_and_safely(received: int, standing: ThresholdStanding) -> None:
    """With 400 on paper and a tenth invalid: at 4,230, at 4,700 and at 4,864.5 collected."""
    assert replace(MALTA, received=received).standing is standing


def test_a_safe_surplus_with_many_invalid_ones_is_not_called_safe() -> None:
    assert replace(MALTA, received=6_000, invalid_share=0.4).standing is ThresholdStanding.DOUBTFUL


def test_what_is_needed_a_day_makes_up_for_repeats_and_invalid_ones() -> None:
    lacking = 4_230 - MALTA.likely.expected

    assert MALTA.a_day(10) == -(-round(lacking / 0.9) // 10)
    assert MALTA.a_day(0) is None
    assert replace(MALTA, received=9_000).a_day(10) == 0


def test_everything_invalid_is_no_fault_of_arithmetic() -> None:
    """Organisers may expect nine in ten; twice as many would be more than all."""
    assert replace(MALTA, invalid_share=0.9).likely.low == 0


def test_the_overview_adds_up_what_the_member_states_have(on_sqlite: Instance) -> None:
    receive(on_sqlite, {"DE": 70_000, "MT": 4_000, "FR": 10})
    enter(on_sqlite, PaperCount("MT", MAY_DAY, 400))
    with writing(on_sqlite.engine) as connection:
        here = unit(connection, on_sqlite.settings), on_sqlite.initiative
        expect_share(*here, "MT", Expected.INVALID, 0.2)
        expect_share(*here, "MT", Expected.REPEATS, 0.1)
    with reading(on_sqlite.engine) as connection:
        found = read_overview(connection, on_sqlite.initiative, on=MAY_DAY)

    assert (found.received, found.paper, found.collected) == (74_010, 400, 74_410)
    assert found.likely.expected == sum(each.likely.expected for each in found.member_states)
    assert figures(found, "MT").likely.expected == round((4_000 * 0.9 + 400) * 0.8)
    assert figures(found, "DE").likely.expected == round(70_000 * 0.97 * (1 - 0.106))
    assert found.repeat_share == pytest.approx((70_010 * 0.03 + 4_000 * 0.1) / 74_010)
    assert found.reached == 2
    assert found.days_left == (END - MAY_DAY).days + 1
    assert tuple(each.member_state for each in found.member_states) == tuple(load_scheme("eu").forms)


def test_days_left_count_today_and_the_last_one() -> None:
    """On the last day there is one day left, after it none; before the first, all of them."""
    initiative = type("Initiative", (), {"collection_start": START, "collection_end": END})()

    left = {
        on: Overview(initiative, on, 1, 1, ()).days_left
        for on in (START - timedelta(days=9), START, END, END + timedelta(days=1))
    }

    assert list(left.values()) == [365, 365, 1, 0]
    assert len(days_until(initiative, END + timedelta(days=9))) == 365
    assert days_until(initiative, START - timedelta(days=1)) == ()


def test_the_overview_never_reads_the_statements(on_sqlite: Instance) -> None:
    with listening(on_sqlite.engine) as (asked,), reading(on_sqlite.engine) as connection:
        read_overview(connection, on_sqlite.initiative, on=MAY_DAY)

    assert naming(asked, "received")
    assert naming(asked, *OF_SINGLE_STATEMENTS) == []


def figures(found: Overview, member_state: str) -> MemberStateFigures:
    """The figures of one Member State."""
    (there,) = [each for each in found.member_states if each.member_state == member_state]
    return there
