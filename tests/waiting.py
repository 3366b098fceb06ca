"""Waiting for what another thread or process does, for so long as a busy machine may take."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 20


def wait_for(happened: Callable[[], bool]) -> bool:
    """Wait until `happened`; return whether it has."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.05)
    return False
