"""Statements on paper: entering counts, correcting them, and what was entered before."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired

from signer.accounts.queries import read_names
from signer.accounts.roles import Permission
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.initiatives.queries import find_initiative_to_change
from signer.scheme.load import load_scheme
from signer.tallies.paper import (
    PaperCount,
    PaperEntry,
    UnfitPaper,
    enter_paper,
    find_paper,
    find_same,
    is_unlikely,
    paper_by_member_state,
    read_paper,
)
from signer.web.console.current import acting, the_initiative
from signer.web.console.forms import refuse
from signer.web.console.guards import needs
from signer.web.languages import sort_key, territory_here
from signer.web.site import site


class PaperForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """One count. sure: whether it is right although it is unlikely."""

    member_state = SelectField(_l("Member State"), validators=[InputRequired(_l("Choose a Member State"))])
    received_on = DateField(validators=[InputRequired(_l("Enter the day on which the forms came, such as 2027-05-01"))])
    statements = IntegerField(
        validators=[InputRequired(_l("Enter how many statements were counted, as a whole number"))]
    )
    partner = StringField()
    note = StringField()
    sure = BooleanField(_l("I have looked again, and it is right"))

    def count(self) -> PaperCount:
        """Return what was typed into a valid form."""
        return PaperCount(
            self.member_state.data,
            self.received_on.data,
            self.statements.data,
            self.partner.data or "",
            self.note.data or "",
        )


@needs(Permission.ENTER_PAPER)
def paper(number: str) -> str:
    """Show totals, the form for a count, and all that was entered."""
    initiative = the_initiative(number)
    return _page(initiative, _form(initiative, {"received_on": site().service.today()}))


@needs(Permission.ENTER_PAPER)
def enter(number: str) -> str | tuple[str, int] | Response:
    """Enter a count."""
    initiative = the_initiative(number)
    form = _form(initiative)
    doubtful = _try(initiative, form, corrects=None)
    if doubtful is None:
        flash(_("The count is entered."), "success")
        return redirect(url_for("paper", number=number))
    return _page(initiative, form, doubtful=doubtful), 422


@needs(Permission.ENTER_PAPER)
def look_at_entry(number: str, entry_id: int) -> str:
    """Show a count that is to be corrected. Raises NotFound."""
    initiative = the_initiative(number)
    entry = _entry(initiative, entry_id)
    return _correction(initiative, entry, _form(initiative, vars(entry.count)))


@needs(Permission.ENTER_PAPER)
def correct(number: str, entry_id: int) -> str | tuple[str, int] | Response:
    """Put a count in place of another. Raises NotFound."""
    initiative = the_initiative(number)
    form = _form(initiative)
    entry = _entry(initiative, entry_id)
    doubtful = _try(initiative, form, corrects=entry_id)
    if doubtful is None:
        flash(_("The correction is entered. What was there before stays in the list."), "success")
        return redirect(url_for("paper", number=number))
    return _correction(initiative, _entry(initiative, entry_id), form, doubtful=doubtful), 422 if entry.stands else 409


def _try(initiative: Initiative, form: PaperForm, *, corrects: int | None) -> bool | None:
    """Enter the count of the form; return None, or where it was refused whether for being unlikely."""
    if not form.validate_on_submit():
        return False
    count = form.count()
    try:
        with acting() as unit:
            found = find_initiative_to_change(unit.connection, initiative.registration_number)
            doubt = "" if form.sure.data else _doubt(unit.connection, found, count)
            if doubt:
                form.statements.errors = [doubt]
                return True
            enter_paper(unit, found, count, corrects=corrects)
    except UnfitPaper as unfit:
        refuse(form, unfit)
        return False
    return None


def _doubt(connection: Connection, initiative: Initiative, count: PaperCount) -> str:
    """Return what has to be confirmed before a count is taken; empty if nothing has."""
    if is_unlikely(initiative, count):
        return str(_("Count again: this is much for one entry. If it is right, tick the box."))
    same = find_same(connection, initiative.id, count)
    if same:
        return str(_("This is entered already, as no. %(number)s. If these are others, tick the box.", number=same.id))
    return ""


def _form(initiative: Initiative, values: Mapping[str, object] | None = None) -> PaperForm:
    """Return a form that holds `values`, or what was sent."""
    form = PaperForm(formdata=None, data=values) if values else PaperForm()
    names = [(code, territory_here(code)) for code in load_scheme(initiative.scheme).forms]
    form.member_state.choices = [("", _("Choose")), *sorted(names, key=lambda pair: sort_key(pair[1]))]
    return form


def _page(initiative: Initiative, form: PaperForm, *, doubtful: bool = False) -> str:
    with reading(site().service.engine) as connection:
        entries = read_paper(connection, initiative.id)
        totals = paper_by_member_state(connection, initiative.id)
        names = read_names(connection)
    return render_template(
        "console/paper.html",
        initiative=initiative,
        form=form,
        doubtful=doubtful,
        entries=entries,
        totals=sorted(
            ((territory_here(code), count) for code, count in totals.items() if count),
            key=lambda pair: sort_key(pair[0]),
        ),
        total=sum(totals.values()),
        member_states={entry.count.member_state: territory_here(entry.count.member_state) for entry in entries},
        names=names,
    )


def _correction(initiative: Initiative, entry: PaperEntry, form: PaperForm, *, doubtful: bool = False) -> str:
    with reading(site().service.engine) as connection:
        names = read_names(connection)
    return render_template(
        "console/paper_correction.html",
        initiative=initiative,
        entry=entry,
        name=territory_here(entry.count.member_state),
        form=form,
        doubtful=doubtful,
        names=names,
    )


def _entry(initiative: Initiative, entry_id: int) -> PaperEntry:
    with reading(site().service.engine) as connection:
        found = find_paper(connection, initiative.id, entry_id)
    if found is None:
        raise NotFound
    return found
