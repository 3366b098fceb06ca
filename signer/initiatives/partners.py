"""Partners: who passes the initiative's address on, each by a link that ends with a slug of its own.

Statements that come by such a link are counted by slug and week, apart from the statements. Thirty slugs at most: a
slug for each person would be a register.
"""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, insert, select

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.errors import Unfit
from signer.initiatives.initiative import Initiative
from signer.initiatives.tables import partner
from signer.scheme.characters import is_line, tidy

MAX_PARTNERS = 30
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?")
NAME_LIMIT = 100


class UnfitPartner(Unfit):
    """The word or name cannot be one, is there already, or the list is full."""


@dataclass(frozen=True)
class Partner:
    """slug: the word in the link, of small letters, digits and hyphens. name: what organisers call the partner."""

    slug: str
    name: str
    listed_on: date


def read_partners(connection: Connection, initiative_id: int) -> tuple[Partner, ...]:
    """Return the partners by slug."""
    rows = connection.execute(select(partner).filter_by(initiative_id=initiative_id).order_by(partner.c.code))
    return tuple(Partner(row.code, row.name, row.listed_on) for row in rows)


def list_partner(unit: UnitOfWork, initiative: Initiative, *, slug: str, name: str) -> None:
    """Add a partner. Raises UnfitPartner."""
    slug, name = slug.strip().lower(), tidy(name)
    if not SLUG.fullmatch(slug):
        raise UnfitPartner("slug", "the word must have 1 to 20 small letters, digits or hyphens, such as spring-2027")
    if not name or not is_line(name, NAME_LIMIT):
        raise UnfitPartner("name", f"the name must have 1 to {NAME_LIMIT} characters on one line")
    there = read_partners(unit.connection, initiative.id)
    if slug in {each.slug for each in there}:
        raise UnfitPartner("slug", f"the word {slug} is listed already")
    if len(there) >= MAX_PARTNERS:
        raise UnfitPartner("", f"{MAX_PARTNERS} words are listed, and no more can be; take one off the list first")
    unit.connection.execute(
        insert(partner).values(initiative_id=initiative.id, code=slug, name=name, listed_on=unit.on)
    )
    unit.record(EntryKind.PARTNER_CHANGED, initiative.registration_number, change="partner_listed", code=slug)


def unlist_partner(unit: UnitOfWork, initiative: Initiative, *, slug: str) -> None:
    """Take a partner off the list; what has been counted stays. Raises UnfitPartner."""
    this = delete(partner).filter_by(initiative_id=initiative.id, code=slug)
    if not SLUG.fullmatch(slug) or not unit.connection.execute(this).rowcount:
        raise UnfitPartner("", "this word is not listed; it may have been taken off meanwhile")
    unit.record(EntryKind.PARTNER_CHANGED, initiative.registration_number, change="partner_unlisted", code=slug)
