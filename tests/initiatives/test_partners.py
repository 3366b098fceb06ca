"""Partners: at most thirty words, each one that can stand in a link and names nobody."""

import pytest

from signer.database import reading, writing
from signer.initiatives.partners import MAX_PARTNERS, UnfitPartner, list_partner, read_partners, unlist_partner
from signer.initiatives.queries import find_initiative
from tests.acts import unit
from tests.conftest import NUMBER, Instance


def add(instance: Instance, code: str, name: str = "Spring newsletter") -> None:
    with writing(instance.engine) as connection:
        there = find_initiative(connection, NUMBER)
        list_partner(unit(connection, instance.settings), there, slug=code, name=name)


def test_a_listed_word_is_known_to_the_pages_until_it_is_taken_off(instance: Instance) -> None:
    add(instance, " Spring-2027 ")

    with writing(instance.engine) as connection:
        there = find_initiative(connection, NUMBER)
        assert there.partner_slugs == {"spring-2027"}
        unlist_partner(unit(connection, instance.settings), there, slug="spring-2027")
        assert find_initiative(connection, NUMBER).partner_slugs == frozenset()
        with pytest.raises(UnfitPartner):
            unlist_partner(unit(connection, instance.settings), there, slug="spring-2027")


def test_what_no_database_takes_is_not_on_the_list(instance: Instance) -> None:
    with writing(instance.engine) as connection, pytest.raises(UnfitPartner, match="not listed"):
        unlist_partner(unit(connection, instance.settings), instance.initiative, slug="spring\0")


def test_what_cannot_be_a_word_or_a_name_is_refused_and_named(instance: Instance) -> None:
    for code in ("", "two words", "-x", "x-", "ünion", "x" * 21, "a@b.example", "a/b"):
        with pytest.raises(UnfitPartner) as unfit:
            add(instance, code)
        assert unfit.value.field == "slug", code
    for name in ("", "x" * 101, "turned \u202e round", "two\nlines"):
        with pytest.raises(UnfitPartner) as unfit:
            add(instance, "word", name)
        assert unfit.value.field == "name", name


def test_there_is_no_thirty_first_word_and_no_word_twice(instance: Instance) -> None:
    for number in range(MAX_PARTNERS):
        add(instance, f"partner-{number}")
    with pytest.raises(UnfitPartner, match="30 words are listed"):
        add(instance, "one-more")
    with pytest.raises(UnfitPartner, match="listed already"):
        add(instance, "partner-0")

    with reading(instance.engine) as connection:
        assert len(read_partners(connection, instance.initiative.id)) == MAX_PARTNERS
