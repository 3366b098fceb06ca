"""The texts of an initiative, language by language, and every version that there ever was.

People sign what the register has (Regulation (EU) 2019/788, Article 9(2)): a draft's texts may be mended, and once the
collection was opened, texts in further languages are all that may be added.
"""

import unicodedata
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, insert, select

from signer.audit.entry import Kind
from signer.audit.record import record_event
from signer.errors import SignerError
from signer.initiatives.initiative import Initiative, InitiativeText, Status
from signer.initiatives.tables import initiative_text, text_version
from signer.settings import Settings

TITLE_LIMIT, OBJECTIVES_LIMIT = 500, 10_000
"""Characters. Generous: the register has already held the text to Annex II (100 and 1,100 characters)."""


class FrozenText(SignerError):
    """The initiative has been opened; only texts in further languages may be added."""


class UnfitText(SignerError):
    """A text is empty, too long, or holds what cannot be shown; `field` names the part."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Version:
    """A text as it was once, who wrote it and when."""

    text: InitiativeText
    written_on: date
    actor: str


def write_text(
    connection: Connection,
    settings: Settings,
    initiative: Initiative,
    language: str,
    text: InitiativeText,
    *,
    actor: str,
) -> None:
    """Keep the text of a language. Raises FrozenText or UnfitText; the same text again changes nothing."""
    text = checked(text)
    before = initiative.texts.get(language)
    if before == text:
        return
    if before is not None and initiative.status is not Status.DRAFT:
        raise FrozenText(
            f"{initiative.registration_number} has been opened; its text in {language} can no longer change"
        )
    put_text(connection, initiative.id, language, text, actor=actor)
    record_event(
        connection,
        settings,
        Kind.TEXT_CHANGED,
        actor=actor,
        initiative=initiative.registration_number,
        details={"language": language},
    )


def put_text(connection: Connection, initiative_id: int, language: str, text: InitiativeText, *, actor: str) -> None:
    """Keep a text and its version; whether it may be, the caller has asked."""
    here = {"initiative_id": initiative_id, "language": language}
    connection.execute(delete(initiative_text).filter_by(**here))
    connection.execute(insert(initiative_text).values(**here, **asdict(text)))
    newest = next(iter(read_versions(connection, initiative_id, language)), None)
    if newest is None or newest.text != text:
        written_on = datetime.now(UTC).date()
        connection.execute(insert(text_version).values(**here, **asdict(text), written_on=written_on, actor=actor))


def read_versions(connection: Connection, initiative_id: int, language: str) -> tuple[Version, ...]:
    """Return the versions of a text, the newest first."""
    rows = connection.execute(
        select(text_version)
        .filter_by(initiative_id=initiative_id, language=language)
        .order_by(text_version.c.id.desc())
    )
    return tuple(
        Version(
            InitiativeText(row.title, row.objectives, row.website, row.partial_registration), row.written_on, row.actor
        )
        for row in rows
    )


def checked(text: InitiativeText) -> InitiativeText:
    """Return the text in NFC, trimmed. Raises UnfitText."""
    values = {name: unicodedata.normalize("NFC", value).strip() for name, value in asdict(text).items()}
    limits = {"title": TITLE_LIMIT, "website": TITLE_LIMIT}
    for name, value in values.items():
        limit = limits.get(name, OBJECTIVES_LIMIT)
        if len(value) > limit:
            raise UnfitText(name, f"the {name} is longer than {limit} characters")
        lines = value.split("\n") if name not in limits else [value]
        if not all(line.rstrip("\r").isprintable() for line in lines):
            raise UnfitText(name, f"the {name} holds a character that cannot be shown")
    for name in ("title", "objectives"):
        if not values[name]:
            raise UnfitText(name, f"the {name} is empty")
    if values["website"] and urlsplit(values["website"]).scheme not in {"https", "http"}:
        raise UnfitText("website", "the website is not an address that begins with https://")
    return InitiativeText(**values)
