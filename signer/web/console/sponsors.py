"""Sponsors: what the law has published about support of more than EUR 500."""

import re
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, ValidationError

from signer.accounts.roles import Permission
from signer.audit.unit_of_work import UnitOfWork
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.queries import find_initiative_to_change
from signer.initiatives.sponsors import UnfitSponsor, add_sponsor, remove_sponsor, to_publish
from signer.web.console.addresses import public_page
from signer.web.console.current import acting, allowed, the_initiative
from signer.web.console.forms import carried_out, sentence
from signer.web.console.guards import needs

EXAMPLE = _l("Enter the amount in euros, such as 1500 or 1500.50")
AMOUNT = re.compile(r"([0-9]{1,11})(?:[.,]([0-9]{1,2}))?")
GROUPS = re.compile(r"(?<=[0-9])[ \u00a0\u202f'](?=[0-9]{3}(?![0-9]))")
"""White space and apostrophes between thousands. Full stops and commas are not: 1.500 would be read as two amounts."""


def _is_amount(_form: FlaskForm, field: StringField) -> None:
    cents_of(field.data)


class SponsorForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """What a sponsor gave."""

    name = StringField(validators=[InputRequired(_l("Enter the name of the sponsor"))])
    amount = StringField(validators=[InputRequired(EXAMPLE), _is_amount])
    given_on = DateField(validators=[InputRequired(_l("Enter the day of the support, such as 2027-05-01"))])


@needs(Permission.SEE_NUMBERS)
def sponsors(number: str) -> str:
    """Show what was entered, and what of it is published."""
    return _page(the_initiative(number), SponsorForm(formdata=None))


@needs(Permission.MANAGE_COLLECTION)
def enter_sponsor(number: str) -> str | tuple[str, int] | Response:
    """Enter what a sponsor gave."""
    initiative, form = the_initiative(number), SponsorForm()

    def act(unit: UnitOfWork, found: Initiative) -> None:
        cents = cents_of(form.amount.data)
        add_sponsor(unit, found, name=form.name.data, cents=cents, given_on=form.given_on.data)

    if not form.validate_on_submit() or not carried_out(form, number, act):
        return _page(initiative, form), 422
    flash(_("The support is entered."), "success")
    return redirect(url_for("sponsors", number=number))


@needs(Permission.MANAGE_COLLECTION)
def drop_sponsor(number: str) -> str | tuple[str, int] | Response:
    """Take an entry off the list, as a mistake."""
    initiative = the_initiative(number)
    given = request.form.get("entry", "")
    if not re.fullmatch(r"[0-9]{1,9}", given):
        raise BadRequest
    try:
        with acting() as unit:
            found = find_initiative_to_change(unit.connection, number)
            remove_sponsor(unit, found, int(given))
    except UnfitSponsor as unfit:
        return _page(initiative, SponsorForm(formdata=None), problem=sentence(unfit)), 409
    flash(_("The entry is removed."), "success")
    return redirect(url_for("sponsors", number=number))


def cents_of(typed: str) -> int:
    """Return an amount in euros as cents. Raises ValidationError if it is none, or could be read in two ways."""
    found = AMOUNT.fullmatch(
        GROUPS.sub("", typed.strip().removeprefix("€").removeprefix("EUR").removesuffix("€").strip())
    )
    if found is None:
        raise ValidationError(EXAMPLE)
    return int(Decimal(f"{found[1]}.{found[2] or 0}") * 100)


def _page(initiative: Initiative, form: SponsorForm, *, problem: str = "") -> str:
    published = to_publish(initiative.sponsors)
    return render_template(
        "console/sponsors.html",
        initiative=initiative,
        form=form,
        problem=problem,
        published=published,
        total=sum(entry.cents for entry in published),
        others=[entry for entry in initiative.sponsors if entry not in published],
        public_page=public_page(initiative, "funding") if initiative.status is not Status.DRAFT else "",
        may_change=allowed(Permission.MANAGE_COLLECTION, initiative.registration_number),
    )
