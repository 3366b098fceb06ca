"""Compares what was typed with what was opened, statement by statement and field by field.

Statements are known by their identifiers, which derive from the codes that the citizens were shown. Who is the same
person, and what is kept of what was typed, is known from the cast, not from the tool that is examined.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from signer.rehearsal.client import Receipt
from signer.rehearsal.opened import OpenedStatement, UnreadableAuthorityFile, read_opened
from signer.rehearsal.scenario import Visit
from signer.scheme.form import Form
from signer.scheme.statement import read_statement

Figures = Mapping[str, int]
"""What `signer-offline open` reports of one Member State, by name."""


@dataclass
class ComparisonRow:
    """The figures of one Member State.

    sent: statements typed and answered with a code. received: by the service's own count. in_batch: by the manifest.
    opened: by the report of the opening. persons: by the same. equal: statements that stand in the file word for word,
    or are left out as repeats of one that does.
    """

    member_state: str
    sent: int = 0
    received: int = 0
    erased: int = 0
    in_batch: int = 0
    opened: int = 0
    persons: int = 0
    equal: int = 0
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class KeptStatement:
    """What must be found of one visit: the values that are kept for the authority, under this identifier."""

    visit: Visit
    statement_id: bytes
    fields: Mapping[str, str] = field(repr=False)


def kept_of(receipt: Receipt, on: date) -> KeptStatement:
    """Return what a statement that was signed on the day `on` must be found as."""
    person = receipt.visit.person
    statement = read_statement(person.fields, person.form, on=on, confirmed=person.confirmed)
    return KeptStatement(receipt.visit, receipt.code.statement_id, statement.fields)


def compare(
    receipts: Sequence[Receipt],
    opened: Path,
    form: Form,
    *,
    received: int,
    in_batch: int,
    figures: Figures,
    days: tuple[date, date],
) -> ComparisonRow:
    """Return the figures of one Member State, and every difference.

    receipts: of all visits to this Member State's form. opened: the folder of the files for the authorities.
    days: the first and last day on which somebody signed.
    """
    staying = [kept_of(receipt, days[0]) for receipt in receipts if not receipt.visit.erases]
    row = ComparisonRow(form.member_state, sent=len(receipts), received=received, in_batch=in_batch)
    row.erased = len(receipts) - len(staying)
    row.opened, row.persons = figures.get("statements", 0), figures.get("persons", 0)
    found: dict[bytes, OpenedStatement] = {}
    try:
        for statement in read_opened(opened / f"{form.member_state}.xml", form):
            found[statement.statement_id] = statement
    except UnreadableAuthorityFile as error:
        row.differences.append(str(error))
    for group in _by_content(staying):
        differences = list(_differences_of(group, found, days))
        row.differences += differences
        row.equal += 0 if differences else len(group)
    row.differences += _strangers(receipts, found)
    row.differences += _wrong_figures(row, staying, figures, written=len(found))
    return row


def _by_content(staying: Iterable[KeptStatement]) -> Iterator[list[KeptStatement]]:
    groups: defaultdict[tuple[str, ...], list[KeptStatement]] = defaultdict(list)
    for kept in staying:
        groups[tuple(kept.fields.values())].append(kept)
    yield from groups.values()


def _differences_of(
    group: Sequence[KeptStatement], found: Mapping[bytes, OpenedStatement], days: tuple[date, date]
) -> Iterator[str]:
    """Yield what is wrong with statements of the same content: exactly one of them must have been written."""
    written = [kept for kept in group if kept.statement_id in found]
    names = " and ".join(str(kept.visit) for kept in group)
    if not written:
        yield f"{names}: in no file"
    elif len(written) > 1:
        yield f"{names}: identical, but written {len(written)} times"
    for kept in written:
        statement = found[kept.statement_id]
        for name, value in kept.fields.items():
            if statement.fields[name] != value:
                yield f"{kept.visit}: {name} is not what was typed"
        if not days[0] <= statement.on <= days[1]:
            yield f"{kept.visit}: it has another day than that of signing"


def _strangers(receipts: Iterable[Receipt], found: Mapping[bytes, OpenedStatement]) -> Iterator[str]:
    known = {receipt.code.statement_id: receipt.visit for receipt in receipts}
    for statement_id in found:
        visit = known.get(statement_id)
        if visit is None:
            yield f"statement {UUID(bytes=statement_id)} is in the file, but nobody has sent it"
        elif visit.erases:
            yield f"{visit}: erased, but in the file"


def _wrong_figures(
    row: ComparisonRow, staying: Sequence[KeptStatement], figures: Figures, *, written: int
) -> Iterator[str]:
    signatories: defaultdict[int, set[tuple[str, ...]]] = defaultdict(set)
    for kept in staying:
        signatories[kept.visit.signatory].add(tuple(kept.fields.values()))
    several = [versions for versions in signatories.values() if len(versions) > 1]
    wanted = {
        "received": (row.received, row.sent),
        "in the batch": (row.in_batch, row.sent - row.erased),
        "opened": (row.opened, row.in_batch),
        "written": (figures.get("written"), written),
        "left out as identical": (figures.get("left_out"), len(staying) - sum(map(len, signatories.values()))),
        "differing, of one person": (figures.get("differing"), sum(map(len, several))),
        "persons who differ from themselves": (figures.get("differing_persons"), len(several)),
        "persons": (row.persons, len(signatories)),
    }
    for what, (there, expected) in wanted.items():
        if there != expected:
            yield f"{row.member_state}: {there} {what}, {expected} were expected"
