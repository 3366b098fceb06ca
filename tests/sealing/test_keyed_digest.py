"""A keyed digest holds the interpreter: a citizen's request is not put behind another one's for each of its five.

Its answers are compared with RFC 4231 in test_published_answers.
"""

import resource
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from signer.sealing.keyed_digest import keyed_digest

TOGETHER, DIGESTS, FEW = 2, 1000, 40
"""Let go of at each digest, the interpreter changes hands hundreds of times; held, when a thread begins or ends."""
WORK_BETWEEN = range(2000)


@pytest.fixture
def _only_what_lets_go_is_switched() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_only_what_lets_go_is_switched")
def test_threads_that_digest_at_once_are_not_switched_for_each_digest() -> None:
    begin = Barrier(TOGETHER)

    def waits_while_digesting(key: bytes) -> int:
        begin.wait()
        before = _waits()
        for _ in range(DIGESTS):
            keyed_digest(key, b"message")
            sum(WORK_BETWEEN)
        return _waits() - before

    with ThreadPoolExecutor(TOGETHER) as threads:
        waits = list(threads.map(waits_while_digesting, (b"one", b"two")))

    assert sum(waits) < FEW


def _waits() -> int:
    """How often this thread has gone to sleep so far, for the interpreter among other things."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
