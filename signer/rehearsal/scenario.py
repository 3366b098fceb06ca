"""Who comes to sign in a rehearsal, and what happens to each: ten parts, played over and over in each Member State."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count, zip_longest

from signer.rehearsal.invented import InventedPerson, Inventor
from signer.scheme.form import Field, FieldKind, Scheme

PARTS = 10
"""Statements of each Member State at least: one for each part."""
WITHOUT_SCRIPT = 45
"""One visitor of so many runs no JavaScript; each of them waits some seconds."""


@dataclass(frozen=True)
class Visit:
    """One statement of support that is typed, and what the person does on the way.

    number: 1, 2, … within the rehearsal; names the statement where something goes wrong.
    signatory: who it is; two visits of the same one must be counted as one person.
    slips: field name to what is typed wrongly at first, and mended when the page complains.
    by_front_door: begins at the initiative's page and chooses the nationality there.
    changes_mind: goes back from the check page once, and finds everything as it was.
    forgets_a_box: signs without the declaration at first.
    sends_twice: sends the last page twice.
    erases: takes the statement back with its code.
    without_script: the browser runs no JavaScript, so that the human check is passed by waiting.
    """

    number: int
    signatory: int
    person: InventedPerson
    slips: Mapping[str, str] = field(default_factory=dict, repr=False)
    by_front_door: bool = False
    changes_mind: bool = False
    forgets_a_box: bool = False
    sends_twice: bool = False
    erases: bool = False
    without_script: bool = False

    @property
    def member_state(self) -> str:
        """The Member State whose form is filled in."""
        return self.person.form.member_state

    def __str__(self) -> str:
        return f"statement {self.number} ({self.member_state})"


def plan_visits(scheme: Scheme, statements: int, *, on: date, seed: int, erasures: bool) -> tuple[Visit, ...]:
    """Return the visits of a rehearsal, all Member States in turns; the same seed gives the same ones.

    statements: how many, spread evenly; at least ten for each Member State.
    on: the day on which everybody signs.
    erasures: without them, who would erase a statement and sign again only signs again.
    """
    signatories = count(1)
    companies = []
    for index, code in enumerate(scheme.forms):
        share = max(PARTS, statements // len(scheme.forms) + (index < statements % len(scheme.forms)))
        inventor = Inventor(scheme, code, on=on, seed=seed)
        companies.append(_of_one_member_state(inventor, share, signatories, turn=index))
    in_turns = (visit for group in zip_longest(*companies) for visit in group if visit)
    return tuple(
        replace(
            visit,
            number=number,
            without_script=number % WITHOUT_SCRIPT == 1,
            erases=visit.erases and erasures,
        )
        for number, visit in enumerate(in_turns, start=1)
    )


def _of_one_member_state(inventor: Inventor, share: int, signatories: Iterator[int], *, turn: int) -> list[Visit]:
    visits: list[Visit] = []
    while len(visits) < share:
        visits += _ten(inventor, signatories, turn)
        turn += 1
    return visits[:share]


def _ten(inventor: Inventor, signatories: Iterator[int], turn: int) -> Sequence[Visit]:
    plain, clumsy, sure = inventor.person(turn), inventor.person(turn + 1), inventor.doubtful(turn)
    impatient, wordy, fickle = _without_optional(inventor.person(turn)), inventor.wordy(turn), inventor.person(turn)
    one, two, three, four, five, six, seven = (next(signatories) for _ in range(7))
    return (
        Visit(0, one, plain, by_front_door=True),
        Visit(0, two, clumsy, slips=_slips(inventor, clumsy, turn)),
        Visit(0, three, sure),
        Visit(0, four, impatient, sends_twice=True),
        # The same person once more: identical but for the typing, then with another value.
        Visit(0, one, inventor.carelessly_typed(plain)),
        Visit(0, four, inventor.respelt(impatient)),
        Visit(0, five, wordy),
        # Erased, and signed again: to be counted once, and the first one to be gone.
        Visit(0, six, fickle, erases=True),
        Visit(0, six, fickle),
        Visit(0, seven, inventor.look_alike(clumsy), changes_mind=True, forgets_a_box=True),
    )


def _without_optional(person: InventedPerson) -> InventedPerson:
    """Return the person in a house without a number and, where that is usual, without a postal code."""
    form = person.form
    number, code = form.field_of(FieldKind.HOUSE_NUMBER), form.field_of(FieldKind.POSTAL_CODE)
    if number:
        person = replace(person.with_fields(**{number.name: ""}), confirmed=frozenset({number.name}))
    if code and form.residence.postal_rule(person.fields["residence_country"]).optional:
        person = person.with_fields(**{code.name: ""})
    return person


def _slips(inventor: Inventor, person: InventedPerson, turn: int) -> Mapping[str, str]:
    odd = bool(turn % 2)
    slips: dict[str, str] = {}
    for name, asked in person.form.fields.items():
        typed = person.fields[name]
        if asked.kind is FieldKind.NAME and not slips:
            slips[name] = f"{typed}7" if odd else ""
        elif asked.kind is FieldKind.DATE_OF_BIRTH:
            slips[name] = f"{typed[:4]}-02-31"
        elif asked.kind in {FieldKind.COUNTRY, FieldKind.DOCUMENT_TYPE} and odd and _can_be_left_open(asked, person):
            slips[name] = ""
        elif asked.kind is FieldKind.DOCUMENT_NUMBER and "" not in slips.values():
            # A number is judged only where its document is chosen.
            slips[name] = inventor.slip_in_number(person)
    return slips


def _can_be_left_open(asked: Field, person: InventedPerson) -> bool:
    return asked.kind is not FieldKind.DOCUMENT_TYPE or len(person.form.document_types) > 1
