"""Initiative: its facts, texts and status, as read from the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from signer.errors import SignerError
from signer.registration_number import formal_number


class UnknownInitiative(SignerError):
    """There is no initiative with this registration number, or it is still a draft."""


class Status(StrEnum):
    """What the organisers have decided; whether a day lies within the collection period comes besides."""

    DRAFT = "draft"
    COLLECTING = "collecting"
    PAUSED = "paused"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class InitiativeText:
    """The registered text in one language; it is shown as it stands in the Commission's register.

    partial_registration: the scope, if only a part was registered (Regulation (EU) 2019/788, Article 6(4)); else empty.
    """

    title: str
    objectives: str
    website: str
    partial_registration: str


@dataclass(frozen=True)
class Organiser:
    """A member of the group of organisers, or the legal entity that manages the initiative.

    role: representative, substitute, member or legal entity; the first two are the contact persons.
    country: of residence, or of the legal entity's seat; may be empty.
    """

    role: str
    name: str
    email: str
    country: str


@dataclass(frozen=True)
class Sponsor:
    """Support or funding. name: of the person or organisation. cents: EUR times 100. given_on: the day of it."""

    id: int
    name: str
    cents: int
    given_on: date


@dataclass(frozen=True)
class Initiative:
    """One registered initiative.

    registration_number: such as 2021/000001.
    collection_start, collection_end: the first and the last day of collection, both included, in Brussels.
    pause_reason: what the organisers say in public while the collection is paused; may be empty.
    start_notified_on: the day on which the Commission was told of the start; None if nobody has recorded it.
    forecast_published: whether the public numbers have the forecast.
    partner_slugs: the slugs of the partners' links (`partners.py`).
    sponsors: what organisers have entered, the newest support first; which of it is published: `sponsors.py`.
    """

    id: int
    registration_number: str
    scheme: str
    registered_on: date
    collection_start: date
    collection_end: date
    register_url: str
    website: str
    original_language: str
    organisers: tuple[Organiser, ...]
    status: Status
    texts: Mapping[str, InitiativeText]
    pause_reason: str = ""
    start_notified_on: date | None = None
    forecast_published: bool = False
    partner_slugs: frozenset[str] = frozenset()
    sponsors: tuple[Sponsor, ...] = ()

    @property
    def path(self) -> str:
        """The registration number as it stands in URLs: 2021/000001."""
        return self.registration_number

    @property
    def formal_number(self) -> str:
        """The registration number as it stands in files for authorities: ECI(2021)000001."""
        return formal_number(self.registration_number)

    @property
    def contact_persons(self) -> tuple[Organiser, ...]:
        """The representative and the substitute."""
        return tuple(person for person in self.organisers if person.role in {"representative", "substitute"})

    @property
    def legal_entity(self) -> Organiser | None:
        """The legal entity that manages the initiative, if there is one."""
        return next((organiser for organiser in self.organisers if organiser.role == "legal entity"), None)

    def text(self, language: str) -> InitiativeText:
        """Return the text in `language`, or in the original language where there is none."""
        return self.texts.get(language) or self.texts[self.original_language]

    def language_of_text(self, language: str) -> str:
        """Return the language in which `text(language)` is written."""
        return language if language in self.texts else self.original_language
