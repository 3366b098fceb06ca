"""Waiting for what another thread or process does, for so long as a busy machine may take."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 10


def wait_for(happened: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait until `happened`, for so many seconds at most; return whether it has."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.05)
    return False
