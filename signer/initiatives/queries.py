"""Reading initiatives and their public keys."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from signer.initiatives.initiative import (
    Initiative,
    InitiativeText,
    Organiser,
    Sponsor,
    Status,
    UnknownInitiative,
)
from signer.initiatives.tables import collection_key, initiative, initiative_text, partner, sponsor
from signer.sealing.envelope import RecipientKey


def read_initiatives(connection: Connection) -> tuple[Initiative, ...]:
    """Return all initiatives, drafts too, by registration number."""
    return _read(connection, select(initiative).order_by(initiative.c.registration_number))


def find_initiative(connection: Connection, registration_number: str) -> Initiative:
    """Return one initiative, a draft too. Raises UnknownInitiative."""
    found = _read(connection, select(initiative).filter_by(registration_number=registration_number))
    if not found:
        raise UnknownInitiative(f"there is no initiative {registration_number}")
    return found[0]


def find_initiative_to_change(connection: Connection, registration_number: str) -> Initiative:
    """Return one initiative as it is until the caller's transaction ends: others who would change it wait.

    Raises UnknownInitiative.
    """
    here = initiative.c.registration_number == registration_number
    connection.execute(select(initiative.c.id).where(here).with_for_update())
    return find_initiative(connection, registration_number)


def find_key(connection: Connection, initiative_id: int) -> RecipientKey | None:
    """Return the public key that was installed for an initiative; None if the ceremony has not been held."""
    encoded = connection.scalar(
        select(collection_key.c.public_key).where(collection_key.c.initiative_id == initiative_id)
    )
    return RecipientKey.from_bytes(encoded) if encoded else None


def _read(connection: Connection, wanted: Select[Any]) -> tuple[Initiative, ...]:
    rows = connection.execute(wanted).all()
    ids = [row.id for row in rows]
    texts: defaultdict[int, dict[str, InitiativeText]] = defaultdict(dict)
    of_these = initiative_text.c.initiative_id.in_(ids)
    for row in connection.execute(select(initiative_text).where(of_these).order_by(initiative_text.c.language)):
        texts[row.initiative_id][row.language] = InitiativeText(
            row.title, row.objectives, row.website, row.partial_registration
        )
    slugs: defaultdict[int, set[str]] = defaultdict(set)
    listed = select(partner.c.initiative_id, partner.c.code).where(partner.c.initiative_id.in_(ids))
    for row in connection.execute(listed):
        slugs[row.initiative_id].add(row.code)
    sponsors: defaultdict[int, list[Sponsor]] = defaultdict(list)
    published = select(sponsor).where(sponsor.c.initiative_id.in_(ids), sponsor.c.removed_on.is_(None))
    for row in connection.execute(published.order_by(sponsor.c.given_on.desc(), sponsor.c.id.desc())):
        sponsors[row.initiative_id].append(Sponsor(row.id, row.name, row.cents, row.given_on))
    return tuple(_initiative(row, texts[row.id], slugs[row.id], sponsors[row.id]) for row in rows)


def _initiative(
    row: Row[tuple[object, ...]], texts: dict[str, InitiativeText], slugs: set[str], sponsors: Sequence[Sponsor]
) -> Initiative:
    return Initiative(
        id=row.id,
        registration_number=row.registration_number,
        scheme=row.scheme,
        registered_on=row.registered_on,
        collection_start=row.collection_start,
        collection_end=row.collection_end,
        register_url=row.register_url,
        website=row.website,
        original_language=row.original_language,
        organisers=tuple(Organiser(**organiser) for organiser in row.organisers),
        status=Status(row.status),
        texts=texts,
        pause_reason=row.pause_reason,
        start_notified_on=row.start_notified_on,
        forecast_published=row.forecast_published,
        partner_slugs=frozenset(slugs),
        sponsors=tuple(sponsors),
    )
