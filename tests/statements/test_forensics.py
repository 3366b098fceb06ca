"""Promise 1: the storage engine does not tell who came when, nor which leaf or check belongs to which statement.

Read are tables, hidden columns, raw pages with what is free on them, indexes and write-ahead logs.
"""

from collections.abc import Mapping
from itertools import pairwise

from signer.sealing.code import Code
from signer.service.night import run_night
from tests.acts import MAY_DAY
from tests.conftest import Instance
from tests.people import ADA
from tests.settling import settle_now
from tests.signing import record
from tests.statements.forensics import SIGMAS, Found, Watched, betrays_order, search, ties

NUMBER = 2_000
GROUPS = (0, 640, 1_310, 2_000)
"""Where each of three settlings begins and ends."""
LONG = ADA | dict.fromkeys(("first_names", "family_names", "street", "city"), "Ễếệễế " * 12)
"""More than 768 bytes: it is sealed in 6,144, so that on SQLite its end lies on a page of its own."""
EVERY = 5
"""Every so many is long."""


def test_three_settlings_tell_no_more_than_the_group_and_a_night_tells_nothing(instance: Instance) -> None:
    store = Watched(instance.store)
    germany, denmark = instance.collection("DE"), instance.collection("DK")
    for number in range(NUMBER):
        record(store, germany if number % 7 else denmark, ADA if number % EVERY else LONG, code=Code.new())
        if number + 1 in GROUPS:
            settle_now(instance)

    found = search(instance.engine, store.came, logs=False)

    assert {len(each.sealed) > 6_144 for each in store.came[::EVERY]} == {True}
    assert found["statements"].traces
    for begin, end in pairwise(GROUPS):
        assert_tells_nothing(only(found, range(begin, end)))
        assert_tells_nothing(only(found, range(begin, end)[-begin % EVERY :: EVERY]))

    run_night(instance.engine, instance.settings, on=MAY_DAY.replace(day=2))
    found = search(instance.engine, store.came)

    assert len(found["leaves"].traces) > 0
    assert_tells_nothing(found)
    assert_tells_nothing(only(found, range(0, NUMBER, EVERY)))


def only(found: Mapping[str, Found], numbers: range) -> Mapping[str, Found]:
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
