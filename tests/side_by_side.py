"""Scheduler of tests that run side by side: those that share what took long to make run in one process.

A module says so itself: `pytestmark = pytest.mark.together`, or `pytest.mark.together("NAME")` where several modules
share it, once on each database. The controller knows node ids alone, so that the mark is read from the module's text.
"""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler.loadscope import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
MARK = re.compile(r'^pytestmark = .*\bpytest\.mark\.together(?:\("([a-z ]+)"\))?', re.MULTILINE)


class SideBySide(LoadScopeScheduling):
    """Every test goes to the process that is free, save those that share; what has most tests goes first.

    Not the `loadgroup` of xdist 3.8: under pytest 9.2 it takes no notice of its marks (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        shared = _shared_by(path)
        if shared is None:
            return nodeid
        return f"{shared} on {'postgresql' if 'postgresql' in test else 'sqlite'}" if shared else path


@cache
def _shared_by(path: str) -> str | None:
    """Return what a module's tests share with others, empty if only with each other; None if nothing."""
    found = MARK.search((ROOT / path).read_text(encoding="utf-8"))
    return (found[1] or "") if found else None
