"""The report to the Commission: the figures by Member State, as a page and as a file, and when it was sent."""

from collections.abc import Iterator

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from signer.accounts.queries import read_names
from signer.accounts.roles import Permission
from signer.audit.unit_of_work import UnitOfWork
from signer.database import reading
from signer.initiatives import reports
from signer.initiatives.calendar import due_days
from signer.initiatives.initiative import Initiative, Status
from signer.publishing.spreadsheets import table
from signer.retention.deadlines import last_day_kept_of
from signer.tallies.overview import Overview, read_overview
from signer.web.console.collection_forms import ReportForm
from signer.web.console.current import allowed, the_initiative
from signer.web.console.forms import carried_out
from signer.web.console.guards import needs
from signer.web.headers import as_file
from signer.web.languages import territory_here
from signer.web.site import site

COLUMNS = ("member_state", "online", "paper", "total")
"""The columns of the figures for the Commission."""


@needs(Permission.SEE_NUMBERS)
def report(number: str) -> str:
    """Show the figures for the Commission, ready to be sent."""
    initiative = the_initiative(number)
    overview = _overview(initiative)
    form = ReportForm(formdata=None, sent_on=site().service.today(), statements=overview.collected)
    return _page(initiative, overview, form)


@needs(Permission.MANAGE_COLLECTION)
def record_report(number: str) -> str | tuple[str, int] | AnyResponse:
    """Record that a report was sent."""
    initiative, form = the_initiative(number), ReportForm()

    def act(unit: UnitOfWork, found: Initiative) -> None:
        reports.record_report(unit, found, sent_on=form.sent_on.data, statements=form.statements.data)

    if not form.validate_on_submit() or not carried_out(form, number, act):
        return _page(initiative, _overview(initiative), form), 422
    flash(_("The report is recorded as sent."), "success")
    return redirect(url_for("report", number=number))


@needs(Permission.SEE_NUMBERS)
def report_file(number: str) -> Response:
    """Give the figures as CSV, in English whatever the language of the page: machines read it."""
    overview = _overview(the_initiative(number))
    rows = [*_rows(overview), ("total", overview.received, overview.paper, overview.collected)]
    body = table(COLUMNS, (dict(zip(COLUMNS, row, strict=True)) for row in rows))
    return as_file(
        Response(body, mimetype="text/csv"), f"report-{number.replace('/', '-')}-{overview.on.isoformat()}.csv"
    )


def _page(initiative: Initiative, overview: Overview, form: ReportForm) -> str:
    with reading(site().service.engine) as connection:
        sent = reports.read_reports(connection, initiative.id)
        names = read_names(connection)
    last = sent[0].sent_on if sent else None
    days = due_days(initiative, reported_on=last, destroy_by=last_day_kept_of(initiative), today=site().service.today())
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
        today=site().service.today(),
        reports=sent,
        names=names,
        may_change=allowed(Permission.MANAGE_COLLECTION, initiative.registration_number),
    )


def _overview(initiative: Initiative) -> Overview:
    if initiative.status is Status.DRAFT:
        raise NotFound
    with reading(site().service.engine) as connection:
        return read_overview(connection, initiative, on=site().service.today())


def _rows(overview: Overview) -> Iterator[tuple[str, int, int, int]]:
    for each in overview.member_states:
        yield each.member_state, each.received, each.paper, each.collected
