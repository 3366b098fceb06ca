"""Parts of a running service, put together once at start."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine

from signer.database import StoreUnavailable, open_engine, writing
from signer.days import today
from signer.errors import SignerError
from signer.initiatives.catalogue import Catalogue
from signer.initiatives.collection import Collection, CollectionClosed
from signer.initiatives.initiative import Initiative
from signer.retention.erase import erase
from signer.scheme.statement import Statement
from signer.sealing.code import Code
from signer.sealing.selftest import run_known_answers
from signer.service.postgres import require_fit
from signer.service.stale_cache import StaleCache
from signer.settings import Settings
from signer.statements.record import record
from signer.statements.store import BehindFence, Store
from signer.statements.stores import open_store
from signer.tallies.daily_forecast import read_forecast
from signer.tallies.forecast import Forecast
from signer.tallies.history import Day, read_history
from signer.tallies.milestones import Milestone, read_milestones
from signer.tallies.overview import Overview, read_overview
from signer.tallies.partner_tens import PartnerTens

FRESH_SECONDS, SPARED_FRESH_SECONDS, MILESTONES_FRESH_SECONDS = 2.0, 30.0, 60.0


@dataclass
class Service:
    """What the pages call; one for each process."""

    settings: Settings
    engine: Engine
    store: Store
    catalogue: Catalogue
    partner_tens: PartnerTens = field(init=False)

    def __post_init__(self) -> None:
        self._overviews: StaleCache[Overview] = StaleCache(self.engine)
        self._histories: StaleCache[tuple[Day, ...]] = StaleCache(self.engine)
        self._milestones: StaleCache[tuple[Milestone, ...]] = StaleCache(self.engine)
        self._forecasts: StaleCache[tuple[date, Forecast] | None] = StaleCache(self.engine)
        self.partner_tens = PartnerTens(self.engine)

    def today(self) -> date:
        """Return the day in Brussels."""
        return today()

    def overview(self, initiative: Initiative, *, spare: bool = False) -> Overview:
        """Return where the initiative stands, a few seconds old at most while the database answers.

        spare: half a minute old will do, because there is a rush. Raises StoreUnavailable, as the others below do.
        """
        on = self.today()
        return self._overviews.find(
            initiative.id,
            lambda connection: read_overview(connection, initiative, on=on),
            fresh_seconds=SPARED_FRESH_SECONDS if spare else FRESH_SECONDS,
        )

    def history(self, initiative: Initiative, *, spare: bool = False) -> tuple[Day, ...]:
        """Return the days of the collection, as old as the overview."""
        on = self.today()
        return self._histories.find(
            initiative.id,
            lambda connection: read_history(connection, initiative, on=on),
            fresh_seconds=SPARED_FRESH_SECONDS if spare else FRESH_SECONDS,
        )

    def milestones(self, initiative: Initiative) -> tuple[Milestone, ...]:
        """Return what the collection had reached when yesterday ended, a minute old at most."""
        on = self.today()
        return self._milestones.find(
            initiative.id,
            lambda connection: read_milestones(connection, initiative, on=on),
            fresh_seconds=MILESTONES_FRESH_SECONDS,
        )

    def forecast(self, initiative: Initiative) -> tuple[date, Forecast] | None:
        """Return the newest forecast and the day on which it was made, half a minute old at most; None without one.

        Whether it may be shown to everybody is for `initiative.forecast_published` to say.
        """
        return self._forecasts.find(
            initiative.id,
            lambda connection: read_forecast(connection, initiative.id),
            fresh_seconds=SPARED_FRESH_SECONDS,
        )

    def record(
        self,
        collection: Collection,
        statement: Statement,
        *,
        code: Code,
        check_id: bytes,
        on: date,
        partner: str = "",
    ) -> date:
        """Record one statement; see `statements.record`. Return the day under which it is stored.

        partner: the slug of the link that led here, if one did. A day that ended while the request was under way is
        no reason to refuse it: it is sealed again with the new day.
        """
        try:
            stored_on = record(self.store, collection, statement, code=code, check_id=check_id, on=on)
        except BehindFence:
            stored_on = self._record_today(collection, statement, code=code, check_id=check_id)
        if partner:
            self.partner_tens.note(collection.initiative.id, partner)
        return stored_on

    def _record_today(self, collection: Collection, statement: Statement, *, code: Code, check_id: bytes) -> date:
        try:
            return record(self.store, collection, statement, code=code, check_id=check_id, on=self.today())
        except BehindFence:
            number = collection.initiative.registration_number
            raise CollectionClosed(f"{number} was closed while the request was under way") from None

    def erase(self, registration_number: str, code: Code) -> None:
        """Erase the statement that `code` names, if there is one. Raises UnknownInitiative or StoreUnavailable."""
        initiative = self.catalogue.find(registration_number)
        with writing(self.engine) as connection:
            erase(connection, self.settings, initiative, code, on=self.today())

    def close(self) -> None:
        """Finish what was taken, write partners' full tens, and let go of the database; what is not a ten is lost."""
        self.store.close()
        with suppress(StoreUnavailable):
            self.partner_tens.write(on=self.today())
        self.engine.dispose()


def open_service(settings: Settings) -> Service:
    """Return the service. Raises a SignerError that names the missing or wrong setting, key or database."""
    # A library that seals wrongly must not seal at all.
    run_known_answers()
    engine = open_engine(settings)
    try:
        require_fit(engine, settings)
    except SignerError:
        engine.dispose()
        raise
    catalogue = Catalogue(engine, settings)
    return Service(settings, engine, open_store(engine), catalogue)
