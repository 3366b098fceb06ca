"""The collection: the days that the law sets, what can be done now, and the notice of the start."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from signer.accounts.roles import Permission
from signer.audit.unit_of_work import UnitOfWork
from signer.batches.queries import list_batches
from signer.batches.state import HANDED
from signer.database import reading
from signer.initiatives.calendar import (
    MONTHS_TO_START,
    NOTICE_WORKING_DAYS,
    Due,
    due_days,
    latest_start,
    working_days_before,
)
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.lifecycle import steps_from
from signer.initiatives.reports import read_reports, record_notice
from signer.retention.deadlines import last_day_kept_of
from signer.scheme.load import load_scheme
from signer.scheme.months import months_after
from signer.tallies.queries import read_counts
from signer.web.console.collection_forms import NoticeForm
from signer.web.console.collection_steps import key_problem
from signer.web.console.current import allowed, the_initiative
from signer.web.console.forms import carried_out
from signer.web.console.guards import needs
from signer.web.site import site


@needs(Permission.SEE_NUMBERS)
def collection(number: str) -> str:
    """Show what is due, and what can be done."""
    return _page(the_initiative(number), NoticeForm(formdata=None))


@needs(Permission.MANAGE_COLLECTION)
def record_start_notice(number: str) -> str | tuple[str, int] | Response:
    """Record that the Commission was told of the start."""
    initiative, form = the_initiative(number), NoticeForm()

    def act(unit: UnitOfWork, found: Initiative) -> None:
        record_notice(unit, found, sent_on=form.sent_on.data)

    if not form.validate_on_submit() or not carried_out(form, number, act):
        return _page(initiative, form), 422
    flash(_("The notice is recorded."), "success")
    return redirect(url_for("collection", number=number))


def _page(initiative: Initiative, form: NoticeForm) -> str:
    today = site().service.today()
    with reading(site().service.engine) as connection:
        reports = read_reports(connection, initiative.id)
        handed_over = _is_handed_over(connection, initiative)
    days = due_days(
        initiative,
        reported_on=reports[0].sent_on if reports else None,
        destroy_by=last_day_kept_of(initiative),
        today=today,
        handed_over=handed_over,
    )
    scheme = load_scheme(initiative.scheme)
    notify_by = working_days_before(initiative.collection_start, NOTICE_WORKING_DAYS)
    return render_template(
        "console/collection.html",
        initiative=initiative,
        form=form,
        days=_with_urgency(days, today),
        next_due=next((due for due in days if not due.is_done), None),
        today=today,
        may_change=allowed(Permission.MANAGE_COLLECTION, initiative.registration_number),
        steps=list(steps_from(initiative.status)),
        key_problem=key_problem(initiative) if initiative.status is Status.DRAFT else "",
        latest_start=latest_start(initiative.registered_on),
        months_to_start=MONTHS_TO_START,
        told_late=bool(initiative.start_notified_on and initiative.start_notified_on > notify_by),
        is_long=initiative.collection_end >= months_after(initiative.collection_start, scheme.collection_months),
        months=scheme.collection_months,
        last_report=reports[0] if reports else None,
    )


def _with_urgency(days: tuple[Due, ...], today: date) -> list[tuple[Due, str, int]]:
    """Return each with how it stands and the days from today to it, negative where it is past."""
    return [(due, due.urgency(today).value, (due.on - today).days) for due in days]


def _is_handed_over(connection: Connection, initiative: Initiative) -> bool:
    """Tell whether the final batch of every Member State from which statements came is with its authority."""
    batches = list_batches(connection, initiative.registration_number)
    handed = {there.member_state for there in batches if there.final and there.state in HANDED}
    received = read_counts(connection, initiative.id).by_member_state
    return bool(received) and set(received) <= handed
