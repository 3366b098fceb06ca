"""The texts of an initiative, language by language, and every version that there ever was.

People sign what the register has (Regulation (EU) 2019/788, Article 9(2)): a draft's texts may be mended, and once the
collection was opened, texts in further languages are all that may be added.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, delete, insert, select

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.errors import SignerError, Unfit
from signer.initiatives.description import ADDRESS, OBJECTIVES_LIMIT, TITLE_LIMIT
from signer.initiatives.initiative import Initiative, InitiativeText, Status
from signer.initiatives.tables import initiative_text, text_version
from signer.scheme.characters import find_unreadable

OFFICIAL_LANGUAGES = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr"),
    *("hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"),
)
"""The official languages of the Union (Regulation No 1, Article 1): those that the register has texts in."""


class FrozenText(SignerError):
    """The initiative has been opened; only texts in further languages may be added."""


class StaleText(SignerError):
    """Somebody else has written another version meanwhile."""


class UnfitText(Unfit):
    """A text is empty, too long, or holds what cannot be shown."""


@dataclass(frozen=True)
class Version:
    """A text as it was once, who wrote it and when. number: grows from version to version."""

    number: int
    text: InitiativeText
    written_on: date
    actor: str


def write_text(
    unit: UnitOfWork,
    initiative: Initiative,
    language: str,
    text: InitiativeText,
    *,
    after: int,
) -> None:
    """Keep the text of a language; the same text again changes nothing.

    initiative: as `find_initiative_to_change` gives it. after: number of the version that the writer has seen, 0 if
    there was none. Raises FrozenText, StaleText or UnfitText.
    """
    text = checked(text)
    before = initiative.texts.get(language)
    if before == text:
        return
    if before is not None and initiative.status is not Status.DRAFT:
        raise FrozenText(
            f"{initiative.registration_number} has been opened; its text in {language} can no longer change"
        )
    if newest_version(unit.connection, initiative.id, language) != after:
        raise StaleText(f"the text in {language} has been changed by somebody else meanwhile")
    put_text(unit, initiative.id, language, text)
    unit.record(EntryKind.TEXT_CHANGED, initiative.registration_number, language=language)


def put_text(unit: UnitOfWork, initiative_id: int, language: str, text: InitiativeText) -> None:
    """Keep a text and its version; whether it may be, the caller has asked."""
    here = {"initiative_id": initiative_id, "language": language}
    unit.connection.execute(delete(initiative_text).filter_by(**here))
    unit.connection.execute(insert(initiative_text).values(**here, **asdict(text)))
    newest = find_newest(unit.connection, initiative_id, language)
    if newest is None or newest.text != text:
        said = {"written_on": unit.on, "actor": unit.actor}
        unit.connection.execute(insert(text_version).values(**here, **asdict(text), **said))


def read_versions(
    connection: Connection, initiative_id: int, language: str, *, most: int | None = None
) -> tuple[Version, ...]:
    """Return the versions of a text, the newest first. most: no more than so many."""
    rows = connection.execute(
        select(text_version)
        .filter_by(initiative_id=initiative_id, language=language)
        .order_by(text_version.c.id.desc())
        .limit(most)
    )
    return tuple(
        Version(
            row.id,
            InitiativeText(row.title, row.objectives, row.website, row.partial_registration),
            row.written_on,
            row.actor,
        )
        for row in rows
    )


def find_newest(connection: Connection, initiative_id: int, language: str) -> Version | None:
    """Return the newest version of a text; None if there is none."""
    return next(iter(read_versions(connection, initiative_id, language, most=1)), None)


def newest_version(connection: Connection, initiative_id: int, language: str) -> int:
    """Return the number of the newest version of a text; 0 if there is none."""
    newest = find_newest(connection, initiative_id, language)
    return newest.number if newest else 0


def all_checked(texts: Mapping[str, InitiativeText]) -> Mapping[str, InitiativeText]:
    """Return the texts of a description, by language, each as `checked` gives it. Raises UnfitText, which names one."""
    found = {}
    for language, text in texts.items():
        try:
            found[language] = checked(text)
        except UnfitText as unfit:
            raise UnfitText(unfit.field, f"text in {language}: {unfit}") from None
    return found


def checked(text: InitiativeText) -> InitiativeText:
    """Return the text in NFC, trimmed, with line breaks of one kind. Raises UnfitText."""
    values = {name: _tidied(value) for name, value in asdict(text).items()}
    limits = {"title": TITLE_LIMIT, "website": TITLE_LIMIT}
    for name, value in values.items():
        limit = limits.get(name, OBJECTIVES_LIMIT)
        if len(value) > limit:
            raise UnfitText(name, f"the {name} is longer than {limit} characters")
        lines = value.split("\n") if name not in limits else [value]
        if any(find_unreadable(line) for line in lines):
            raise UnfitText(name, f"the {name} holds a character that cannot be shown")
    for name in ("title", "objectives"):
        if not values[name]:
            raise UnfitText(name, f"the {name} is empty")
    if values["website"] and not ADDRESS.fullmatch(values["website"]):
        raise UnfitText("website", "the website is not an address that begins with https://")
    return InitiativeText(**values)


def _tidied(value: str) -> str:
    lines = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\t", " ")
    return "\n".join(line.rstrip() for line in lines.split("\n")).strip()
