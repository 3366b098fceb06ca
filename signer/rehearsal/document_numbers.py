"""Document numbers that the scheme accepts, found by trial: nothing here knows the rule of one Member State.

A candidate has the shape of the scheme's own example, random digits and letters, and where a number may hold a birth
date, one of an adult. The last character is tried through, since that is where most check digits stand; what
`check` accepts without a doubt is taken.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random  # noqa: TID251 - seeded: a rehearsal that failed must be repeatable; nothing here is secret
from string import ascii_uppercase, digits

from signer.errors import SignerError
from signer.rehearsal.birth_dates import birth_date
from signer.scheme.check import check
from signer.scheme.form import DocumentType, FieldKind, Form
from signer.scheme.problem import Problem, Severity

NOT_HEXADECIMAL = "GHJKLMNPRSTUVWXYZ"
Layout = tuple[int, str]
"""From which digit on a birth date stands, and how it is written there; nothing is written where there is none."""

NO_DATE: Layout = (0, "")
# A full year in seven digits leaves out the millennium.
DATED: tuple[Layout, ...] = ((0, "{0:%y%m%d}"), (1, "{0:%y%m%d}"), (0, "{0:%d%m%y}"), (0, "{0:%d%m}9{0:%y}"))

TRIES = 400
OF_NUMBERS = frozenset({FieldKind.DOCUMENT_TYPE, FieldKind.DOCUMENT_NUMBER})
LONGEST = 40


class NoNumber(SignerError):
    """No number was found that the scheme accepts for a document type."""


class DocumentNumbers:
    """Makes numbers of one document type; never the same one twice."""

    def __init__(self, form: Form, document: DocumentType, *, on: date, chance: Random) -> None:
        self._document, self._on, self._chance = document, on, chance
        # Thousands are tried: only what judges a number is looked at each time.
        asked = {name: field for name, field in form.fields.items() if field.kind in OF_NUMBERS}
        self._form = replace(form, fields=asked)
        self._made: set[str] = set()
        self._layouts = [*DATED, NO_DATE] if document.birth_date else [NO_DATE]

    def number(self) -> str:
        """Return a number that is accepted without a doubt, as people write it. Raises NoNumber."""
        for layout in tuple(self._layouts):
            for _ in range(TRIES // len(self._layouts)):
                found = next((text for text in self._candidates(layout) if self._fits(text)), None)
                if found:
                    self._made.add(_bare(found))
                    # The layout that works is tried first from now on.
                    self._layouts.remove(layout)
                    self._layouts.insert(0, layout)
                    return found
        raise NoNumber(f"no acceptable number was found for {self._form.member_state} {self._document.key}")

    def doubtful(self, number: str) -> str:
        """Return `number` with a slip that the scheme doubts and lets a citizen confirm. Raises NoNumber."""
        for text in self._slips(number):
            problems = self._problems(text)
            if [problem.severity for problem in problems] == [Severity.WARNING] and _bare(text) not in self._made:
                self._made.add(_bare(text))
                return text
        raise NoNumber(f"no doubtful number was found for {self._form.member_state} {self._document.key}")

    def _candidates(self, layout: Layout) -> Iterator[str]:
        start, pattern = layout
        dated = pattern.format(birth_date(self._chance, self._on))
        text = _with_digits(fill(self._document.example, self._chance), start, dated)
        *_, last = (index for index, character in enumerate(text) if character.isalnum())
        options = digits if text[last].isdigit() else ascii_uppercase
        for option in self._chance.sample(options, len(options)):
            yield text[:last] + option + text[last + 1 :]

    def _fits(self, text: str) -> bool:
        return _bare(text) not in self._made and not self._problems(text)

    def _problems(self, text: str) -> tuple[Problem, ...]:
        fields = {"document_type": self._document.key, "document_number": text}
        return check(fields, self._form, on=self._on)

    def _slips(self, number: str) -> Iterator[str]:
        places = [index for index, character in enumerate(number) if character.isdigit()]
        for place in self._chance.sample(places, len(places)):
            yield number[:place] + str((int(number[place]) + self._chance.randint(1, 9)) % 10) + number[place + 1 :]
        yield number[:-1]
        while len(number) < LONGEST:
            number += self._chance.choice(digits)
            yield number


def fill(shape: str, chance: Random) -> str:
    """Return `shape` with other digits for its digits and other capital letters for its letters.

    Every other letter stays, since some stand for the country or the kind of document.
    """
    return "".join(_filled(character, chance) for character in shape)


def _filled(character: str, chance: Random) -> str:
    if character.isdigit():
        return chance.choice(digits)
    if character.isalpha():
        return chance.choice((character, chance.choice(NOT_HEXADECIMAL)))
    return character


def _bare(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum()).lstrip("0")


def _with_digits(text: str, start: int, written: str) -> str:
    places = [index for index, character in enumerate(text) if character.isdigit()][start : start + len(written)]
    characters = list(text)
    for place, digit in zip(places, written, strict=False):
        characters[place] = digit
    return "".join(characters)
