"""The days that the law sets, each on its day and not one earlier or later."""

from dataclasses import replace
from datetime import date, timedelta

from signer.initiatives.calendar import Due, Duty, Urgency, due_days, latest_start, working_days_before
from signer.initiatives.initiative import Initiative, Status
from signer.retention.deadlines import last_day_kept_of
from tests.acts import MAY_DAY
from tests.cases import every_case
from tests.conftest import END, START
from tests.web.factories import make_initiative

COLLECTING = make_initiative(registered_on=date(2027, 1, 7), collection_start=START, collection_end=END)


def due(initiative: Initiative, duty: Duty, *, reported_on: date | None = None, today: date = MAY_DAY) -> Due:
    days = due_days(initiative, reported_on=reported_on, destroy_by=last_day_kept_of(initiative), today=today)
    (found,) = [each for each in days if each.duty is duty]
    return found


@every_case(
    ("day", "count", "expected"),
    [
        (date(2027, 2, 1), 10, date(2027, 1, 18)),  # from a Monday to the Monday two weeks before
        (date(2027, 1, 31), 10, date(2027, 1, 18)),  # from a Sunday: the first working day before it is Friday
        (date(2027, 1, 30), 1, date(2027, 1, 29)),
        (date(2027, 1, 25), 1, date(2027, 1, 22)),  # from a Monday to the Friday before
    ],
)
def test_working_days_are_counted_without_weekends(day: date, count: int, expected: date) -> None:
    assert working_days_before(day, count) == expected


def test_the_last_day_to_begin_is_six_months_after_the_registration() -> None:
    assert latest_start(date(2027, 1, 7)) == date(2027, 7, 7)
    assert latest_start(date(2027, 8, 31)) == date(2028, 2, 29)


def test_the_days_come_in_order() -> None:
    days = due_days(COLLECTING, reported_on=None, destroy_by=date(2028, 11, 1), today=MAY_DAY)

    assert [(each.duty, each.on) for each in days] == [
        (Duty.NOTIFY, date(2027, 1, 18)),
        (Duty.START, START),
        (Duty.REPORT, date(2027, 4, 1)),
        (Duty.END, END),
        (Duty.HAND_OVER, date(2028, 4, 30)),
        (Duty.DESTROY, date(2028, 11, 1)),
    ]


def test_a_duty_is_overdue_the_day_after_its_last_day() -> None:
    report = due(COLLECTING, Duty.REPORT)

    assert report.urgency(report.on - timedelta(days=15)) is Urgency.LATER
    assert report.urgency(report.on - timedelta(days=14)) is Urgency.SOON
    assert report.urgency(report.on) is Urgency.SOON
    assert report.urgency(report.on + timedelta(days=1)) is Urgency.OVERDUE


def test_a_report_makes_the_next_one_due_two_months_later_and_none_after_the_end() -> None:
    assert due(COLLECTING, Duty.REPORT, reported_on=date(2027, 4, 20)).on == date(2027, 6, 20)
    late = due(COLLECTING, Duty.REPORT, reported_on=date(2027, 12, 20), today=END + timedelta(days=1))
    assert (late.on, late.is_done) == (END, True)
    assert not due(COLLECTING, Duty.REPORT, reported_on=date(2027, 9, 1), today=END + timedelta(days=1)).is_done


def test_a_draft_has_begun_nothing_though_its_day_has_come() -> None:
    draft = replace(COLLECTING, status=Status.DRAFT)

    assert not due(draft, Duty.START).is_done
    assert not due(draft, Duty.END, today=END + timedelta(days=9)).is_done
    assert due(COLLECTING, Duty.START).is_done


def test_the_notice_is_done_once_it_is_recorded() -> None:
    assert not due(COLLECTING, Duty.NOTIFY).is_done
    assert due(replace(COLLECTING, start_notified_on=date(2027, 1, 11)), Duty.NOTIFY).is_done


def test_after_a_withdrawal_only_destroying_is_left_and_that_within_a_month() -> None:
    withdrawn = replace(COLLECTING, status=Status.WITHDRAWN, collection_end=MAY_DAY)

    days = due_days(withdrawn, reported_on=None, destroy_by=last_day_kept_of(withdrawn), today=MAY_DAY)

    assert [each.duty for each in days if not each.is_done] == [Duty.DESTROY]
    assert days[-1].on == date(2027, 6, 1)
    assert last_day_kept_of(COLLECTING) == date(2028, 11, 1)
