"""Plans of organisers: the shares of repeats and invalid statements they expect, events, who reads the forecast."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, Table, delete, insert, select, update

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.database import IDS
from signer.errors import SignerError
from signer.initiatives.initiative import Initiative
from signer.initiatives.tables import campaign_event
from signer.initiatives.tables import initiative as initiative_table
from signer.scheme.characters import is_line, tidy
from signer.scheme.form import Scheme
from signer.scheme.load import load_scheme
from signer.tallies.tables import invalid_share, repeat_share

LABEL_LIMIT = 80
MOST_EVENTS = 200
LARGEST_SHARE = 0.9


class Expected(StrEnum):
    """What a share is of. repeats: of statements received online. invalid: of what is left of them, and of paper."""

    REPEATS = "repeats"
    INVALID = "invalid"


_TABLES: Mapping[Expected, Table] = {Expected.REPEATS: repeat_share, Expected.INVALID: invalid_share}


class UnfitPlan(SignerError):
    """A share or an event cannot be; the message says what is expected."""


@dataclass(frozen=True)
class Event:
    """Something that organisers have marked in the timeline."""

    id: int
    happened_on: date
    label: str


def default_share(scheme: Scheme, expected: Expected) -> float:
    """Return the share that holds where organisers expect no other one."""
    return scheme.repeat_share if expected is Expected.REPEATS else scheme.invalid_share


def read_shares(connection: Connection, initiative: Initiative, expected: Expected) -> Mapping[str, float]:
    """Return the expected share of each Member State, from 0 to 1."""
    scheme = load_scheme(initiative.scheme)
    rows = connection.execute(select(_TABLES[expected]).filter_by(initiative_id=initiative.id))
    own = {row.member_state: float(row.share) for row in rows}
    return {code: own.get(code, default_share(scheme, expected)) for code in scheme.forms}


def expect_share(
    unit: UnitOfWork, initiative: Initiative, member_state: str, expected: Expected, share: float | None
) -> None:
    """Keep the share that organisers expect of a Member State; None: the scheme's again.

    Raises UnfitPlan or UnknownMemberState.
    """
    code = load_scheme(initiative.scheme).member_state(member_state).member_state
    if share is not None and not 0 <= share <= LARGEST_SHARE:
        raise UnfitPlan(f"a share is between 0 and {LARGEST_SHARE:.0%}")
    here = {"initiative_id": initiative.id, "member_state": code}
    table = _TABLES[expected]
    unit.connection.execute(delete(table).filter_by(**here))
    if share is not None:
        unit.connection.execute(insert(table).values(share=share, **here))
    said = "as the scheme" if share is None else f"{share:.1%}"
    unit.record(EntryKind.PLANNING_CHANGED, initiative.registration_number, change=f"{expected} {code}: {said}")


def read_events(connection: Connection, initiative_id: int) -> tuple[Event, ...]:
    """Return the events, the oldest first."""
    rows = connection.execute(
        select(campaign_event)
        .filter_by(initiative_id=initiative_id)
        .order_by(campaign_event.c.happened_on, campaign_event.c.id)
    )
    return tuple(Event(row.id, row.happened_on, row.label) for row in rows)


def mark_event(unit: UnitOfWork, initiative: Initiative, *, on: date, label: str) -> None:
    """Mark an event in the timeline. Raises UnfitPlan."""
    label = tidy(label)
    if not initiative.registered_on <= on <= initiative.collection_end:
        raise UnfitPlan(f"an event is between {initiative.registered_on} and {initiative.collection_end}")
    if not label or not is_line(label, LABEL_LIMIT):
        raise UnfitPlan(f"an event is named in one line of 1 to {LABEL_LIMIT} characters")
    if len(read_events(unit.connection, initiative.id)) >= MOST_EVENTS:
        raise UnfitPlan(f"there are {MOST_EVENTS} events, and no more can be marked")
    unit.connection.execute(insert(campaign_event).values(initiative_id=initiative.id, happened_on=on, label=label))
    unit.record(EntryKind.TIMELINE_CHANGED, initiative.registration_number, change=f"marked {on}")


def unmark_event(unit: UnitOfWork, initiative: Initiative, event_id: int) -> None:
    """Take an event out of the timeline. Raises UnfitPlan."""
    this = delete(campaign_event).filter_by(initiative_id=initiative.id, id=event_id)
    happened_on = None
    if event_id in IDS:
        happened_on = unit.connection.scalar(this.returning(campaign_event.c.happened_on))
    if happened_on is None:
        raise UnfitPlan("there is no such event")
    unit.record(EntryKind.TIMELINE_CHANGED, initiative.registration_number, change=f"taken out {happened_on}")


def publish_forecast(unit: UnitOfWork, initiative: Initiative, *, is_published: bool) -> None:
    """Let the public numbers have the forecast, or no longer."""
    here = initiative_table.c.id == initiative.id
    unit.connection.execute(update(initiative_table).values(forecast_published=is_published).where(here))
    said = "published" if is_published else "no longer published"
    unit.record(EntryKind.PLANNING_CHANGED, initiative.registration_number, change=f"forecast {said}")
