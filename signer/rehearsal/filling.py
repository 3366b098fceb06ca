"""Fills a demonstration's database with statements of invented people, to try pages, forecasts and limits with.

Each statement is read by the rules, sealed and wrapped as a citizen's is, by `statements.record` itself; only the store
is another one, which takes many into one commit. So batches, reconciliation and the offline opening cannot tell. No
human check was passed, and none is noted as spent. What each commit brings is complete: whoever ends it half-way has
fewer statements, and numbers that agree.
"""

import math
import secrets
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from multiprocessing import get_context
from operator import attrgetter

from sqlalchemy import Connection, Date, Engine, bindparam, insert, text

from signer.database import Lock, hold, open_engine, writing
from signer.initiatives.catalogue import Catalogue
from signer.initiatives.initiative import Initiative
from signer.ledger.log import next_place
from signer.ledger.tables import leaf
from signer.rehearsal.invented import InventedPerson, Inventor
from signer.scheme.load import load_scheme
from signer.scheme.statement import read_statement
from signer.sealing.code import Code
from signer.settings import Settings
from signer.statements.record import record
from signer.statements.store import SealedStatement
from signer.statements.tables import statement
from signer.tallies.overview import days_until

LIKE_DEMO: Mapping[str, int] = {
    "AT": 2_303, "BE": 1_505, "BG": 182, "CY": 50, "CZ": 695, "DE": 37_621, "DK": 1_136, "EE": 91, "ES": 1_642,
    "FI": 372, "FR": 14_229, "GR": 817, "HR": 317, "HU": 203, "IE": 405, "IT": 4_087, "LT": 260, "LU": 171, "LV": 62,
    "MT": 34, "NL": 5_732, "PL": 692, "PT": 971, "RO": 1_768, "SE": 661, "SI": 1_813, "SK": 273,
}  # fmt: skip
"""What the demonstration's initiative collected by Member State, 78,092 in all.

Source: the Commission's register, entry 2021/000001, as reported by its organisers; never verified by authorities.
"""
AT_ONCE = 1_000
"""Statements in one commit: 2 MB, whatever the number in all."""
AHEAD = 3
"""Chunks that each process may have ready before they are stored."""
SIGNS_AGAIN = 16
"""One statement of so many is of a person who has signed before: every sixteenth."""
NO_CHECK = bytes(16)
MOST_OF_ONE_INVENTOR = 20_000
"""People; it knows each of them, so that none comes twice, and memory is to stay flat."""
WEEKEND = {5, 6}

ADD_RECEIVED = text("""
INSERT INTO received (initiative_id, member_state, submitted_on, statements)
VALUES (:initiative_id, :member_state, :submitted_on, :statements)
ON CONFLICT (initiative_id, member_state, submitted_on) DO UPDATE
SET statements = received.statements + excluded.statements
""").bindparams(bindparam("submitted_on", type_=Date))


@dataclass(frozen=True)
class Chunk:
    """Statements of one Member State and day that are stored together."""

    member_state: str
    on: date
    statements: int


@dataclass(frozen=True)
class _Sealed:
    """A chunk as a process has sealed it."""

    chunk: Chunk
    statements: Sequence[SealedStatement] = field(repr=False)


def shared_out(total: int) -> Mapping[str, int]:
    """Return `total` statements by Member State, in the shares of LIKE_DEMO, to the last one."""
    whole = sum(LIKE_DEMO.values())
    exact = {code: total * share / whole for code, share in LIKE_DEMO.items()}
    counts = {code: math.floor(number) for code, number in exact.items()}
    for code in sorted(exact, key=lambda code: counts[code] - exact[code])[: total - sum(counts.values())]:
        counts[code] += 1
    return counts


def planned(counts: Mapping[str, int], days: Sequence[date]) -> Iterator[Chunk]:
    """Yield the chunks of a collection that takes the course of a campaign: a start that fades, echoes, weekends.

    counts: statements by Member State. days: in order, at least one.
    """
    weights = _course(days)
    for member_state, total in counts.items():
        for on, statements in zip(days, _split(total, weights), strict=True):
            for start in range(0, statements, AT_ONCE):
                yield Chunk(member_state, on, min(AT_ONCE, statements - start))


def fill(
    engine: Engine, settings: Settings, initiative: Initiative, chunks: Iterable[Chunk], *, processes: int
) -> Iterator[Chunk]:
    """Seal and store `chunks`, yielding each when it is durable. Raises a SignerError; what was yielded stays.

    processes: how many seal at once; with 0, this one does.
    """
    for sealed in _in_order(settings, initiative.registration_number, chunks, processes):
        with writing(engine) as connection:
            hold(connection, Lock.SETTLE)
            _keep(connection, initiative, sealed)
        yield sealed.chunk


