"""Who works on an initiative: listing, inviting, taking a role."""

from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.wrappers import Response

from signer.accounts.invite import invitation_link, invite
from signer.accounts.mail import MailNotSent
from signer.accounts.manage import take_role
from signer.accounts.queries import read_accounts, read_waiting
from signer.accounts.roles import HeldRole, Permission, Role, givable
from signer.database import reading
from signer.web.console.current import acting, held_roles, the_initiative
from signer.web.console.forms import InvitationForm
from signer.web.console.guards import needs
from signer.web.console.labels.roles import ROLE_NAMES
from signer.web.console.mails import send_invitation
from signer.web.site import site


@needs(Permission.MANAGE_PEOPLE)
def people(number: str) -> str:
    """List who holds a role for the initiative, and who was invited."""
    return _page(number, _form(number))


@needs(Permission.MANAGE_PEOPLE)
def invite_somebody(number: str) -> str | tuple[str, int] | Response:
    """Invite somebody by mail. Without a mail server, the link is shown once, to be handed over."""
    initiative = the_initiative(number)
    form = _form(number)
    if not form.validate_on_submit():
        return _page(number, form), 422
    held = HeldRole(Role(form.role.data), number)
    with acting() as unit:
        token = invite(unit, form.email.data, held, now=datetime.now(UTC))
    try:
        send_invitation(site().settings, to=form.email.data, token=token, role=held.role, initiative=initiative)
    except MailNotSent:
        link = invitation_link(site().settings, token)
        return render_template("console/link.html", initiative=initiative, email=form.email.data, link=link)
    flash(_("An invitation has been sent to %(email)s.", email=form.email.data), "success")
    return redirect(url_for("people", number=number))


@needs(Permission.MANAGE_PEOPLE)
def remove_role(number: str) -> Response:
    """Take a role from somebody. Raises RoleNotHeld."""
    initiative = the_initiative(number)
    try:
        role, account_id = Role(request.form["role"]), int(request.form["account"])
    except (KeyError, ValueError):
        raise BadRequest from None
    if role not in givable(held_roles(), number):
        raise Forbidden
    held = HeldRole(role, initiative.registration_number)
    with acting() as unit:
        take_role(unit, account_id, held)
    flash(_("The role was taken away."), "success")
    return redirect(url_for("people", number=number))


def _form(number: str) -> InvitationForm:
    form = InvitationForm()
    roles = [role for role in Role if role in givable(held_roles(), number)]
    form.role.choices = [(role.value, ROLE_NAMES[role]) for role in roles]
    return form


def _page(number: str, form: InvitationForm) -> str:
    initiative = the_initiative(number)
    with reading(site().service.engine) as connection:
        accounts = read_accounts(connection)
        waiting = [one for one in read_waiting(connection, now=datetime.now(UTC)) if one.held.initiative == number]
    holders = [(one, held.role) for one in accounts for held in one.roles if held.initiative == number]
    return render_template(
        "console/people.html",
        initiative=initiative,
        holders=holders,
        waiting=waiting,
        form=form,
        givable=givable(held_roles(), number),
    )
