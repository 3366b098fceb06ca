"""Read-through cache for each process; serves a stale value while one thread refreshes it."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine

from signer.database import StoreUnavailable, reading

Value = TypeVar("Value")


class StaleCache(Generic[Value]):
    """Values of one kind by the id of an initiative; one for each process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._values: dict[int, tuple[float, Value]] = {}
        self._lock = threading.Lock()

    def find(self, initiative_id: int, read: Callable[[Connection], Value], *, fresh_seconds: float) -> Value:
        """Return the value, read anew if it is older than `fresh_seconds` and the database answers.

        An old value is better than no page. Raises StoreUnavailable if there is none at all.
        """
        found = self._values.get(initiative_id)
        if found and time.monotonic() - found[0] < fresh_seconds:
            return found[1]
        # One thread reads, the others go on with what there is; the very first ones have to wait.
        if not self._lock.acquire(blocking=found is None) and found:
            return found[1]
        try:
            read_meanwhile = self._values.get(initiative_id)
            if found is None and read_meanwhile:
                return read_meanwhile[1]
            with reading(self._engine) as connection:
                value = read(connection)
        except StoreUnavailable:
            if found is None:
                raise
            return found[1]
        finally:
            self._lock.release()
        self._values[initiative_id] = (time.monotonic(), value)
        return value