def _keep(connection: Connection, initiative: Initiative, sealed: _Sealed) -> None:
    chunk = sealed.chunk
    names = ("statement_id", "initiative_id", "member_state", "submitted_on", "key_id", "sealed")
    rows = [
        {"id" if name == "statement_id" else name: getattr(new, name) for name in names}
        for new in sorted(sealed.statements, key=attrgetter("statement_id"))
    ]
    connection.execute(insert(statement), rows)
    # As a night leaves them: at once in their place, sorted. The head grows over the leaves with the next settling.
    place = next_place(connection)
    commitments = sorted(new.commitment for new in sealed.statements)
    leaves = [
        {"commitment": commitment, "initiative_id": initiative.id, "place": place + number}
        for number, commitment in enumerate(commitments)
    ]
    connection.execute(insert(leaf), leaves)
    here = {"initiative_id": initiative.id, "member_state": chunk.member_state}
    connection.execute(ADD_RECEIVED, {**here, "submitted_on": chunk.on, "statements": len(rows)})


def _in_order(settings: Settings, number: str, chunks: Iterable[Chunk], processes: int) -> Iterator[_Sealed]:
    waiting = iter(chunks)
    if not processes:
        sealer = _Sealer(settings, number)
        yield from map(sealer.seal, waiting)
        return
    # Sealing holds the interpreter's lock: processes seal faster, threads do not. New ones, since a fork of a process
    # that has threads may hang.
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (settings, number)) as pool:
        ready: deque[Future[_Sealed]] = deque(pool.submit(_seal, chunk) for chunk in islice(waiting, AHEAD * processes))
        try:
            while ready:
                yield ready.popleft().result()
                ready.extend(pool.submit(_seal, chunk) for chunk in islice(waiting, 1))
        finally:
            pool.shutdown(cancel_futures=True)


class _Sealer:
    """What one process seals with."""

    def __init__(self, settings: Settings, number: str) -> None:
        engine = open_engine(settings)
        catalogue = Catalogue(engine, settings)
        forms = load_scheme(catalogue.find(number).scheme).forms
        # Of the beginning: somebody may pause the collection meanwhile, and half a load is of no use.
        self._collections = {code: catalogue.collection(number, code) for code in forms}
        engine.dispose()
        self._people: dict[str, Iterator[InventedPerson]] = {}

    def seal(self, chunk: Chunk) -> _Sealed:
        """Invent the people of a chunk and seal their statements."""
        collection = self._collections[chunk.member_state]
        form = collection.form
        people = self._people.setdefault(chunk.member_state, _people(collection.initiative, chunk.member_state))
        kept = _Kept()
        for person in islice(people, chunk.statements):
            said = read_statement(person.fields, form, on=chunk.on, confirmed=person.confirmed)
            record(kept, collection, said, code=Code.new(), check_id=NO_CHECK, on=chunk.on)
        return _Sealed(chunk, kept.statements)


class _Kept:
    """A store that keeps what it is given in memory."""

    def __init__(self) -> None:
        self.statements: list[SealedStatement] = []

    def write(self, sealed: SealedStatement) -> date:
        self.statements.append(sealed)
        return sealed.submitted_on

    def close(self) -> None:
        """Do nothing: the rows are somebody else's by now."""


_sealers: list[_Sealer] = []
"""The one of this process, after `_begin`."""


def _begin(settings: Settings, number: str) -> None:
    # Ctrl-C is for the process that stores; it lets these end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _sealers.append(_Sealer(settings, number))


def _seal(chunk: Chunk) -> _Sealed:
    return _sealers[0].seal(chunk)


def _people(initiative: Initiative, member_state: str) -> Iterator[InventedPerson]:
    """Yield people of a Member State, some of them a second time."""
    scheme = load_scheme(initiative.scheme)
    while True:
        # Who is old enough on the first day is so on each.
        inventor = Inventor(scheme, member_state, on=initiative.collection_start, seed=secrets.randbits(64))
        person = inventor.person()
        for turn in range(1, MOST_OF_ONE_INVENTOR):
            yield person
            if turn % SIGNS_AGAIN:
                person = inventor.person(turn)


def _course(days: Sequence[date]) -> list[float]:
    """Return the weight of each day."""
    chance = secrets.SystemRandom()
    echoes = [
        (chance.uniform(0, len(days)), chance.uniform(0.5, 2), chance.uniform(2, 6)) for _ in range(len(days) // 15)
    ]
    weights = []
    for day, on in enumerate(days):
        weight = 4 * math.exp(-day / 4) + 1
        weight += sum(size * math.exp((start - day) / lasts) for start, size, lasts in echoes if day >= start)
        weights.append(weight * chance.uniform(0.8, 1.2) * (0.75 if on.weekday() in WEEKEND else 1))
    return weights


def _split(total: int, weights: Sequence[float]) -> list[int]:
    """Return `total` in whole numbers as `weights` have it."""
    whole, so_far, given, parts = sum(weights), 0.0, 0, []
    for weight in weights:
        so_far += weight
        until = round(total * so_far / whole)
        parts.append(until - given)
        given = until
    return parts


def collected_days(initiative: Initiative, today: date) -> Sequence[date]:
    """Return the days of collection that are over; today where none is."""
    return days_until(initiative, today - timedelta(days=1)) or [today]
