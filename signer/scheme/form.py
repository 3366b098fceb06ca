"""A scheme, its forms, and what one form asks: the data files of `signer/scheme/data`, read and checked by `load.py`.

Source: Regulation (EU) 2019/788, Annexes I and III. No rule of one Member State stands in code; these types hold any
scheme of the same shape, a national one of regions too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from signer.errors import SignerError
from signer.scheme.age import AgeRule


class UnknownMemberState(SignerError):
    """The code names no Member State of this scheme."""


class NoThresholds(SignerError):
    """The initiative was registered before the first day for which this scheme has thresholds."""


class FieldKind(StrEnum):
    """What a field holds, and so how it is checked."""

    NAME = "name"
    ADDRESS = "address"
    HOUSE_NUMBER = "house_number"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    DATE_OF_BIRTH = "date_of_birth"
    DOCUMENT_TYPE = "document_type"
    DOCUMENT_NUMBER = "document_number"


@dataclass(frozen=True)
class Field:
    """One field of a form.

    property_key: the Commission's key without its prefix ("full.first.names"); empty where the document type gives it.
    group: the Commission's group without its prefix ("general", "address", "id").
    at_most: characters of the value as kept.
    """

    name: str
    kind: FieldKind
    property_key: str
    group: str
    at_most: int


@dataclass(frozen=True, eq=False)
class DocumentType:
    """One kind of number or document that a Member State accepts.

    key: "id_card"; property_key: the Commission's, "id.card".
    labels: language tag to the document's name in that language, as the Member State prints it.
    pattern: to be matched in full, after normalisation.
    check: dotted name of the module whose `validate` judges the check digit; empty if there is none.
    birth_date: dotted name of the module whose `get_birth_date` reads the number; empty if it holds no birth date.
    not_a_person: numbers of this shape belong to companies; None where that cannot be.
    century_mark: stands between the date and the serial number of a person of 100 or more; empty if none does.
    leading_zeros_optional: people type them or leave them out; a repeat is found either way.
    shortest, longest: characters after normalisation.
    """

    key: str
    property_key: str
    labels: Mapping[str, str]
    pattern: re.Pattern[str]
    example: str
    digits_only: bool
    shortest: int
    longest: int
    check: str
    birth_date: str
    not_a_person: re.Pattern[str] | None
    century_mark: str
    leading_zeros_optional: bool
    valid_from: date | None
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PostalRule:
    """What a postal code of one country of residence looks like.

    pattern: to be matched in full after dropping spaces and hyphens, in capitals; None if anything may stand.
    at_most: characters as typed.
    optional: may be left empty, and is then nothing to ask about.
    """

    pattern: re.Pattern[str] | None
    example: str
    at_most: int
    optional: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Residence:
    """Where a signatory may live: any country.

    countries: codes of two letters (ISO 3166-1, and XK), sorted.
    aliases: other codes in use, to the code kept ("EL" to "GR").
    """

    countries: tuple[str, ...]
    aliases: Mapping[str, str]
    postal_rules: Mapping[str, PostalRule]
    other_countries: PostalRule

    def find_country(self, text: str) -> str | None:
        """Return the code kept for a tidied text such as "el" or "GR"; None if it names no country."""
        code = text.upper() if text.isascii() else ""
        code = self.aliases.get(code, code)
        return code if code in self.countries else None

    def postal_rule(self, country: str | None) -> PostalRule:
        """Return the rule for postal codes of `country`; the one for other countries if it is None or has no rule."""
        return self.postal_rules.get(country or "", self.other_countries)


@dataclass(frozen=True, eq=False)
class Form:
    """What one Member State asks of its nationals, wherever they live.

    part: "A" (address and birth date) or "B" (a number) of Annex III; another scheme names its own.
    native_names: language tag to the name of the Member State.
    aliases: other codes of the same Member State, such as EL of GR.
    fields: name to field, in the order of the form.
    document_types: key to document type, in the order of the file; empty if the form asks for none.
    ages: oldest rule first.
    identity: the fields that, being equal, show one person; likeness: those that only suggest it, or none.
    notes: keys of sentences to be shown with the form.
    """

    member_state: str
    name: str
    native_names: Mapping[str, str]
    aliases: tuple[str, ...]
    part: str
    fields: Mapping[str, Field]
    document_types: Mapping[str, DocumentType]
    ages: tuple[AgeRule, ...]
    residence: Residence
    identity: tuple[str, ...]
    likeness: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]

    def field_of(self, kind: FieldKind) -> Field | None:
        """Return the first field of this kind; None if the form asks for none."""
        return next((field for field in self.fields.values() if field.kind is kind), None)

    @property
    def min_age(self) -> int:
        """The minimum age in years by the newest rule."""
        return self.ages[-1].minimum

    def age_on(self, on: date) -> AgeRule:
        """Return the rule that holds on the day `on`; the oldest one for days before all of them."""
        valid = [rule for rule in self.ages if rule.valid_from is None or rule.valid_from <= on]
        return valid[-1] if valid else self.ages[0]


@dataclass(frozen=True, eq=False)
class ParliamentaryTerm:
    """The thresholds of initiatives registered in one parliamentary term: members elected, times all members."""

    members: int
    registered_from: date
    thresholds: Mapping[str, int]
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Scheme:
    """All rules of one kind of citizens' initiative.

    goal: statements of support needed in all; member_states_needed: Member States in which the threshold is reached.
    invalid_share: of the statements handed over, as expected until somebody knows better; 0.106 is 10.6 in a hundred.
    repeat_share: of the statements received online, likewise.
    surplus: what organisers are advised to collect beyond a threshold; 0.15 is 15 in a hundred.
    planning_sources: where these three come from.
    forms: Member State to form, in protocol order.
    terms: oldest first, the last one open.
    """

    name: str
    title: str
    goal: int
    member_states_needed: int
    collection_months: int
    invalid_share: float
    repeat_share: float
    surplus: float
    planning_sources: tuple[str, ...]
    forms: Mapping[str, Form]
    terms: tuple[ParliamentaryTerm, ...]
    residence: Residence
    sources: tuple[str, ...]

    def member_state(self, code: str) -> Form:
        """Return the form of the Member State with this code or alias, in any case; raises UnknownMemberState."""
        wanted = code.upper() if code.isascii() else ""
        for form in self.forms.values():
            if wanted == form.member_state or wanted in form.aliases:
                return form
        raise UnknownMemberState(f"the code given names no Member State of the scheme {self.name}")

    def thresholds(self, registered_on: date) -> Mapping[str, int]:
        """Return Member State to threshold for an initiative registered on this day; raises NoThresholds."""
        for term in reversed(self.terms):
            if term.registered_from <= registered_on:
                return term.thresholds
        first = self.terms[0].registered_from
        raise NoThresholds(f"registered on {registered_on}, but the thresholds of {self.name} begin on {first}")
