"""Assumptions of the numbers, and how the forecast is made: organisers see them, and change what they know better."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from signer.accounts.roles import Permission
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.initiatives.queries import find_initiative_to_change
from signer.scheme.load import load_scheme
from signer.tallies.daily_forecast import read_forecast
from signer.tallies.forecast import HELD, HELD_LATE
from signer.tallies.overview import read_overview
from signer.tallies.planning import Expected, default_share, expect_share, publish_forecast, read_shares
from signer.web.console.current import acting, allowed, the_initiative
from signer.web.console.guards import needs
from signer.web.console.labels.numbers import foreseen
from signer.web.console.numbers import names_of
from signer.web.console.planning_forms import PublishForm, ShareField, SharesForm, share_of, shares_form
from signer.web.languages import sort_key
from signer.web.site import site


@needs(Permission.SEE_NUMBERS)
def planning(number: str) -> str:
    """Show how the forecast is made and what it assumes."""
    initiative = the_initiative(number)
    return _page(initiative, _form(initiative))


@needs(Permission.ENTER_PAPER)
def expect_shares(number: str) -> str | tuple[str, int] | Response:
    """Keep the shares of repeats and invalid statements that organisers expect; each that changes is recorded."""
    initiative = the_initiative(number)
    form = _form(initiative)
    if not form.validate_on_submit():
        return _page(initiative, form), 422
    with acting() as unit:
        found = find_initiative_to_change(unit.connection, number)
        kept = {expected: read_shares(unit.connection, found, expected) for expected in Expected}
        scheme = load_scheme(found.scheme)
        for field in form.share_fields():
            share = share_of(field.data)
            meant = default_share(scheme, field.expected) if share is None else share
            if meant != kept[field.expected][field.member_state]:
                expect_share(unit, found, field.member_state, field.expected, share)
    flash(_("The shares are kept. The forecast takes them up tonight."), "success")
    return redirect(url_for("planning", number=number))


@needs(Permission.MANAGE_COLLECTION)
def publish(number: str) -> Response:
    """Publish the forecast with the public numbers."""
    return _let_publish(number, is_published=True, said=_("Everybody can read the forecast now."))


@needs(Permission.MANAGE_COLLECTION)
def keep_private(number: str) -> Response:
    """Publish the forecast no longer."""
    return _let_publish(number, is_published=False, said=_("The forecast is for the organisers alone now."))


def _let_publish(number: str, *, is_published: bool, said: str) -> Response:
    with acting() as unit:
        publish_forecast(unit, find_initiative_to_change(unit.connection, number), is_published=is_published)
    flash(said, "success")
    return redirect(url_for("planning", number=number))


def _form(initiative: Initiative) -> SharesForm:
    """Return the form, filled with the shares that are not the scheme's."""
    scheme = load_scheme(initiative.scheme)
    with reading(site().service.engine) as connection:
        kept = {expected: read_shares(connection, initiative, expected) for expected in Expected}
    own = {
        f"{expected}_{code}": f"{share * 100:.1f}"
        for expected, shares in kept.items()
        for code, share in shares.items()
        if share != default_share(scheme, expected)
    }
    form = shares_form(initiative.scheme)(data=own)
    names = names_of(initiative)
    for field in form.share_fields():
        field.label.text = names[field.member_state]
    return form


def _by_name(form: SharesForm, expected: Expected) -> list[ShareField]:
    fields = [field for field in form.share_fields() if field.expected is expected]
    return sorted(fields, key=lambda field: sort_key(field.label.text))


def _page(initiative: Initiative, form: SharesForm) -> str:
    with reading(site().service.engine) as connection:
        overview = read_overview(connection, initiative, on=site().service.today())
        seen = foreseen(overview, read_forecast(connection, initiative.id))
    scheme = load_scheme(initiative.scheme)
    return render_template(
        "console/planning.html",
        initiative=initiative,
        form=form,
        repeats=_by_name(form, Expected.REPEATS),
        invalid=_by_name(form, Expected.INVALID),
        publish_form=PublishForm(),
        may_change=allowed(Permission.ENTER_PAPER, initiative.registration_number),
        may_publish=allowed(Permission.MANAGE_COLLECTION, initiative.registration_number),
        overview=overview,
        foreseen=seen,
        scheme=scheme,
        held=HELD,
        held_late=HELD_LATE,
    )
