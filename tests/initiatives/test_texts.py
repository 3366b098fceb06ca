"""Writing texts: a draft's may be mended, an opened initiative's may not, and no version is lost."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from signer.audit.read import latest_entries
from signer.database import writing
from signer.initiatives.changes import Change, changes_of
from signer.initiatives.description import read_description, to_json
from signer.initiatives.initiative import Initiative, InitiativeText, Status
from signer.initiatives.lifecycle import import_description
from signer.initiatives.queries import find_initiative, find_initiative_to_change
from signer.initiatives.texts import (
    FrozenText,
    StaleText,
    UnfitText,
    checked,
    newest_version,
    read_versions,
    write_text,
)
from tests.acts import unit
from tests.cases import every_case
from tests.conftest import NUMBER, Instance, describe

DRAFT = "2027/000043"
FRENCH = InitiativeText("Un ciel calme\u00a0!", "Nous demandons\u00a0: un ciel calme.\n\nRien d’autre.", "", "")


def draft(connection: Connection, instance: Instance) -> Initiative:
    import_description(unit(connection, instance.settings), describe(DRAFT))
    return find_initiative_to_change(connection, DRAFT)


def test_a_drafts_text_is_kept_with_every_version_and_who_wrote_it(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        there = draft(connection, instance)
        write_text(unit(connection, instance.settings, actor="account:1"), there, "fr", FRENCH, after=0)
        first = newest_version(connection, there.id, "fr")
        shorter = replace(FRENCH, objectives="Rien.")
        there = find_initiative_to_change(connection, DRAFT)
        write_text(unit(connection, instance.settings, actor="account:2"), there, "fr", shorter, after=first)

        versions = read_versions(connection, there.id, "fr")
        assert find_initiative(connection, DRAFT).texts["fr"] == shorter
        assert [(version.text, version.actor) for version in versions] == [
            (shorter, "account:2"),
            (FRENCH, "account:1"),
        ]
        assert [entry.kind for entry in latest_entries(connection, 2)] == ["text_changed", "text_changed"]


def test_the_same_text_again_leaves_no_trace(instance: Instance) -> None:
    """Browsers send line breaks of another kind; that is no change."""
    with writing(instance.engine) as connection:
        there = draft(connection, instance)
        write_text(unit(connection, instance.settings), there, "fr", FRENCH, after=0)
        there = find_initiative_to_change(connection, DRAFT)
        before = latest_entries(connection, 1)
        sent = replace(FRENCH, objectives=FRENCH.objectives.replace("\n", "\r\n") + "  ")
        write_text(unit(connection, instance.settings), there, "fr", sent, after=0)

        assert len(read_versions(connection, there.id, "fr")) == 1
        assert latest_entries(connection, 1) == before


def test_who_has_not_seen_the_newest_version_overwrites_nothing(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        there = draft(connection, instance)
        write_text(unit(connection, instance.settings, actor="account:1"), there, "fr", FRENCH, after=0)
        there = find_initiative_to_change(connection, DRAFT)
        with pytest.raises(StaleText):
            write_text(
                unit(connection, instance.settings, actor="account:2"),
                there,
                "fr",
                replace(FRENCH, title="Un ciel"),
                after=0,
            )

        assert find_initiative(connection, DRAFT).texts["fr"] == FRENCH


def test_once_opened_a_text_is_frozen_and_further_languages_are_added_once(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        there = find_initiative_to_change(connection, NUMBER)
        with pytest.raises(FrozenText):
            write_text(unit(connection, instance.settings), there, "en", FRENCH, after=1)
        write_text(unit(connection, instance.settings), there, "fr", FRENCH, after=0)
        there = find_initiative_to_change(connection, NUMBER)
        seen = newest_version(connection, there.id, "fr")
        with pytest.raises(FrozenText):
            write_text(unit(connection, instance.settings), there, "fr", replace(FRENCH, title="Autre"), after=seen)


@every_case(
    ("change", "field"),
    [
        ({"title": " \u00a0 "}, "title"),
        ({"objectives": ""}, "objectives"),
        ({"title": "x" * 501}, "title"),
        ({"objectives": "x" * 10_001}, "objectives"),
        ({"title": "two\nlines"}, "title"),
        ({"objectives": "turned \u202e round"}, "objectives"),
        ({"title": "nul \0"}, "title"),
        ({"website": "initiative.example"}, "website"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "https://initiative.example/ two"}, "website"),
        ({"partial_registration": "x" * 10_001}, "partial_registration"),
    ],
)
def test_what_cannot_be_a_text_names_the_part(change: dict[str, str], field: str) -> None:
    with pytest.raises(UnfitText) as unfit:
        checked(replace(FRENCH, **change))

    assert unfit.value.field == field


def test_what_the_register_writes_is_taken_as_it_is() -> None:
    """French has hard spaces before its colons; a check for printable characters would refuse every such text."""
    assert checked(FRENCH) == FRENCH
    assert len(checked(replace(FRENCH, title="x" * 500, objectives="y" * 10_000)).objectives) == 10_000


def test_a_description_is_read_back_from_our_json_as_it_was() -> None:
    described = replace(describe(), texts={"en": describe().texts["en"], "fr": FRENCH})

    assert read_description(to_json(described).encode()) == described


def test_what_an_import_changes_is_said_part_by_part() -> None:
    kept = Initiative(id=1, status=Status.DRAFT, **vars(describe()))
    described = replace(
        describe(),
        website="https://other.example",
        texts={"fr": FRENCH, "en": replace(describe().texts["en"], title="T")},
    )

    changes = changes_of(kept, described)

    assert changes == (
        Change("website", "", "https://initiative.example", "https://other.example"),
        Change("title", "en", "A quiet sky & <clear> water", "T"),
        Change("title", "fr", "", FRENCH.title),
        Change("objectives", "fr", "", FRENCH.objectives),
    )
    assert changes_of(kept, describe()) == ()
    assert {change.after for change in changes_of(kept, replace(describe(), texts={}))} == {""}
