"""Tests that share what took long to make run in one process, and all others wherever there is room."""

from tests.side_by_side import SideBySide

ALONE = "tests/sealing/test_code.py::test_a_code"


def scope(nodeid: str) -> str:
    return SideBySide._split_scope(SideBySide.__new__(SideBySide), nodeid)


def test_the_tests_of_a_marked_module_stay_together() -> None:
    module = "tests/web/console/test_sessions.py"

    assert scope(f"{module}::test_one") == scope(f"{module}::test_other[owner]") == module
    assert scope(ALONE) == ALONE


def test_modules_that_share_a_rehearsal_stay_together_for_each_database() -> None:
    both = ("tests/journeys/test_promise_one.py", "tests/journeys/test_rehearsal.py")

    assert len({scope(f"{module}::test_it[postgresql]") for module in both}) == 1
    assert len({scope(f"{module}::test_it[{store}]") for module in both for store in ("sqlite", "postgresql")}) == 2
