"""Work that goes on beside a test, in a thread of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beside(*work: Callable[[], object], every: float = 0.0) -> Iterator[None]:
    """Do all of it again and again while the block runs, and at least once; fail after it if any of it failed.

    every: seconds of rest between two rounds.
    """
    ended = threading.Event()
    troubled: list[Exception] = []

    def go_on() -> None:
        try:
            while True:
                for each in work:
                    each()
                if ended.wait(every):
                    return
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            troubled.append(error)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert troubled == []
