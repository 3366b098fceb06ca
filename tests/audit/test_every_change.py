"""Whatever organisers change is written down: who, what, about which initiative, and never more than once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from signer.audit.entry import Detail, EntryKind
from signer.audit.read import latest_entries
from signer.audit.unit_of_work import UnitOfWork
from signer.database import reading, writing
from signer.errors import SignerError
from signer.initiatives.initiative import Initiative, InitiativeText, Status
from signer.initiatives.lifecycle import change_status, import_description
from signer.initiatives.partners import list_partner, unlist_partner
from signer.initiatives.queries import find_initiative_to_change
from signer.initiatives.reports import record_notice, record_report
from signer.initiatives.sponsors import add_sponsor, remove_sponsor
from signer.initiatives.texts import write_text
from signer.tallies.paper import PaperCount, enter_paper
from signer.tallies.planning import Expected, expect_share, mark_event, publish_forecast, read_events, unmark_event
from tests.acts import MAY_DAY, unit
from tests.conftest import NUMBER, Instance, describe

EDITOR = "account:7"
FRENCH = InitiativeText("Un ciel calme", "Nous demandons un ciel calme.", "", "")
Act = Callable[[UnitOfWork, Initiative], object]


@dataclass(frozen=True)
class Change:
    """What somebody does, and what the audit log then says.

    digested: a detail that is a digest of texts, of which it is enough that it is there.
    """

    act: Act
    kind: EntryKind
    details: dict[str, Detail]
    digested: str = ""


def _become(wanted: Status, reason: str = "") -> Act:
    return lambda opened, _: change_status(opened, NUMBER, wanted, reason=reason)


def _take_out_the_event(opened: UnitOfWork, there: Initiative) -> None:
    (made,) = read_events(opened.connection, there.id)
    unmark_event(opened, there, made.id)


def _on_paper(statements: int, corrects: int | None = None) -> Act:
    count = PaperCount("DE", MAY_DAY, statements)
    return lambda *here: enter_paper(*here, count, corrects=corrects)


def _in_french(opened: UnitOfWork, _: Initiative) -> None:
    described = replace(describe(), texts={**describe().texts, "fr": FRENCH})
    import_description(opened, described)


CHANGES = (
    Change(_in_french, EntryKind.INITIATIVE_IMPORTED, {"languages": "en fr"}, digested="texts_sha256"),
    Change(lambda *here: write_text(*here, "de", FRENCH, after=0), EntryKind.TEXT_CHANGED, {"language": "de"}),
    Change(_become(Status.PAUSED, "a storm"), EntryKind.COLLECTION_PAUSED, {"said": "a storm"}),
    Change(_become(Status.COLLECTING), EntryKind.COLLECTION_OPENED, {}),
    Change(
        lambda *here: record_notice(*here, sent_on=date(2027, 1, 11)),
        EntryKind.NOTICE_RECORDED,
        {"on": "2027-01-11"},
    ),
    Change(
        lambda *here: record_report(*here, sent_on=MAY_DAY, statements=90),
        EntryKind.REPORT_RECORDED,
        {"on": "2027-05-01", "statements": 90},
    ),
    Change(_on_paper(412), EntryKind.PAPER_ENTERED, {"member_state": "DE", "statements": 412, "corrects": 0}),
    Change(
        _on_paper(421, corrects=1),
        EntryKind.PAPER_ENTERED,
        {"member_state": "DE", "statements": 421, "corrects": 1},
    ),
    Change(
        lambda *here: list_partner(*here, slug="spring", name="Newsletter"),
        EntryKind.PARTNER_CHANGED,
        {"change": "partner_listed", "code": "spring"},
    ),
    Change(
        lambda *here: unlist_partner(*here, slug="spring"),
        EntryKind.PARTNER_CHANGED,
        {"change": "partner_unlisted", "code": "spring"},
    ),
    Change(
        lambda *here: add_sponsor(*here, name="Foundation", cents=600_00, given_on=MAY_DAY),
        EntryKind.SPONSOR_CHANGED,
        {"change": "sponsor_entered", "cents": 600_00},
    ),
    Change(
        lambda *here: remove_sponsor(*here, 1),
        EntryKind.SPONSOR_CHANGED,
        {"change": "sponsor_removed"},
    ),
    Change(
        lambda *here: mark_event(*here, on=MAY_DAY, label="Radio"),
        EntryKind.TIMELINE_CHANGED,
        {"change": "marked 2027-05-01"},
    ),
    Change(_take_out_the_event, EntryKind.TIMELINE_CHANGED, {"change": "taken out 2027-05-01"}),
    Change(
        lambda *here: expect_share(*here, "MT", Expected.REPEATS, 0.02),
        EntryKind.PLANNING_CHANGED,
        {"change": "repeats MT: 2.0%"},
    ),
    Change(
        lambda *here: expect_share(*here, "MT", Expected.INVALID, 0.2),
        EntryKind.PLANNING_CHANGED,
        {"change": "invalid MT: 20.0%"},
    ),
    Change(
        lambda *here: publish_forecast(*here, is_published=True),
        EntryKind.PLANNING_CHANGED,
        {"change": "forecast published"},
    ),
    Change(_become(Status.CLOSED, "enough"), EntryKind.COLLECTION_CLOSED, {"said": "enough"}),
)
"""In the order in which one can be done behind the other."""


def length(instance: Instance) -> int:
    """How many entries there are."""
    with reading(instance.engine) as connection:
        return latest_entries(connection, 1)[0].number


def test_each_change_of_a_campaign_leaves_one_entry_with_who_and_what(instance: Instance) -> None:
    for change in CHANGES:
        before = length(instance)

        with writing(instance.engine) as connection:
            opened = unit(connection, instance.settings, actor=EDITOR)
            change.act(opened, find_initiative_to_change(connection, NUMBER))

        assert length(instance) == before + 1, change
        with reading(instance.engine) as connection:
            (entry,) = latest_entries(connection, 1)
        details = dict(entry.details)
        assert bool(details.pop(change.digested, "")) is bool(change.digested)
        assert (entry.kind, entry.actor, entry.initiative) == (change.kind, EDITOR, NUMBER)
        assert details == change.details


def test_withdrawing_is_written_down_and_what_fails_is_not(on_sqlite: Instance) -> None:
    """Entry and change are one transaction: neither is ever there without the other."""
    before = length(on_sqlite)

    def fail_behind_it() -> None:
        with writing(on_sqlite.engine) as connection:
            _become(Status.WITHDRAWN)(unit(connection, on_sqlite.settings, actor=EDITOR), on_sqlite.initiative)
            raise SignerError("something behind it went wrong")

    with pytest.raises(SignerError, match="behind it"):
        fail_behind_it()
    after_the_fault = length(on_sqlite)
    with writing(on_sqlite.engine) as connection:
        opened = unit(connection, on_sqlite.settings, on=MAY_DAY + timedelta(days=1), actor=EDITOR)
        withdrawn = change_status(opened, NUMBER, Status.WITHDRAWN)

    assert after_the_fault == before
    assert withdrawn.status is Status.WITHDRAWN
    with reading(on_sqlite.engine) as connection:
        (entry,) = latest_entries(connection, 1)
    assert (entry.number, entry.kind, entry.actor) == (before + 1, "initiative_withdrawn", EDITOR)
