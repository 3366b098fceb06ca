"""Opens records in this process or in several, in order and in flat memory.

Opening holds the interpreter's lock, so only further processes make it faster. They are fresh interpreters; the key
goes to them through a pipe, never in an argument, the environment or a file, and they end with their parent.
"""

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from signer.batches.batch_file import Record
from signer.offline.open_record import Opened, open_record
from signer.offline.process import guard_worker
from signer.offline.repeats import Tagger, Tags
from signer.scheme.form import Form
from signer.scheme.load import load_scheme
from signer.sealing.opening import OpeningKey

CHUNK = 256
AHEAD = 3  # chunks under way for each process

Result = tuple[Opened, Tags]


@dataclass(frozen=True)
class Job:
    """What opening the records of one Member State needs.

    seed: of the opening key. tag_key: 32 random bytes for the tags by which repeats are found.
    """

    registration_number: str
    scheme: str
    member_state: str
    seed: bytes = field(repr=False)
    tag_key: bytes = field(repr=False)


class _Opener:
    def __init__(self, job: Job) -> None:
        self.form: Form = load_scheme(job.scheme).member_state(job.member_state)
        self.key = OpeningKey.from_seed(job.seed)
        self.tagger = Tagger(self.form, job.tag_key)
        self.number = job.registration_number

    def open(self, record: Record) -> Result:
        opened = open_record(record, self.number, self.form, self.key)
        return opened, self.tagger.tags(opened)


def open_all(records: Iterable[Record], job: Job, *, processes: int) -> Iterator[Result]:
    """Yield each statement with its tags, in the order of `records`. Raises as `open_record`."""
    if processes == 1:
        yield from map(_Opener(job).open, records)
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin, (job,)) as pool:
        waiting: deque[Future[list[Result]]] = deque()
        try:
            remaining = iter(records)
            # Not pool.map: it would take in the whole batch at once.
            while chunk := list(islice(remaining, CHUNK)):
                waiting.append(pool.submit(_open_chunk, chunk))
                if len(waiting) > AHEAD * processes:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


_openers: list[_Opener] = []  # of a worker process: its one opener


def _begin(job: Job) -> None:
    guard_worker()
    _openers.append(_Opener(job))


def _open_chunk(records: list[Record]) -> list[Result]:
    return [_openers[0].open(record) for record in records]
