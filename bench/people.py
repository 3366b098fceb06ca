"""People for a bench: one signs and one erases, each in a process of its own, as beside a server that settles.

A third process asks the disk alone, all the while: whoever signs waits for a flush of it, and so does a bare write.
"""

import multiprocessing
import os
import secrets
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from unittest.mock import patch

from sqlalchemy import Engine

from bench.citizens import NUMBER
from bench.export import rows_of
from signer import database
from signer.database import one_writer, open_engine, reading, writing
from signer.days import today
from signer.initiatives.initiative import Initiative
from signer.initiatives.queries import find_initiative
from signer.retention.erase import erase
from signer.sealing.code import Code
from signer.settings import Settings
from signer.statements import sqlite_store
from signer.statements.store import SealedStatement, Store
from signer.statements.stores import open_store

SIGN_SECONDS, ERASE_SECONDS = 0.02, 0.2
PAGE_BYTES, PAGES = 8192, 128
MEMBER_STATE = "DE"
# A process that is a copy of this one would share its connections.
PROCESSES = multiprocessing.get_context("spawn")
Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Taken:
    """When somebody began, by `time.monotonic`, how many seconds it took, and of these waited for SQLite's writer."""

    began: float
    took: float
    waited: float = 0

    @property
    def wait(self) -> "Taken":
        """The wait alone, which comes first."""
        return Taken(self.began, self.waited)


@dataclass
class People:
    """Those who signed and erased, and the bare flushes of a page beside them; each list in the order of time."""

    signed: list[Taken] = field(default_factory=list)
    erased: list[Taken] = field(default_factory=list)
    flushed: list[Taken] = field(default_factory=list)

    def beyond_flush(self, one: Taken) -> float:
        """Return how many seconds of it are left without those in which the disk had the longest bare flush in hand."""
        ended = one.began + one.took
        first = bisect_left(self.flushed, one.began, key=lambda flush: flush.began + flush.took)
        after = bisect_left(self.flushed, ended, key=lambda flush: flush.began)
        beside = (min(ended, each.began + each.took) - max(one.began, each.began) for each in self.flushed[first:after])
        return one.took - max(beside, default=0)


@contextmanager
def people(settings: Settings, codes: Sequence[Code], found: People | None = None) -> Iterator[People]:
    """Let somebody sign every few hundredths of a second, and somebody erase one of `codes`, while the block runs."""
    found = found or People()
    erases = partial(_erases, codes=codes)
    with (
        _somebody(_signs, SIGN_SECONDS, settings, found.signed),
        _somebody(erases, ERASE_SECONDS, settings, found.erased),
        _somebody(_flushes, SIGN_SECONDS, settings, found.flushed),
    ):
        yield found


@contextmanager
def _somebody(
    acts: Callable[[Settings, ExitStack], Act], every: float, settings: Settings, found: list[Taken]
) -> Iterator[None]:
    """Do it in another process while the block runs, and put how long each time took into `found`."""
    ended, (here, there) = PROCESSES.Event(), PROCESSES.Pipe()
    process = PROCESSES.Process(target=_repeat, args=(acts, every, settings, ended, there), daemon=True)
    process.start()
    there.close()
    # What it needs is imported and opened by then. Where it died instead, this raises EOFError.
    here.recv()
    try:
        yield
    finally:
        ended.set()
        found += here.recv()
        process.join()


def _repeat(
    acts: Callable[[Settings, ExitStack], Act], every: float, settings: Settings, ended: Event, there: Connection
) -> None:
    waited = 0.0

    @contextmanager
    def awaited(engine: Engine) -> Iterator[None]:
        nonlocal waited
        began = time.monotonic()
        with one_writer(engine):
            waited = time.monotonic() - began
            yield

    with ExitStack() as until_the_end:
        for module in (sqlite_store, database):
            until_the_end.enter_context(patch.object(module, "one_writer", awaited))
        act, taken = acts(settings, until_the_end), list[Taken]()
        act()
        there.send(None)
        while not ended.wait(every):
            began = time.monotonic()
            act()
            taken.append(Taken(began, time.monotonic() - began, waited))
        there.send(taken)


def _signs(settings: Settings, until_the_end: ExitStack) -> Act:
    engine, initiative = _opened(settings, until_the_end)
    store: Store = until_the_end.enter_context(closing(open_store(engine)))
    rows = rows_of(engine, settings, initiative, MEMBER_STATE, today())

    def sign() -> None:
        id_, initiative_id, member_state, on, key_id, sealed = next(rows)
        new = SealedStatement(
            statement_id=id_,
            former_id=secrets.token_bytes(16),
            check_id=secrets.token_bytes(16),
            initiative_id=initiative_id,
            member_state=member_state,
            submitted_on=on,
            key_id=key_id,
            sealed=sealed,
            commitment=secrets.token_bytes(32),
        )
        store.write(new)

    return sign


def _erases(settings: Settings, until_the_end: ExitStack, codes: Sequence[Code]) -> Act:
    engine, initiative = _opened(settings, until_the_end)

    def take_back() -> None:
        with writing(engine) as connection:
            erase(connection, settings, initiative, secrets.choice(codes), on=today())

    return take_back


def _flushes(settings: Settings, until_the_end: ExitStack) -> Act:
    """Write one page after the other over those of a small file, as a log is written that has its room already."""
    file = until_the_end.enter_context((settings.instance / "flushed").open("wb", buffering=0))
    file.write(bytes(PAGE_BYTES * PAGES))
    os.fsync(file.fileno())
    pages = cycle(range(PAGES))

    def flush() -> None:
        os.pwrite(file.fileno(), secrets.token_bytes(PAGE_BYTES), next(pages) * PAGE_BYTES)
        os.fdatasync(file.fileno())

    return flush


def _opened(settings: Settings, until_the_end: ExitStack) -> tuple[Engine, Initiative]:
    engine = open_engine(settings)
    until_the_end.callback(engine.dispose)
    with reading(engine) as connection:
        return engine, find_initiative(connection, NUMBER)
