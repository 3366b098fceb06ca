"""Partners: their links, and how many statements came by each, in tens."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired

from signer.accounts.roles import Permission
from signer.audit.unit_of_work import UnitOfWork
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.initiatives.partners import MAX_PARTNERS, UnfitPartner, list_partner, read_partners, unlist_partner
from signer.initiatives.queries import find_initiative_to_change
from signer.tallies.attribution import read_attribution
from signer.web.console.addresses import public_page
from signer.web.console.current import acting, allowed, the_initiative
from signer.web.console.forms import carried_out, sentence
from signer.web.console.guards import needs
from signer.web.public.partner_link import VIA
from signer.web.site import site

WEEKS = 8
"""So many weeks stand side by side; all of them are in the total."""


class PartnerForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """A partner to list."""

    slug = StringField(name="code", validators=[InputRequired(_l("Enter a word for the link, such as spring-2027"))])
    name = StringField(validators=[InputRequired(_l("Enter what you call the partner"))])


@needs(Permission.SEE_NUMBERS)
def partners(number: str) -> str:
    """Show the partners, their links and numbers."""
    return _page(the_initiative(number), PartnerForm(formdata=None))


@needs(Permission.EDIT_TEXTS)
def add_partner(number: str) -> str | tuple[str, int] | Response:
    """List a partner."""
    initiative, form = the_initiative(number), PartnerForm()

    def act(unit: UnitOfWork, found: Initiative) -> None:
        list_partner(unit, found, slug=form.slug.data, name=form.name.data)

    if not form.validate_on_submit() or not carried_out(form, number, act):
        return _page(initiative, form), 422
    flash(_("The partner is listed. Statements are counted for the link from now on."), "success")
    return redirect(url_for("partners", number=number))


@needs(Permission.EDIT_TEXTS)
def drop_partner(number: str) -> str | tuple[str, int] | Response:
    """Take a partner off the list."""
    initiative = the_initiative(number)
    try:
        with acting() as unit:
            found = find_initiative_to_change(unit.connection, number)
            unlist_partner(unit, found, slug=request.form.get("code", ""))
    except UnfitPartner as unfit:
        return _page(initiative, PartnerForm(formdata=None), problem=sentence(unfit)), 409
    flash(_("The partner is off the list. The link still works; nothing is counted for it any more."), "success")
    return redirect(url_for("partners", number=number))


def _page(initiative: Initiative, form: PartnerForm, *, problem: str = "") -> str:
    with reading(site().service.engine) as connection:
        listed = read_partners(connection, initiative.id)
        counted = read_attribution(connection, initiative, on=site().service.today())
    return render_template(
        "console/partners.html",
        initiative=initiative,
        form=form,
        problem=problem,
        partners=listed,
        counted=counted,
        weeks=counted.weeks[:WEEKS],
        gone=sorted(counted.tens.keys() - {partner.slug for partner in listed}),
        links={partner.slug: _link(initiative, partner.slug) for partner in listed},
        has_public_url=bool(site().settings.public_url),
        most=MAX_PARTNERS,
        may_change=allowed(Permission.EDIT_TEXTS, initiative.registration_number),
    )


def _link(initiative: Initiative, slug: str) -> str:
    """Return the address that a partner passes on; a path alone where the settings name no `public_url`.

    Never from a request: its Host header is what somebody claims.
    """
    return f"{site().settings.public_url}{public_page(initiative)}?{VIA}={slug}"
