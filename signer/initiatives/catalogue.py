"""The initiatives and keys as the running service knows them, read anew every few seconds.

A page view asks nothing of the database. If the database is away, what was read last still answers; signing itself
finds out on its own.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine

from signer.database import StoreUnavailable, reading
from signer.initiatives.collection import Collection
from signer.initiatives.initiative import Initiative, Status, UnknownInitiative
from signer.initiatives.keys import read_storage_key, require_key
from signer.initiatives.queries import read_initiatives
from signer.scheme.load import load_scheme
from signer.sealing.envelope import RecipientKey
from signer.sealing.storage_key import StorageKey
from signer.settings import Settings

FRESH_SECONDS = 2.0


@dataclass(frozen=True)
class _Snapshot:
    initiatives: tuple[Initiative, ...] = ()
    keys: Mapping[str, tuple[RecipientKey, StorageKey]] = field(default_factory=dict)
    read_at: float = float("-inf")


class Catalogue:
    """What initiatives there are; one for each process."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """Read everything once. Raises UnknownKey or MissingSecret if an opened initiative cannot be sealed to."""
        self._engine = engine
        self._settings = settings
        self._lock = threading.Lock()
        self._snapshot = self._read()

    def initiatives(self) -> tuple[Initiative, ...]:
        """Return the initiatives that have been opened, by registration number."""
        return self._fresh().initiatives

    def find(self, registration_number: str) -> Initiative:
        """Return one of them. Raises UnknownInitiative, for a draft too."""
        for initiative in self.initiatives():
            if initiative.registration_number == registration_number:
                return initiative
        raise UnknownInitiative(f"no initiative {registration_number} has been opened")

    def recipient(self, registration_number: str) -> RecipientKey:
        """Return the public key that an opened initiative's statements are sealed to. Raises UnknownInitiative."""
        self.find(registration_number)
        return self._fresh().keys[registration_number][0]

    def collection(self, registration_number: str, member_state: str) -> Collection:
        """Return the collection of one Member State. Raises UnknownInitiative or UnknownMemberState."""
        initiative = self.find(registration_number)
        form = load_scheme(initiative.scheme).member_state(member_state)
        return Collection(initiative, form, *self._fresh().keys[registration_number])

    def _fresh(self) -> _Snapshot:
        snapshot = self._snapshot
        if time.monotonic() - snapshot.read_at < FRESH_SECONDS:
            return snapshot
        # One thread reads, the others go on with what there is.
        if self._lock.acquire(blocking=False):
            try:
                self._snapshot = snapshot = self._read()
            except StoreUnavailable:
                pass
            finally:
                self._lock.release()
        return snapshot

    def _read(self) -> _Snapshot:
        # Within the request of somebody who signs, now and then.
        with reading(self._engine, counts=False) as connection:
            opened = tuple(found for found in read_initiatives(connection) if found.status is not Status.DRAFT)
            keys = {
                initiative.registration_number: (
                    require_key(connection, self._settings, initiative),
                    read_storage_key(self._settings, initiative.registration_number),
                )
                for initiative in opened
            }
        return _Snapshot(opened, keys, time.monotonic())
