"""Invented citizens of every Member State, whose details the scheme accepts. None of them exists."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random  # noqa: TID251 - seeded: a rehearsal that failed must be repeatable; nothing here is secret

from signer.rehearsal.birth_dates import birth_date, doubtful_birth_date
from signer.rehearsal.document_numbers import DocumentNumbers, fill
from signer.rehearsal.names import Words
from signer.scheme.form import FieldKind, Form, Scheme

AT_HOME = 0.7
"""The share of invented people who live in the country of their nationality."""

HEXADECIMAL_RISK = 6
"""So many digits alone could stand somewhere by chance, within a number in hexadecimal."""


@dataclass(frozen=True)
class InventedPerson:
    """What one invented citizen types.

    fields: field name to text as typed, a birth date as YYYY-MM-DD.
    confirmed: fields whose warning comes up and is confirmed.
    """

    form: Form
    fields: Mapping[str, str] = field(repr=False)
    confirmed: frozenset[str] = frozenset()

    def with_fields(self, **fields: str) -> "InventedPerson":
        """Return the same person with some fields typed otherwise."""
        return replace(self, fields={**self.fields, **fields})


class Inventor:
    """Invents citizens of one Member State; the same seed invents the same ones.

    on: the day on which they sign.
    """

    def __init__(self, scheme: Scheme, member_state: str, *, on: date, seed: int) -> None:
        self.form = scheme.member_state(member_state)
        self._on = on
        self._chance = Random(f"{seed} {self.form.member_state}")  # noqa: S311 - people are invented, not drawn by lot
        self._words = Words(self.form.member_state, self._chance)
        documents = self.form.document_types
        self._numbers = {
            key: DocumentNumbers(self.form, documents[key], on=on, chance=self._chance) for key in documents
        }

    def person(self, turn: int = 0) -> InventedPerson:
        """Return a new person, for each `turn` with another of the accepted documents."""
        types = list(self._numbers)
        chosen = types[turn % len(types)] if types else ""
        makers: Mapping[FieldKind, Callable[[], str]] = {
            FieldKind.NAME: self._name,
            FieldKind.ADDRESS: self._place,
            FieldKind.HOUSE_NUMBER: self._house_number,
            FieldKind.COUNTRY: self._country,
            FieldKind.DATE_OF_BIRTH: lambda: birth_date(self._chance, self._on).isoformat(),
            FieldKind.DOCUMENT_TYPE: lambda: chosen,
            FieldKind.DOCUMENT_NUMBER: self._numbers[chosen].number if chosen else str,
        }
        fields = {
            name: _made_to_fit(makers[asked.kind], asked.at_most)
            for name, asked in self.form.fields.items()
            if asked.kind in makers
        }
        return InventedPerson(self.form, self._with_postal_code(fields))

    def wordy(self, turn: int = 0) -> InventedPerson:
        """Return a person whose names, street and town are as long as the form allows."""
        long = {
            name: self._words.text(asked.at_most)
            for name, asked in self.form.fields.items()
            if asked.kind in {FieldKind.NAME, FieldKind.ADDRESS}
        }
        return self.person(turn).with_fields(**long)

    def doubtful(self, turn: int = 0) -> InventedPerson:
        """Return a person with one field that the scheme doubts and the person confirms."""
        person = self.person(turn)
        name, text = self._doubted(person, turn)
        return replace(person.with_fields(**{name: text}), confirmed=frozenset({name}))

    def carelessly_typed(self, person: InventedPerson) -> InventedPerson:
        """Return the same values in another typing: more spaces, small letters, accents as marks of their own."""
        typed = {name: self._careless(self.form.fields[name].kind, text) for name, text in person.fields.items()}
        return replace(person, fields=typed)

    def respelt(self, person: InventedPerson) -> InventedPerson:
        """Return the same person by what identifies people, with another value in a field that does not."""
        code, number = self.form.field_of(FieldKind.POSTAL_CODE), self.form.field_of(FieldKind.HOUSE_NUMBER)
        if code and number and not person.fields[code.name]:
            # Where there is no postal code, street and town stand for it.
            changed = person.with_fields(**{number.name: self._house_number()})
            return replace(changed, confirmed=person.confirmed - {number.name})
        loose = [
            name
            for name, asked in self.form.fields.items()
            if name not in self.form.identity and asked.kind in {FieldKind.NAME, FieldKind.ADDRESS}
        ]
        name = self._chance.choice(loose)
        return person.with_fields(**{name: f"{person.fields[name]}-{self._words.word()}"})

    def look_alike(self, person: InventedPerson) -> InventedPerson:
        """Return another person of the same name and birth date, where the form asks for one; else just another one."""
        other = self.person()
        kept = set(self.form.likeness)
        return replace(
            other, fields={name: person.fields[name] if name in kept else other.fields[name] for name in other.fields}
        )

    def slip_in_number(self, person: InventedPerson) -> str:
        """Return the person's document number with a slip that the scheme notices."""
        return self._numbers[person.fields["document_type"]].doubtful(person.fields["document_number"])

    def _doubted(self, person: InventedPerson, turn: int) -> tuple[str, str]:
        if self.form.document_types:
            return "document_number", self.slip_in_number(person)
        if turn % 2:
            return "date_of_birth", doubtful_birth_date(self._chance, self._on).isoformat()
        # Ireland takes any code or none, so there the age is doubted instead.
        if self.form.residence.postal_rule(person.fields["residence_country"]).optional:
            return "date_of_birth", doubtful_birth_date(self._chance, self._on).isoformat()
        return "postal_code", f"{fill('AA-0000000', self._chance)}/{fill('00000000000', self._chance)}"

    def _name(self) -> str:
        words = self._words
        return self._chance.choice(
            (
                words.word,
                lambda: words.words(2),
                lambda: f"{words.word()}-{words.word()}",
                lambda: f"{words.word()} d’{words.word()}",
            )
        )()

    def _place(self) -> str:
        words = self._words
        return self._chance.choice(
            (
                words.word,
                lambda: words.words(2),
                lambda: f"{words.word()} „{words.word()}“",
                lambda: f"{words.word()} 3:12",
            )
        )()

    def _house_number(self) -> str:
        return fill(self._chance.choice(("0", "00", "00 B", "0/00", "00-00", "000½")), self._chance)

    def _country(self) -> str:
        if self._chance.random() < AT_HOME:
            return self.form.member_state
        return self._chance.choice([code for code in self.form.residence.countries if not self._is_risky(code)])

    def _is_risky(self, country: str) -> bool:
        example = self.form.residence.postal_rule(country).example
        return example.isdigit() and len(example) >= HEXADECIMAL_RISK

    def _with_postal_code(self, fields: dict[str, str]) -> dict[str, str]:
        asked = self.form.field_of(FieldKind.POSTAL_CODE)
        if asked is None:
            return fields
        rule = self.form.residence.postal_rule(fields["residence_country"])
        while True:
            text = fill(rule.example, self._chance)
            bare = "".join(character for character in text if character.isalnum())
            if rule.pattern is None or rule.pattern.fullmatch(bare):
                return {name: {**fields, asked.name: text}[name] for name in self.form.fields}

    def _careless(self, kind: FieldKind, text: str) -> str:
        if kind in {FieldKind.NAME, FieldKind.ADDRESS}:
            return unicodedata.normalize("NFD", f" {text.replace(' ', '  ')} ")
        if kind is FieldKind.DOCUMENT_NUMBER:
            return " ".join(text.lower())
        return text


def _made_to_fit(make: Callable[[], str], at_most: int) -> str:
    while True:
        text = make()
        if len(text) <= at_most:
            return text
