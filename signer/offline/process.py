"""How a process behaves that holds a secret or clear text."""

import resource
import signal
from types import FrameType


def guard_process() -> None:
    """Leave no memory image on disk, and end as on Ctrl-C when told to stop, so that cleaning up is not skipped."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
