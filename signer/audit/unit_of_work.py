"""Unit of work: one act of somebody who runs the service, with its entries in the audit log, in one transaction.

- The caller that opens one (a view, a command, periodic work) decides where the transaction ends: a use case never
  commits.
- The act and what the audit log says of it become durable together, or neither does.
- What a use case checks, it reads in the same transaction, and holds what must not change meanwhile.
- It is short. What has to read long (exporting a batch, a day's forecasts) reads outside it.

Signing and erasing are no acts of people who run the service: neither has one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, Engine

from signer.audit.entry import Detail, EntryKind
from signer.audit.record import record_event
from signer.database import writing
from signer.settings import Settings


@dataclass(frozen=True)
class UnitOfWork:
    """What a use case works with.

    connection: of the transaction. settings: of the instance, for the keys that sign and wrap.
    actor: who acts, as the audit log names them (`audit.actor`). on: today in Brussels.
    """

    connection: Connection
    settings: Settings
    actor: str
    on: date

    def record(self, kind: EntryKind, initiative: str = "", /, **details: Detail) -> None:
        """Write down what was done. Raises MissingSecret: what cannot be written down must not be done.

        initiative: the registration number of the one that it is about, if it is about one.
        """
        record_event(self.connection, self.settings, kind, actor=self.actor, initiative=initiative, details=details)

    def by(self, actor: str) -> "UnitOfWork":
        """Return the same transaction as the act of somebody else."""
        return replace(self, actor=actor)


@contextmanager
def unit_of_work(engine: Engine, settings: Settings, *, actor: str, on: date) -> Iterator[UnitOfWork]:
    """Give a unit of work that is durable when the block ends, and undone if it raises. Raises StoreUnavailable."""
    with writing(engine) as connection:
        yield UnitOfWork(connection, settings, actor, on)
