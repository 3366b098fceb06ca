"""Counts of partners' links in the memory of one process, of which only full tens are ever written.

No row, column, log or transaction ties a partner to a statement: what is written is ten statements or more at once, in
a transaction of its own, at times that are fixed beforehand, and says neither day nor Member State. The rest, at most
nine for each link, waits in memory; when the process ends it is lost.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Engine, insert, select, update

from signer.database import Lock, StoreUnavailable, hold, writing
from signer.tallies.attribution import TEN, monday_of
from signer.tallies.tables import attribution

_Link = tuple[int, str]
"""Id of the initiative, and slug."""


class PartnerTens:
    """Counts each recorded statement that came by a partner's link; one for each process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._counted: Counter[_Link] = Counter()

    def note(self, initiative_id: int, partner: str) -> None:
        """Count a statement that has been recorded. partner: the slug of the link that led to it."""
        with self._lock:
            self._counted[initiative_id, partner] += 1

    def write(self, *, on: date) -> None:
        """Write the full tens, credited to the week of the day `on`. Raises StoreUnavailable and keeps everything then.

        When each ten was full does not show if this is called at fixed times.
        """
        with self._lock:
            tens = Counter({link: count // TEN * TEN for link, count in self._counted.items() if count >= TEN})
            self._counted -= tens
        if not tens:
            return
        try:
            self._add_up(tens, monday_of(on))
        except StoreUnavailable:
            with self._lock:
                self._counted += tens
            raise

    def _add_up(self, tens: Mapping[_Link, int], week: date) -> None:
        with writing(self._engine) as connection:
            hold(connection, Lock.PARTNERS)
            for (initiative_id, slug), count in sorted(tens.items()):
                here = {"initiative_id": initiative_id, "code": slug, "week": week}
                kept = connection.scalar(select(attribution.c.statements).filter_by(**here))
                if kept is None:
                    connection.execute(insert(attribution).values(statements=count, **here))
                else:
                    connection.execute(update(attribution).filter_by(**here).values(statements=kept + count))
