"""What signing adds to besides the statement: the sketches of persons, and the counts of partners' links.

It gathers in this process's memory and is written once a day, all of a day together: a row written with each statement
could be joined to it. Where a process is killed, what it has gathered that day is missing from both.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, Engine, insert, select, update

from signer.database import Lock, StoreUnavailable, hold, writing
from signer.initiatives.initiative import Initiative
from signer.scheme.identity import identity
from signer.scheme.load import load_scheme
from signer.scheme.statement import Statement
from signer.settings import Settings
from signer.tallies.attribution import TEN, monday_of
from signer.tallies.sketch import Sketch, bucket_of, buckets_for
from signer.tallies.tables import attribution, person_sketch

PERSONS_KEY = "persons-key"
"""Name of the secret by which persons fall into buckets."""
FEWEST_AT_A_STOP = 50
"""With fewer statements of a Member State, a stop writes nothing: two copies around it would tell about few people."""

_Place = tuple[int, str]
"""Initiative and Member State, or initiative and code."""


class Gathering:
    """Notes each recorded statement; one for each process. Raises MissingSecret."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._key = engine, settings.secret(PERSONS_KEY)
        self._lock = threading.Lock()
        self._persons: dict[_Place, list[int]] = {}
        self._partners: Counter[tuple[int, str, date]] = Counter()
        self._buckets: dict[_Place, int] = {}

    def note(self, initiative: Initiative, statement: Statement, *, on: date, partner: str = "") -> None:
        """Note a statement that has been recorded. partner: the code of the link that led here; empty if none did."""
        form = load_scheme(initiative.scheme).member_state(statement.member_state)
        place = (initiative.id, form.member_state)
        buckets = self._buckets.get(place) or self._find_buckets(initiative, place)
        person = identity(statement.fields, form, on=on)
        bucket = bucket_of(self._key, initiative.registration_number, person, buckets)
        with self._lock:
            # A first statement and a repeat do the same: which of them it is would show in time otherwise.
            self._persons.setdefault(place, []).append(bucket)
            if partner:
                self._partners[initiative.id, partner, monday_of(on)] += 1

    def write(self, *, fewest: int = 1) -> None:
        """Write what has gathered and begin anew. Raises StoreUnavailable; what could not be written is kept.

        fewest: Member States with fewer statements than this wait for the next time, and so do the counts of partners
        of an initiative that has received fewer.
        """
        with self._lock:
            ready = {place: found for place, found in self._persons.items() if len(found) >= fewest}
            partners = self._partners_of(self._initiatives_with(fewest))
            self._persons = {place: found for place, found in self._persons.items() if place not in ready}
            self._partners -= partners
        try:
            with writing(self._engine) as connection:
                hold(connection, Lock.GATHER)
                for place, buckets in ready.items():
                    _draw_anew(connection, place, buckets, self._buckets[place])
                _add_up(connection, partners)
        except StoreUnavailable:
            with self._lock:
                for place, buckets in ready.items():
                    self._persons.setdefault(place, []).extend(buckets)
                self._partners += partners
            raise

    def _initiatives_with(self, fewest: int) -> frozenset[int]:
        received: Counter[int] = Counter()
        for (initiative_id, _), found in self._persons.items():
            received[initiative_id] += len(found)
        return frozenset(initiative_id for initiative_id, count in received.items() if count >= fewest)

    def _partners_of(self, initiatives: frozenset[int]) -> Counter[tuple[int, str, date]]:
        return Counter({link: count for link, count in self._partners.items() if link[0] in initiatives})

    def _find_buckets(self, initiative: Initiative, place: _Place) -> int:
        threshold = load_scheme(initiative.scheme).thresholds(initiative.registered_on)[place[1]]
        self._buckets[place] = buckets_for(threshold)
        return self._buckets[place]


def add_persons(connection: Connection, place: _Place, buckets: list[int], count: int) -> None:
    """Let persons of a demonstration, who are invented, fall into the sketch of a Member State at once.

    place: initiative and Member State. count: buckets of the sketch, as `buckets_for` has it.
    """
    hold(connection, Lock.GATHER)
    _draw_anew(connection, place, buckets, count)


def _draw_anew(connection: Connection, place: _Place, buckets: list[int], count: int) -> None:
    here = {"initiative_id": place[0], "member_state": place[1]}
    kept = connection.scalar(select(person_sketch.c.bits).filter_by(**here).with_for_update())
    sketch = Sketch(kept) if kept else Sketch.new(count)
    # In no order of arrival, not even within this transaction.
    secrets.SystemRandom().shuffle(buckets)
    bits = sketch.with_persons(buckets).bits
    if kept is None:
        connection.execute(insert(person_sketch).values(bits=bits, **here))
    else:
        connection.execute(update(person_sketch).filter_by(**here).values(bits=bits))


def _add_up(connection: Connection, partners: Mapping[tuple[int, str, date], int]) -> None:
    for (initiative_id, code, week), counted in partners.items():
        here = {"initiative_id": initiative_id, "code": code, "week": week}
        count = _in_tens(counted)
        kept = connection.scalar(select(attribution.c.statements).filter_by(**here).with_for_update())
        if kept is None:
            connection.execute(insert(attribution).values(statements=count, **here))
        else:
            connection.execute(update(attribution).filter_by(**here).values(statements=kept + count))


def _in_tens(count: int) -> int:
    """Return a multiple of ten near `count`, drawn so that on average it is `count`.

    An exact count of a quiet day could be found again among the statements of that day.
    """
    tens, rest = divmod(count, TEN)
    return TEN * (tens + (secrets.randbelow(TEN) < rest))
