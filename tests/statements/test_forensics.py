"""Promise 1: the storage engine does not tell who came when, nor which leaf or check belongs to which statement.

Read are tables, hidden columns, raw pages with what is free on them, indexes and write-ahead logs.
"""

from collections.abc import Container, Mapping
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy import text

from signer.database import is_sqlite, writing
from signer.sealing.code import Code
from signer.service.night import Night, run_night
from signer.statements.settle import empty_arrivals, settle
from signer.storage import empty_write_ahead_log
from tests.acts import MAY_DAY, erase_now
from tests.conftest import Instance
from tests.people import ADA
from tests.signing import record
from tests.statements.forensics import SIGMAS, Found, Watched, betrays_order, search, ties

pytestmark = pytest.mark.slow
"""Seconds, even on SQLite."""

NUMBER = 2_000
GROUPS = (0, 640, 1_310, 2_000)
"""Where each of three settlings begins and ends."""
LONG = ADA | dict.fromkeys(("first_names", "family_names", "street", "city"), "Ễếệễế " * 12)
"""More than 768 bytes: it is sealed in 6,144, so that on SQLite its end lies on a page of its own."""
EVERY = 5
"""Every so many is long."""
ERASED = 20
"""After every so many, somebody erases."""
MEANWHILE = 7
"""So many come between a settling and the emptying of its table."""
NEXT_DAY = MAY_DAY + timedelta(days=1)
EVENING, OF_TODAY = 150, 150
"""Those who come after the last settling, and between midnight and the night."""


def test_three_settlings_tell_no_more_than_the_group_and_a_night_tells_nothing(instance: Instance) -> None:
    store = Watched(instance.store)
    erased = pass_day(instance, store)

    found = search(instance.engine, store.came, logs=False)

    assert {len(each.sealed) > 6_144 for each in store.came[::EVERY]} == {True}
    assert found["statements"].traces
    for begin, end in pairwise(GROUPS):
        # Erasures lie as they came until the night.
        assert_tells_nothing(only(found, {*range(begin, end)} - erased))
        assert_tells_nothing(only(found, {*range(begin, end)[-begin % EVERY :: EVERY]} - erased))

    for number in range(NUMBER, NUMBER + EVENING):
        sign(instance, store, number, Code.new())
    for number in range(NUMBER + EVENING, NUMBER + EVENING + OF_TODAY):
        sign(instance, store, number, Code.new(), on=NEXT_DAY)
    assert run_night(instance.engine, instance.settings, on=NEXT_DAY) == Night("", True, True)
    found = search(instance.engine, store.came)

    assert len(found["leaves"].traces) > 0
    # Those who erase here all came early, and their table is a place of its own: that it is theirs is no secret.
    for numbers in (range(NUMBER + EVENING), range(0, NUMBER, EVERY), range(NUMBER, NUMBER + EVENING)):
        assert_tells_nothing(only(found, {*numbers} - erased))
    assert_tells_nothing(only(found, erased))


def pass_day(instance: Instance, store: Watched) -> set[int]:
    """Let people sign and erase, and the leader settle three times; return the numbers of those erased."""
    erase = partial(erase_now, instance.engine, instance.settings, instance.initiative)
    codes, erased = [Code.new() for _ in range(NUMBER)], set[int]()
    for number, code in enumerate(codes):
        sign(instance, store, number, code)
        if number % ERASED == ERASED - 1:
            erase(codes[number // 2])
            erased.add(number // 2)
        if number + 1 in GROUPS and not is_sqlite(instance.engine):
            # As autovacuum does: it samples what lies there.
            with writing(instance.engine) as connection:
                connection.execute(text("ANALYZE"))
        if number + 1 in GROUPS:
            settle(instance.engine, instance.settings, instance.initiative.id)
        if number + 1 - MEANWHILE in GROUPS or number + 1 == NUMBER:
            empty_arrivals(instance.engine)
            empty_write_ahead_log(instance.engine)
    return erased


def sign(instance: Instance, store: Watched, number: int, code: Code, *, on: date = MAY_DAY) -> None:
    """Record a German or a Dane, some of them at length."""
    collection = instance.collection("DE" if number % 7 else "DK")
    record(store, collection, ADA if number % EVERY else LONG, code=code, on=on)  # type: ignore[arg-type]


def only(found: Mapping[str, Found], numbers: Container[int]) -> Mapping[str, Found]:
    """What was found of those who came with these numbers."""
    return {
        kind: Found(
            {
                name: {number: value for number, value in trace.items() if number in numbers}
                for name, trace in each.traces.items()
            }
        )
        for kind, each in found.items()
    }


def assert_tells_nothing(found: Mapping[str, Found]) -> None:
    """No trace of a statement goes with the order of arrival, or with one of leaves or checks."""
    for name, trace in found["statements"].large():
        assert betrays_order(trace) < SIGMAS, f"{name} tells in which order statements came"
        for kind in ("leaves", "checks"):
            for other, its in found[kind].large():
                assert ties(trace, its) < SIGMAS, f"{name} ties statements to {kind}, {other}"
