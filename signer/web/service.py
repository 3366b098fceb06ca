"""What a running service is made of, put together once at start."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from signer.database import StoreUnavailable, open_engine, reading
from signer.initiatives.catalogue import Catalogue
from signer.initiatives.collection import Collection
from signer.initiatives.initiative import Initiative
from signer.retention.erase import erase
from signer.scheme.statement import Statement
from signer.sealing.code import Code
from signer.sealing.selftest import run_known_answers
from signer.settings import Settings
from signer.statements.record import record
from signer.statements.store import Store, open_store
from signer.tallies.gather import FEWEST_AT_A_STOP, Gathering
from signer.tallies.queries import Counts, read_counts

BRUSSELS = ZoneInfo("Europe/Brussels")
COUNTS_FRESH_SECONDS, SPARED_FRESH_SECONDS = 2.0, 30.0


def today() -> date:
    """Return the day in Brussels: the day of a statement, and the one that opens and closes collections."""
    return datetime.now(BRUSSELS).date()


@dataclass
class Service:
    """What the pages call; one for each process."""

    settings: Settings
    engine: Engine
    store: Store
    catalogue: Catalogue
    gathering: Gathering = field(init=False)
    _counts: dict[int, tuple[float, Counts]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.gathering = Gathering(self.engine, self.settings)

    def today(self) -> date:
        """Return the day in Brussels."""
        return today()

    def counts(self, initiative: Initiative, *, spare: bool = False) -> Counts:
        """Return the statements received, a few seconds old at most while the database answers.

        spare: half a minute old will do, because there is a rush.
        """
        fresh_seconds = SPARED_FRESH_SECONDS if spare else COUNTS_FRESH_SECONDS
        read_at, counts = self._counts.get(initiative.id, (float("-inf"), Counts({})))
        if time.monotonic() - read_at < fresh_seconds:
            return counts
        # One thread reads, the others go on with what there is; the very first ones have to wait.
        if not self._lock.acquire(blocking=initiative.id not in self._counts):
            return counts
        try:
            with reading(self.engine) as connection:
                counts = read_counts(connection, initiative.id)
        except StoreUnavailable:
            # An old count is better than no page; without any, the page has to say that it cannot answer.
            if initiative.id not in self._counts:
                raise
        finally:
            self._lock.release()
        self._counts[initiative.id] = (time.monotonic(), counts)
        return counts

    def record(
        self,
        collection: Collection,
        statement: Statement,
        *,
        code: Code,
        check_id: bytes,
        on: date,
        partner: str = "",
    ) -> None:
        """Record one statement; see `statements.record`. partner: the code of the link that led here, if one did."""
        record(self.store, collection, statement, code=code, check_id=check_id, on=on)
        self.gathering.note(collection.initiative, statement, on=on, partner=partner)

    def erase(self, registration_number: str, code: Code) -> None:
        """Erase the statement that `code` names, if there is one. Raises UnknownInitiative or StoreUnavailable."""
        erase(self.engine, self.catalogue.find(registration_number).id, code, on=self.today())

    def close(self) -> None:
        """Finish what was taken, write what has gathered, and let go of the database."""
        self.store.close()
        with suppress(StoreUnavailable):
            self.gathering.write(fewest=FEWEST_AT_A_STOP)
        self.engine.dispose()


def open_service(settings: Settings) -> Service:
    """Return the service. Raises a SignerError that names the missing or wrong setting, key or database."""
    # A library that seals wrongly must not seal at all.
    run_known_answers()
    engine = open_engine(settings)
    catalogue = Catalogue(engine, settings)
    return Service(settings, engine, open_store(engine), catalogue)
