"""What a check asks for rises with the rush, as far as a cheap phone can follow, and falls again."""

import pytest

from signer.human_check.check import HumanCheck
from signer.human_check.difficulty import (
    EASY_CHALLENGES,
    EASY_WAITS,
    HARDEST,
    WAIT_SECONDS,
    WORK,
    Load,
    is_surging,
    wait_for,
    work_for,
)
from signer.human_check.surge import Mode
from tests.cases import every_case
from tests.human_check.conftest import KEY, Clock


def test_on_a_quiet_day_it_is_the_least() -> None:
    assert work_for(0, Mode.AUTO) == work_for(EASY_CHALLENGES, Mode.AUTO) == WORK
    assert wait_for(0, Mode.AUTO) == wait_for(EASY_WAITS, Mode.AUTO) == WAIT_SECONDS


def test_it_rises_with_the_rate() -> None:
    assert work_for(3 * EASY_CHALLENGES, Mode.AUTO) == 3 * WORK
    assert wait_for(3 * EASY_WAITS, Mode.AUTO) == 3 * WAIT_SECONDS


def test_it_never_rises_beyond_what_a_cheap_phone_and_a_patient_person_bear() -> None:
    assert work_for(10**9, Mode.AUTO) == work_for(0, Mode.ON) == HARDEST * WORK
    assert wait_for(10**9, Mode.AUTO) == wait_for(0, Mode.ON) == 30


def test_the_operator_can_hold_it_down() -> None:
    assert work_for(10**9, Mode.OFF) == WORK
    assert wait_for(10**9, Mode.OFF) == WAIT_SECONDS


@every_case(
    ("mode", "rate", "surging"),
    [
        (Mode.ON, 0, True),
        (Mode.OFF, 10**6, False),
        (Mode.AUTO, EASY_CHALLENGES, False),
        (Mode.AUTO, 2 * EASY_CHALLENGES, True),
    ],
)
def test_what_is_dear_is_spared_in_a_rush(mode: Mode, rate: float, surging: bool) -> None:
    assert is_surging(rate, mode) is surging


def test_a_steady_rate_is_measured_and_forgotten_after_a_while() -> None:
    clock = Clock(0.0)
    load = Load(clock)
    for _ in range(30 * 200):
        clock.now += 1 / 30
        load.note()

    assert load.per_second() == pytest.approx(30, rel=0.05)
    clock.now += 200
    assert load.per_second() < 0.1


def test_one_moment_of_many_does_not_make_a_rush() -> None:
    load = Load(Clock(0.0))
    for _ in range(100):
        load.note()

    assert work_for(load.per_second(), Mode.AUTO) == WORK


def test_robots_that_wait_wait_longer_and_do_not_make_the_work_of_others_harder() -> None:
    """Waiting costs a robot nothing but time: it must not be a lever."""
    check = HumanCheck(KEY, mode=lambda: Mode.AUTO)
    for _ in range(2_000):
        last = check.ask_to_wait()

    assert last.seconds == 30
    assert not check.is_surging()
