"""Importing, opening and closing: a text that people have signed does not change, and what ended does not begin."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from signer.database import reading, writing
from signer.initiatives.catalogue import Catalogue
from signer.initiatives.initiative import InitiativeText, Status, UnknownInitiative
from signer.initiatives.keys import UnfitTrust, UnknownKey, install_key, require_key
from signer.initiatives.lifecycle import FrozenText, NotAllowed, change_status, import_description
from signer.initiatives.queries import find_initiative
from signer.initiatives.tables import collection_key
from signer.scheme.form import UnknownMemberState
from signer.sealing.opening import OpeningKey
from tests.acts import MAY_DAY, unit
from tests.conftest import NUMBER, Instance, describe

DRAFT = "2027/000043"


def test_a_draft_may_be_imported_again_with_other_texts(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        import_description(unit(connection, instance.settings), describe(DRAFT))
        changed = replace(describe(DRAFT), texts={"en": InitiativeText("Another", "text", "", "")})
        kept = import_description(unit(connection, instance.settings), changed)

    assert (kept.status, kept.text("en").title) == (Status.DRAFT, "Another")


def test_a_draft_is_not_shown(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        import_description(unit(connection, instance.settings), describe(DRAFT))
    catalogue = Catalogue(instance.engine, instance.settings)

    assert [found.registration_number for found in catalogue.initiatives()] == [NUMBER]
    with pytest.raises(UnknownInitiative):
        catalogue.find(DRAFT)


def test_once_opened_only_further_languages_are_added(instance: Instance) -> None:
    texts = dict(describe().texts) | {"el": InitiativeText("Ήσυχος ουρανός", "Ζητούμε.", "", "")}
    with writing(instance.engine) as connection:
        kept = import_description(unit(connection, instance.settings), replace(describe(), texts=texts))
        assert sorted(kept.texts) == ["el", "en"]

        with pytest.raises(FrozenText, match="text in en"):
            import_description(
                unit(connection, instance.settings), replace(describe(), texts={"en": InitiativeText("x", "y", "", "")})
            )
        with pytest.raises(FrozenText, match="collection_end"):
            import_description(
                unit(connection, instance.settings), replace(describe(), collection_end=date(2029, 1, 1))
            )


def test_an_initiative_without_a_key_cannot_be_opened(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        import_description(unit(connection, instance.settings), describe(DRAFT))

        with pytest.raises(UnknownKey, match="no collection key is installed"):
            change_status(unit(connection, instance.settings), DRAFT, Status.COLLECTING)


@pytest.mark.parametrize("ended", [Status.CLOSED, Status.WITHDRAWN])
def test_what_ends_early_ends_on_that_day_so_that_the_periods_of_the_law_run_from_there(
    instance: Instance, ended: Status
) -> None:
    with writing(instance.engine) as connection:
        kept = change_status(unit(connection, instance.settings), NUMBER, ended)

    assert kept.collection_end == MAY_DAY < describe().collection_end


def test_closing_after_the_last_day_leaves_the_last_day(instance: Instance) -> None:
    end = describe().collection_end
    with writing(instance.engine) as connection:
        kept = change_status(unit(connection, instance.settings, on=end + timedelta(days=9)), NUMBER, Status.CLOSED)

    assert kept.collection_end == end


@pytest.mark.parametrize("ended", [Status.CLOSED, Status.WITHDRAWN])
def test_what_ended_does_not_begin_again(instance: Instance, ended: Status) -> None:
    with writing(instance.engine) as connection:
        change_status(unit(connection, instance.settings), NUMBER, ended)

        with pytest.raises(NotAllowed, match=f"is {ended} and cannot become collecting"):
            change_status(unit(connection, instance.settings), NUMBER, Status.COLLECTING)


def test_a_paused_collection_goes_on(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        change_status(unit(connection, instance.settings), NUMBER, Status.PAUSED)
        kept = change_status(unit(connection, instance.settings), NUMBER, Status.COLLECTING)

    assert kept.status is Status.COLLECTING


def test_a_key_that_the_settings_do_not_name_is_never_sealed_to(instance: Instance) -> None:
    """Whoever writes to the database must not redirect statements to a key of theirs."""
    theirs = OpeningKey.generate().recipient
    with writing(instance.engine) as connection:
        connection.execute(update(collection_key).values(public_key=theirs.to_bytes()))

    with pytest.raises(UnknownKey, match=r"settings.toml says"):
        Catalogue(instance.engine, instance.settings)
    without = replace(instance.settings, collection_keys={})
    with reading(instance.engine) as connection:
        found = find_initiative(connection, NUMBER)
        with pytest.raises(UnknownKey, match="names no fingerprint"):
            require_key(connection, without, found)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"scheme": "other"}, "scheme"),
        ({"key_fingerprint": bytes(32)}, "key fingerprint"),
        ({"log_origin": "elsewhere/log"}, "log origin"),
        ({"rehearsal": True}, "rehearsal"),
    ],
)
def test_the_key_of_another_ceremony_is_not_installed(
    instance: Instance, change: dict[str, object], named: str
) -> None:
    key = instance.opening_key.recipient
    with writing(instance.engine) as connection:
        draft = import_description(unit(connection, instance.settings), describe(DRAFT))
        trust = replace(instance.trust, registration_number=DRAFT, **change)  # type: ignore[arg-type]

        with pytest.raises(UnfitTrust, match=named):
            install_key(unit(connection, instance.settings), draft, key, trust)


def test_the_key_of_an_opened_initiative_does_not_change(instance: Instance) -> None:
    key = instance.opening_key.recipient
    with writing(instance.engine) as connection, pytest.raises(UnfitTrust, match="can no longer change"):
        install_key(unit(connection, instance.settings), instance.initiative, key, instance.trust)


def test_an_unknown_member_state_has_no_collection(instance: Instance) -> None:
    with pytest.raises(UnknownMemberState):
        instance.collection("XX")
