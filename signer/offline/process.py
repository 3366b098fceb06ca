"""How a process behaves that holds a secret or clear text."""

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def guard_process() -> None:
    """Leave no memory image on disk, and end as on Ctrl-C when told to stop, so that cleaning up is not skipped."""
    leave_no_image()
    for number in ENDING:
        signal.signal(number, _interrupt)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let nobody stop what must not be left half-done: a Ctrl-C while cleaning up would leave clear text."""
    kept = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def leave_no_image() -> None:
    """Let no crash write the memory of this process to a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def guard_worker() -> None:
    """Leave no memory image, leave Ctrl-C to the parent, and end with it, even if it is killed."""
    leave_no_image()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: a second one could stop the cleaning up that the first one begins.
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
