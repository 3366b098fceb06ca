"""Sponsors: support and funding of more than EUR 500, which the law has published.

Source: Regulation (EU) 2019/788, Article 17(1): name, date and amount, brought up to date at least every two months
until the initiative is submitted.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select, update

from signer.audit.entry import Kind
from signer.audit.record import record_event
from signer.errors import SignerError
from signer.initiatives.initiative import Initiative
from signer.initiatives.tables import sponsor
from signer.settings import Settings

MORE_THAN_CENTS = 500_00
MOST_CENTS = 10**12
NAME_LIMIT = 200


class UnfitSponsor(SignerError):
    """Name, amount or day cannot be one, or there is no such entry; the message says which."""


@dataclass(frozen=True)
class Sponsor:
    """name: of the person or organisation. cents: EUR times 100. given_on: the day of the support."""

    id: int
    name: str
    cents: int
    given_on: date


def read_sponsors(connection: Connection, initiative_id: int) -> tuple[Sponsor, ...]:
    """Return the published sponsors, the newest support first."""
    rows = connection.execute(
        select(sponsor)
        .filter_by(initiative_id=initiative_id)
        .where(sponsor.c.removed_on.is_(None))
        .order_by(sponsor.c.given_on.desc(), sponsor.c.id.desc())
    )
    return tuple(Sponsor(row.id, row.name, row.cents, row.given_on) for row in rows)


def add_sponsor(
    connection: Connection,
    settings: Settings,
    initiative: Initiative,
    *,
    name: str,
    cents: int,
    given_on: date,
    on: date,
    actor: str,
) -> None:
    """Publish a sponsor. Raises UnfitSponsor."""
    name = name.strip()
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise UnfitSponsor(f"the name must have 1 to {NAME_LIMIT} printable characters")
    if not MORE_THAN_CENTS < cents <= MOST_CENTS:
        raise UnfitSponsor("only support of more than EUR 500 is published (Article 17(1))")
    if given_on > on:
        raise UnfitSponsor(f"{given_on} has not come yet; today is {on}")
    values = {"name": name, "cents": cents, "given_on": given_on, "recorded_on": on}
    connection.execute(insert(sponsor).values(initiative_id=initiative.id, **values))
    _record(connection, settings, initiative, "published", actor)


def remove_sponsor(
    connection: Connection, settings: Settings, initiative: Initiative, sponsor_id: int, *, on: date, actor: str
) -> None:
    """Take a sponsor off the published list, as a mistake; the row stays. Raises UnfitSponsor."""
    gone = connection.execute(
        update(sponsor)
        .where(sponsor.c.id == sponsor_id, sponsor.c.initiative_id == initiative.id, sponsor.c.removed_on.is_(None))
        .values(removed_on=on)
    )
    if not gone.rowcount:
        raise UnfitSponsor("there is no such entry in the published list")
    _record(connection, settings, initiative, "removed", actor)


def _record(connection: Connection, settings: Settings, initiative: Initiative, change: str, actor: str) -> None:
    number = initiative.registration_number
    record_event(connection, settings, Kind.SPONSOR_CHANGED, actor=actor, initiative=number, details={"change": change})
