"""What organisers decide about an initiative: importing its description, opening, pausing, closing, withdrawing."""

import hashlib
from dataclasses import asdict
from datetime import date

from sqlalchemy import Connection, delete, insert, update

from signer.audit.entry import Kind
from signer.audit.record import record_event
from signer.errors import SignerError
from signer.initiatives.description import Description
from signer.initiatives.initiative import Initiative, InitiativeText, Status, UnknownInitiative
from signer.initiatives.keys import require_key
from signer.initiatives.queries import find_initiative
from signer.initiatives.tables import initiative, initiative_text
from signer.scheme.load import load_scheme
from signer.sealing.canonical import canonical_json
from signer.settings import Settings

ALLOWED = {
    Status.DRAFT: {Status.COLLECTING},
    Status.COLLECTING: {Status.PAUSED, Status.CLOSED, Status.WITHDRAWN},
    Status.PAUSED: {Status.COLLECTING, Status.CLOSED, Status.WITHDRAWN},
    Status.CLOSED: set[Status](),
    Status.WITHDRAWN: set[Status](),
}
"""Closing and withdrawing are for good: a collection that ended must not begin again."""

RECORDED = {
    Status.COLLECTING: Kind.COLLECTION_OPENED,
    Status.PAUSED: Kind.COLLECTION_PAUSED,
    Status.CLOSED: Kind.COLLECTION_CLOSED,
    Status.WITHDRAWN: Kind.INITIATIVE_WITHDRAWN,
}


class FrozenText(SignerError):
    """The initiative has been opened; only texts in further languages may be added."""


class NotAllowed(SignerError):
    """The initiative cannot pass from its status to the wanted one."""


def import_description(
    connection: Connection, settings: Settings, description: Description, *, actor: str
) -> Initiative:
    """Keep a described initiative as a draft, or bring a draft up to date. Raises FrozenText.

    Once opened, only texts in further languages are taken: nobody's statement may change its meaning afterwards.
    """
    load_scheme(description.scheme)
    kept = _keep(connection, description)
    record_event(
        connection,
        settings,
        Kind.INITIATIVE_IMPORTED,
        actor=actor,
        initiative=kept.registration_number,
        details={"languages": " ".join(sorted(kept.texts)), "texts_sha256": _digest_of_texts(kept)},
    )
    return kept


def change_status(
    connection: Connection, settings: Settings, registration_number: str, wanted: Status, *, on: date, actor: str
) -> Initiative:
    """Open, pause, close or withdraw. Raises UnknownInitiative, NotAllowed, or UnknownKey where opening has no key."""
    kept = find_initiative(connection, registration_number)
    if wanted not in ALLOWED[kept.status]:
        raise NotAllowed(f"{registration_number} is {kept.status} and cannot become {wanted}")
    if wanted is Status.COLLECTING:
        require_key(connection, settings, kept)
        if on > kept.collection_end:
            raise NotAllowed(f"the collection period of {registration_number} ended on {kept.collection_end}")
    connection.execute(update(initiative).values(status=wanted).where(initiative.c.id == kept.id))
    record_event(connection, settings, RECORDED[wanted], actor=actor, initiative=registration_number)
    return find_initiative(connection, registration_number)


def _keep(connection: Connection, description: Description) -> Initiative:
    try:
        kept = find_initiative(connection, description.registration_number)
    except UnknownInitiative:
        return _insert(connection, description)
    if kept.status is Status.DRAFT:
        connection.execute(delete(initiative).where(initiative.c.id == kept.id))
        return _insert(connection, description)
    _add_languages(connection, kept, description)
    return find_initiative(connection, kept.registration_number)


def _digest_of_texts(kept: Initiative) -> str:
    """Return the SHA-256, in hexadecimal, of what people sign, so that the audit log shows when it changed."""
    texts = {language: asdict(text) for language, text in kept.texts.items()}
    return hashlib.sha256(canonical_json(texts)).hexdigest()


def _insert(connection: Connection, description: Description) -> Initiative:
    values = {name: value for name, value in vars(description).items() if name not in {"texts", "organisers"}}
    organisers = [asdict(organiser) for organiser in description.organisers]
    new = insert(initiative).values(status=Status.DRAFT, organisers=organisers, **values).returning(initiative.c.id)
    initiative_id = connection.execute(new).scalar_one()
    for language, text in description.texts.items():
        _insert_text(connection, initiative_id, language, text)
    return find_initiative(connection, description.registration_number)


def _add_languages(connection: Connection, kept: Initiative, description: Description) -> None:
    number = kept.registration_number
    for name in ("scheme", "registered_on", "collection_start", "collection_end", "original_language", "organisers"):
        if getattr(kept, name) != getattr(description, name):
            raise FrozenText(f"{number} has been opened; its {name} can no longer change")
    for language, text in description.texts.items():
        if language not in kept.texts:
            _insert_text(connection, kept.id, language, text)
        elif kept.texts[language] != text:
            raise FrozenText(f"{number} has been opened; its text in {language} can no longer change")


def _insert_text(connection: Connection, initiative_id: int, language: str, text: InitiativeText) -> None:
    connection.execute(insert(initiative_text).values(initiative_id=initiative_id, language=language, **asdict(text)))
