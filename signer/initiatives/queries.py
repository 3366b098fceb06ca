"""Reading initiatives and their public keys."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, select

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
    texts: dict[int, dict[str, InitiativeText]] = {}
    for row in connection.execute(select(initiative_text).order_by(initiative_text.c.language)):
        text = InitiativeText(row.title, row.objectives, row.website, row.partial_registration)
        texts.setdefault(row.initiative_id, {})[row.language] = text
    slugs: dict[int, set[str]] = {}
    for row in connection.execute(select(partner.c.initiative_id, partner.c.code)):
        slugs.setdefault(row.initiative_id, set()).add(row.code)
    sponsors: dict[int, list[Sponsor]] = {}
    published = select(sponsor).where(sponsor.c.removed_on.is_(None))
    for row in connection.execute(published.order_by(sponsor.c.given_on.desc(), sponsor.c.id.desc())):
        found = Sponsor(row.id, row.name, row.cents, row.given_on)
        sponsors.setdefault(row.initiative_id, []).append(found)
    rows = connection.execute(select(initiative).order_by(initiative.c.registration_number))
    return tuple(
        _initiative(row, texts.get(row.id, {}), slugs.get(row.id, set()), sponsors.get(row.id, ())) for row in rows
    )


def find_initiative(connection: Connection, registration_number: str) -> Initiative:
    """Return one initiative, a draft too. Raises UnknownInitiative."""
    for found in read_initiatives(connection):
        if found.registration_number == registration_number:
            return found
    raise UnknownInitiative(f"there is no initiative {registration_number}")


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
