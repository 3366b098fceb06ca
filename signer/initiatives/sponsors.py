"""Sponsors: who supports the initiative with more than EUR 500, which the law has published.

Source: Regulation (EU) 2019/788, Article 17(1): name, date and amount, brought up to date at least every two months
until the initiative is submitted. What one sponsor gives is added up: two gifts of EUR 300 are more than EUR 500.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from sqlalchemy import insert, update

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.errors import Unfit
from signer.initiatives.initiative import Initiative, Sponsor
from signer.initiatives.tables import sponsor
from signer.scheme.characters import is_line, tidy

MORE_THAN_CENTS = 500_00
MOST_CENTS = 10**12
NAME_LIMIT = 200


class UnfitSponsor(Unfit):
    """Name, amount or day cannot be one, or there is no such entry."""


def to_publish(sponsors: Iterable[Sponsor]) -> tuple[Sponsor, ...]:
    """Return the entries of those who have given more than EUR 500 together, in the order given."""
    entries = tuple(sponsors)
    given: Counter[str] = Counter()
    for entry in entries:
        given[entry.name.casefold()] += entry.cents
    return tuple(entry for entry in entries if given[entry.name.casefold()] > MORE_THAN_CENTS)


def add_sponsor(
    unit: UnitOfWork,
    initiative: Initiative,
    *,
    name: str,
    cents: int,
    given_on: date,
) -> None:
    """Enter what a sponsor gave. Raises UnfitSponsor, also for the very same again: the button was pressed twice.

    initiative: as `find_initiative_to_change` gives it.
    """
    name = tidy(name)
    if not name or not is_line(name, NAME_LIMIT):
        raise UnfitSponsor("name", f"the name must have 1 to {NAME_LIMIT} characters on one line")
    if not 0 < cents <= MOST_CENTS:
        raise UnfitSponsor("amount", "the amount must be more than EUR 0 and at most EUR 10 000 000 000")
    if given_on > unit.on:
        raise UnfitSponsor("given_on", f"{given_on} has not come yet; today is {unit.on}")
    if (name, cents, given_on) in {(entry.name, entry.cents, entry.given_on) for entry in initiative.sponsors}:
        raise UnfitSponsor("", "this support is entered already; if there was more on that day, enter the sum")
    values = {"name": name, "cents": cents, "given_on": given_on, "recorded_on": unit.on}
    unit.connection.execute(insert(sponsor).values(initiative_id=initiative.id, **values))
    unit.record(
        EntryKind.SPONSOR_CHANGED,
        initiative.registration_number,
        change="sponsor_entered",
        cents=cents,
    )


def remove_sponsor(unit: UnitOfWork, initiative: Initiative, sponsor_id: int) -> None:
    """Take an entry off the list, as a mistake; the row stays. Raises UnfitSponsor."""
    gone = unit.connection.execute(
        update(sponsor)
        .where(sponsor.c.id == sponsor_id, sponsor.c.initiative_id == initiative.id, sponsor.c.removed_on.is_(None))
        .values(removed_on=unit.on)
    )
    if not gone.rowcount:
        raise UnfitSponsor("", "there is no such entry in the list; it may have been removed meanwhile")
    unit.record(EntryKind.SPONSOR_CHANGED, initiative.registration_number, change="sponsor_removed")
