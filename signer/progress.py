"""Progress of long work on standard error: a bar on a terminal, a line every five per cent elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")
STEPS = 20


def progress(items: Iterable[Item], *, total: int, label: str, quiet: bool = False) -> Iterator[Item]:
    """Yield `items`, showing how many of `total` passed, at what rate and how long is left."""
    if quiet:
        yield from items
    elif sys.stderr.isatty():
        yield from tqdm(items, total=total, desc=label, file=sys.stderr, unit="", leave=False)
    else:
        yield from _in_lines(items, total, label)


def _in_lines(items: Iterable[Item], total: int, label: str) -> Iterator[Item]:
    shown = 0
    for done, item in enumerate(items, start=1):
        yield item
        step = done * STEPS // total if total else STEPS
        if step > shown:
            shown = step
            print(f"{label}: {done} of {total} ({100 * done // total} %)", file=sys.stderr)  # noqa: T201 - its purpose
