"""The notice and the reports that organisers say they sent: on days that can be, and in the audit log."""

from datetime import date, timedelta

import pytest

from signer.audit.read import latest_entries
from signer.database import writing
from signer.initiatives.queries import find_initiative
from signer.initiatives.reports import Report, UnfitReport, read_reports, record_notice, record_report
from tests.acts import MAY_DAY, TESTER, unit
from tests.conftest import NUMBER, START, Instance


def test_the_notice_is_kept_and_its_day_can_be_corrected(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        there = find_initiative(connection, NUMBER)
        for day in (date(2027, 1, 12), date(2027, 1, 11)):
            record_notice(unit(connection, instance.settings), there, sent_on=day)

        assert find_initiative(connection, NUMBER).start_notified_on == date(2027, 1, 11)
        kept = [(entry.kind, entry.details["on"]) for entry in latest_entries(connection, 2)]
        assert kept == [("notice_recorded", "2027-01-11"), ("notice_recorded", "2027-01-12")]


def test_reports_are_kept_the_newest_first_and_none_twice(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        there = find_initiative(connection, NUMBER)
        for day, count in ((date(2027, 3, 1), 40), (date(2027, 4, 1), 90), (date(2027, 4, 1), 90)):
            record_report(unit(connection, instance.settings), there, sent_on=day, statements=count)

        assert read_reports(connection, there.id) == (
            Report(date(2027, 4, 1), 90, TESTER),
            Report(date(2027, 3, 1), 40, TESTER),
        )


def test_what_cannot_be_is_refused_and_named(instance: Instance) -> None:
    tomorrow = MAY_DAY + timedelta(days=1)
    with writing(instance.engine) as connection:
        there = find_initiative(connection, NUMBER)
        for sent_on, statements, field in (
            (tomorrow, 1, "sent_on"),
            (START - timedelta(days=1), 1, "sent_on"),
            (MAY_DAY, -1, "statements"),
            (MAY_DAY, 500_000_001, "statements"),
        ):
            with pytest.raises(UnfitReport) as unfit:
                record_report(unit(connection, instance.settings), there, sent_on=sent_on, statements=statements)
            assert unfit.value.field == field
        for day in (date(2027, 1, 6), tomorrow):
            with pytest.raises(UnfitReport):
                record_notice(unit(connection, instance.settings), there, sent_on=day)
