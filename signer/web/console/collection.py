"""The collection: the days that the law sets, opening, pausing and ending it, and what is told to the Commission."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired

from signer.accounts.queries import read_names
from signer.accounts.roles import Permission
from signer.audit.unit_of_work import UnitOfWork
from signer.batches.queries import list_batches
from signer.batches.state import HANDED
from signer.database import reading
from signer.initiatives import reports as sent_reports
from signer.initiatives.calendar import (
    MONTHS_TO_START,
    NOTICE_WORKING_DAYS,
    Due,
    due_days,
    latest_start,
    working_days_before,
)
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.keys import UnknownKey, read_storage_key, require_key
from signer.initiatives.lifecycle import ALLOWED, NotAllowed, change_status
from signer.publishing.spreadsheets import table
from signer.retention.deadlines import last_day_kept_of
from signer.scheme.load import load_scheme
from signer.scheme.months import months_after
from signer.settings import MissingSecret
from signer.tallies.overview import Overview, read_overview
from signer.tallies.queries import read_counts
from signer.web.console.current import acting, allowed, service, settings, the_initiative
from signer.web.console.forms import carried_out, sentence
from signer.web.console.guards import needs
from signer.web.headers import as_file
from signer.web.languages import territory_here


@dataclass(frozen=True)
class StatusStep:
    """A change of status that the page offers.

    needs_reason: it is refused without one. is_final: there is no way back.
    """

    wanted: Status
    begins: frozenset[Status]
    name: LazyString
    done: LazyString
    needs_reason: bool = False
    is_final: bool = False


REPORT = ("member_state", "online", "paper", "total")
"""The columns of the figures for the Commission."""
RUNNING = frozenset({Status.COLLECTING, Status.PAUSED})
STEPS: Mapping[str, StatusStep] = {
    "open": StatusStep(
        Status.COLLECTING, frozenset({Status.DRAFT}), _l("Open the collection"), _l("The collection is opened.")
    ),
    "pause": StatusStep(
        Status.PAUSED,
        frozenset({Status.COLLECTING}),
        _l("Pause the collection"),
        _l("The collection is paused."),
        needs_reason=True,
    ),
    "go-on": StatusStep(
        Status.COLLECTING, frozenset({Status.PAUSED}), _l("Go on collecting"), _l("The collection goes on.")
    ),
    "close": StatusStep(
        Status.CLOSED,
        RUNNING,
        _l("Close the collection early"),
        _l("The collection is closed."),
        needs_reason=True,
        is_final=True,
    ),
    "withdraw": StatusStep(
        Status.WITHDRAWN,
        RUNNING,
        _l("Withdraw the initiative"),
        _l("The initiative is withdrawn."),
        needs_reason=True,
        is_final=True,
    ),
}
"""Name of a step in addresses to the step. Which may follow on which is said in `initiatives.lifecycle`."""


class StepForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """Why. number: the registration number, typed once more where there is no way back."""

    reason = StringField()
    number = StringField()


class NoticeForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """When the Commission was told."""

    sent_on = DateField(validators=[InputRequired(_l("Enter the day on which it was sent, such as 2027-05-01"))])


class ReportForm(NoticeForm):
    """When a report was sent, and how many statements it named."""

    statements = IntegerField(validators=[InputRequired(_l("Enter how many statements the report names, 0 or more"))])


@needs(Permission.SEE_NUMBERS)
def collection(number: str) -> str:
    """Show what is due, and what can be done."""
    return _page(the_initiative(number), NoticeForm(formdata=None))


@needs(Permission.MANAGE_COLLECTION)
def record_start_notice(number: str) -> str | tuple[str, int] | AnyResponse:
    """Record that the Commission was told of the start."""
    initiative, form = the_initiative(number), NoticeForm()

    def act(unit: UnitOfWork, found: Initiative) -> None:
        sent_reports.record_notice(unit, found, sent_on=form.sent_on.data)

    if not form.validate_on_submit() or not carried_out(form, number, act):
        return _page(initiative, form), 422
    flash(_("The notice is recorded."), "success")
    return redirect(url_for("collection", number=number))


@needs(Permission.MANAGE_COLLECTION)
def confirm_step(number: str, wanted: str) -> str | tuple[str, int]:
    """Say what a step does and what cannot be undone, before it is taken."""
    initiative = the_initiative(number)
    status = 200 if initiative.status in STEPS[wanted].begins else 409
    return _ask(initiative, wanted, StepForm(formdata=None)), status


@needs(Permission.MANAGE_COLLECTION)
def change(number: str, wanted: str) -> str | tuple[str, int] | AnyResponse:
    """Take a step."""
    step, form = STEPS[wanted], StepForm()
    initiative = the_initiative(number)
    if initiative.status not in step.begins:
        # Somebody else has taken one meanwhile, or the same button was pressed twice.
        return _ask(initiative, wanted, form), 409
    form.validate()
    if step.needs_reason and not (form.reason.data or "").strip():
        form.reason.errors = [_("Say why in a few words")]
    if step.is_final and (form.number.data or "").strip() not in {number, initiative.formal_number}:
        form.number.errors = [_("Type the registration number, %(number)s, to confirm", number=number)]
    if form.errors:
        return _ask(initiative, wanted, form), 422
    try:
        with acting() as unit:
            change_status(unit, number, step.wanted, reason=form.reason.data or "")
    except (NotAllowed, UnknownKey, MissingSecret) as refusal:
        form.form_errors.append(sentence(refusal))
        return _ask(the_initiative(number), wanted, form), 409
    flash(step.done, "success")
    return redirect(url_for("collection", number=number))


@needs(Permission.SEE_NUMBERS)
def report(number: str) -> str:
    """Show the figures for the Commission, ready to be sent."""
    initiative = the_initiative(number)
    overview = _overview(initiative)
    form = ReportForm(formdata=None, sent_on=service().today(), statements=overview.collected)
    return _report_page(initiative, overview, form)


@needs(Permission.MANAGE_COLLECTION)
def record_report(number: str) -> str | tuple[str, int] | AnyResponse:
    """Record that a report was sent."""
    initiative, form = the_initiative(number), ReportForm()

    def act(unit: UnitOfWork, found: Initiative) -> None:
        sent_reports.record_report(unit, found, sent_on=form.sent_on.data, statements=form.statements.data)

    if not form.validate_on_submit() or not carried_out(form, number, act):
        return _report_page(initiative, _overview(initiative), form), 422
    flash(_("The report is recorded as sent."), "success")
    return redirect(url_for("report", number=number))


@needs(Permission.SEE_NUMBERS)
def report_file(number: str) -> Response:
    """Give the figures as CSV, in English whatever the language of the page: machines read it."""
    overview = _overview(the_initiative(number))
    rows = [*_rows(overview), ("total", overview.received, overview.paper, overview.collected)]
    body = table(REPORT, (dict(zip(REPORT, row, strict=True)) for row in rows))
    return as_file(
        Response(body, mimetype="text/csv"), f"report-{number.replace('/', '-')}-{overview.on.isoformat()}.csv"
    )


def _page(initiative: Initiative, form: NoticeForm) -> str:
    today = service().today()
    with reading(service().engine) as connection:
        reports = sent_reports.read_reports(connection, initiative.id)
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
        steps={name: step for name, step in STEPS.items() if initiative.status in step.begins},
        key_problem=_key_problem(initiative) if initiative.status is Status.DRAFT else "",
        latest_start=latest_start(initiative.registered_on),
        months_to_start=MONTHS_TO_START,
        told_late=bool(initiative.start_notified_on and initiative.start_notified_on > notify_by),
        is_long=initiative.collection_end >= months_after(initiative.collection_start, scheme.collection_months),
        months=scheme.collection_months,
        last_report=reports[0] if reports else None,
    )


def _ask(initiative: Initiative, wanted: str, form: StepForm) -> str:
    step = STEPS[wanted]
    return render_template(
        "console/collection_step.html",
        initiative=initiative,
        name=wanted,
        step=step,
        form=form,
        possible=initiative.status in step.begins and step.wanted in ALLOWED[initiative.status],
        today=service().today(),
        key_problem=_key_problem(initiative) if wanted == "open" else "",
    )


def _report_page(initiative: Initiative, overview: Overview, form: ReportForm) -> str:
    with reading(service().engine) as connection:
        reports = sent_reports.read_reports(connection, initiative.id)
        names = read_names(connection)
    last = reports[0].sent_on if reports else None
    days = due_days(initiative, reported_on=last, destroy_by=last_day_kept_of(initiative), today=service().today())
    rows = list(_rows(overview))
    width = max(len(territory_here(code)) for code, *_counts in rows)
    lines = [
        f"{territory_here(code):{width}}  {online:>9}  {paper:>9}  {total:>9}" for code, online, paper, total in rows
    ]
    return render_template(
        "console/report.html",
        initiative=initiative,
        overview=overview,
        rows=[(territory_here(code), *counts) for code, *counts in rows],
        lines=lines,
        width=width,
        form=form,
        due=next((due for due in days if due.duty == "report"), None),
        today=service().today(),
        reports=reports,
        names=names,
        may_change=allowed(Permission.MANAGE_COLLECTION, initiative.registration_number),
    )


def _overview(initiative: Initiative) -> Overview:
    if initiative.status is Status.DRAFT:
        raise NotFound
    with reading(service().engine) as connection:
        return read_overview(connection, initiative, on=service().today())


def _rows(overview: Overview) -> Iterator[tuple[str, int, int, int]]:
    for each in overview.member_states:
        yield each.member_state, each.received, each.paper, each.collected


def _with_urgency(days: tuple[Due, ...], today: date) -> list[tuple[Due, str, int]]:
    """Return each with how it stands and the days from today to it, negative where it is past."""
    return [(due, due.urgency(today).value, (due.on - today).days) for due in days]


def _is_handed_over(connection: Connection, initiative: Initiative) -> bool:
    """Tell whether the final batch of every Member State from which statements came is with its authority."""
    batches = list_batches(connection, initiative.registration_number)
    handed = {there.member_state for there in batches if there.final and there.state in HANDED}
    received = read_counts(connection, initiative.id).by_member_state
    return bool(received) and set(received) <= handed


def _key_problem(initiative: Initiative) -> str:
    """Return what keeps statements from being sealed, as a sentence; empty if nothing does."""
    with reading(service().engine) as connection:
        try:
            require_key(connection, settings(), initiative)
            read_storage_key(settings(), initiative.registration_number)
        except (UnknownKey, MissingSecret) as problem:
            return sentence(problem)
    return ""
