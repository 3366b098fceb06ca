"""Sponsors: published once they have given more than EUR 500 together, and only while they stand in the list."""

from datetime import date, timedelta

import pytest

from signer.database import writing
from signer.initiatives.initiative import Initiative, Sponsor
from signer.initiatives.queries import find_initiative
from signer.initiatives.sponsors import UnfitSponsor, add_sponsor, remove_sponsor, to_publish
from tests.acts import MAY_DAY, unit
from tests.conftest import NUMBER, Instance


def enter(instance: Instance, name: str, cents: int, given_on: date = MAY_DAY) -> Initiative:
    with writing(instance.engine) as connection:
        there = find_initiative(connection, NUMBER)
        add_sponsor(unit(connection, instance.settings), there, name=name, cents=cents, given_on=given_on)
        return find_initiative(connection, NUMBER)


def test_what_one_sponsor_gives_is_added_up_however_the_name_is_written() -> None:
    """Else a sponsor of a thousand euros could stay unnamed by giving twice."""
    entries = [
        Sponsor(1, "Union of Cyclists", 300_00, MAY_DAY),
        Sponsor(2, "Small Gift", 500_00, MAY_DAY),
        Sponsor(3, "UNION OF CYCLISTS", 200_01, MAY_DAY),
        Sponsor(4, "Foundation", 500_01, MAY_DAY),
    ]

    assert [entry.id for entry in to_publish(entries)] == [1, 3, 4]


def test_an_entry_that_was_a_mistake_is_no_longer_there(instance: Instance) -> None:
    there = enter(instance, " Foundation  for Quiet ", 600_00)
    assert [entry.name for entry in there.sponsors] == ["Foundation for Quiet"]

    with pytest.raises(UnfitSponsor, match="entered already"):
        enter(instance, "Foundation for Quiet", 600_00)

    with writing(instance.engine) as connection:
        number = there.sponsors[0].id
        remove_sponsor(unit(connection, instance.settings), there, number)
        assert find_initiative(connection, NUMBER).sponsors == ()
        with pytest.raises(UnfitSponsor):
            remove_sponsor(unit(connection, instance.settings), there, number)


def test_what_cannot_be_names_the_part(instance: Instance) -> None:
    for name, cents, given_on, field in (
        ("", 600_00, MAY_DAY, "name"),
        ("x" * 201, 600_00, MAY_DAY, "name"),
        ("turned \u202e round", 600_00, MAY_DAY, "name"),
        ("Foundation", 0, MAY_DAY, "amount"),
        ("Foundation", -600_00, MAY_DAY, "amount"),
        ("Foundation", 10**12 + 1, MAY_DAY, "amount"),
        ("Foundation", 600_00, MAY_DAY + timedelta(days=1), "given_on"),
    ):
        with pytest.raises(UnfitSponsor) as unfit:
            enter(instance, name, cents, given_on)
        assert unfit.value.field == field
