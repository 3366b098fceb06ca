"""Changes that an import would make, shown before it is confirmed."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from signer.initiatives.description import Description
from signer.initiatives.initiative import Initiative, InitiativeText, Organiser

FACTS = (
    "scheme",
    "registered_on",
    "collection_start",
    "collection_end",
    "register_url",
    "website",
    "original_language",
    "organisers",
)
"""The parts of a description besides its number and its texts, in the order of a page."""


@dataclass(frozen=True)
class Change:
    """One part that changes. language: of a text, else empty. before, after: as text; empty where there is nothing."""

    part: str
    language: str
    before: str
    after: str


def changes_of(kept: Initiative | None, described: Description) -> tuple[Change, ...]:
    """Return what is different; everything, where the initiative is new. Texts that the file lacks go.

    described: with its texts as `texts.checked` gives them, for they are compared as they would be kept.
    """
    return (*_facts(kept, described), *_texts(kept, described))


def _facts(kept: Initiative | None, described: Description) -> Iterator[Change]:
    for part in FACTS:
        before = _said(getattr(kept, part)) if kept else ""
        after = _said(getattr(described, part))
        if before != after:
            yield Change(part, "", before, after)


def _texts(kept: Initiative | None, described: Description) -> Iterator[Change]:
    there = kept.texts if kept else {}
    for language in sorted({*there, *described.texts}):
        before, after = there.get(language), described.texts.get(language)
        for part in fields(InitiativeText):
            values = [str(getattr(text, part.name)) if text else "" for text in (before, after)]
            if values[0] != values[1]:
                yield Change(part.name, language, *values)


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(_said(each) for each in value)
    if isinstance(value, Organiser):
        return ", ".join(filter(None, (value.role, value.name, value.email, value.country)))
    return str(value)
