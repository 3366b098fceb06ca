"""Many cases of one statement in one test: every case that fails is named, and none hides another.

`pytest.mark.parametrize` makes an item of each case, which every process that runs tests collects anew. `every_case`
has its shape and goes through the cases within one test, as subtests. The cases share the test's fixtures: it is for
tests that leave nothing behind in them.
"""

import inspect
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from itertools import product

import pytest

Test = Callable[..., None]
Row = Mapping[str, object]


def every_case(
    names: str | tuple[str, ...], values: Iterable[object], *, ids: Iterable[str] | Callable[..., str] | None = None
) -> Callable[[Test], Test]:
    """Run a test with each of the values; of two such lines above a test, with each pair.

    names: of the test's arguments, one or several. values: one, or as many as names, for each case.
    ids: what the cases are called, or what tells it of a value; their values themselves if it is not given. The number
    of the case stands before it.
    """
    cases = list(values)
    rows: list[Row] = [
        {names: case} if isinstance(names, str) else dict(zip(names, case, strict=True))  # type: ignore[call-overload]
        for case in cases
    ]
    assert rows
    called = _called(rows, ids)

    def decorate(test: Test) -> Test:
        own, inner = getattr(test, "cases", (test, [("", {})]))
        table = [(f"{name} {more}".strip(), row | other) for (name, row), (more, other) in product(called, inner)]
        return _through(own, table)

    return decorate


def _called(rows: Sequence[Row], ids: Iterable[str] | Callable[..., str] | None) -> list[tuple[str, Row]]:
    tell = ids if callable(ids) else reprlib.repr
    names = (" ".join(map(tell, row.values())) for row in rows) if ids is None or callable(ids) else ids
    return [(f"{number}: {name}", row) for number, (name, row) in enumerate(zip(names, rows, strict=True), start=1)]


def _through(test: Test, table: Sequence[tuple[str, Row]]) -> Test:
    @wraps(test)
    def every(subtests: pytest.Subtests, **fixtures: object) -> None:
        for name, row in table:
            with subtests.test(name):
                test(**fixtures, **row)

    signature = inspect.signature(test)
    asked = [each for name, each in signature.parameters.items() if name not in table[0][1]]
    given = inspect.Parameter("subtests", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    every.__signature__ = signature.replace(parameters=[given, *asked])  # type: ignore[attr-defined]
    every.cases = test, table  # type: ignore[attr-defined]
    return every
