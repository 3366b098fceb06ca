"""Accepting an invitation: the link opens a page, and only its button does anything."""

from datetime import UTC, datetime
from typing import cast

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import logout_user
from flask_security import hash_password
from werkzeug.wrappers import Response

from signer.accounts.invite import Invitation, accept, find_invitation
from signer.database import reading
from signer.initiatives.initiative import UnknownInitiative
from signer.web.console.current import acting_as_service, is_logged_on, the_initiative
from signer.web.console.datastore import ConsoleUser
from signer.web.console.forms import AcceptanceForm, NewAccountForm
from signer.web.console.guards import open_to_anyone
from signer.web.console.security import security
from signer.web.site import site


@open_to_anyone
def invitation() -> str:
    """Show what somebody is invited to. Raises UnknownInvitation."""
    token = request.args.get("token", "")
    found = _find(token)
    form = _form(found)
    form.token.data = token
    return _page(found, form)


@open_to_anyone
def accept_invitation() -> str | tuple[str, int] | Response:
    """Make the account and go on to the second factor, or give the role to an account. Raises UnknownInvitation."""
    found = _find(request.form.get("token", ""))
    form = _form(found)
    if not form.validate_on_submit() or not _take_password(form, found):
        return _page(found, form), 422
    name, hashed = (form.name.data, hash_password(form.password.data)) if found.account_id is None else ("", "")
    with acting_as_service() as unit:
        account_id = accept(unit, form.token.data, name=name, password_hash=hashed, now=datetime.now(UTC))
    person = cast("ConsoleUser", security().datastore.find_user(id=account_id))
    if person.password != hashed:
        # The account was there already, perhaps only since the form was sent: its owner logs on as always.
        flash(_("The role is yours now."), "success")
        return redirect(url_for("home"))
    if is_logged_on():
        logout_user()
    # The password was typed just now; the second factor is set up as at every first log-on.
    return cast("Response", security().two_factor_plugins.tf_enter(person, False, "password", None))


def _page(found: Invitation, form: AcceptanceForm) -> str:
    try:
        initiative = the_initiative(found.held.initiative) if found.held.initiative else None
    except UnknownInitiative:
        initiative = None  # an owner is invited before the initiative is imported
    return render_template("console/invitation.html", invitation=found, initiative=initiative, form=form)


def _find(token: str) -> Invitation:
    with reading(site().service.engine) as connection:
        return find_invitation(connection, token, now=datetime.now(UTC))


def _form(found: Invitation) -> AcceptanceForm:
    if found.account_id is not None:
        return AcceptanceForm()
    form = NewAccountForm()
    # Others read the name: it breaks no line and turns no text around; a database takes no NUL.
    visible = (character if character.isprintable() else " " for character in form.name.data or "")
    form.name.data = " ".join("".join(visible).split())
    form.name.raw_data = [form.name.data]
    return form


def _take_password(form: AcceptanceForm, found: Invitation) -> bool:
    if not isinstance(form, NewAccountForm):
        return True
    wrong, normal = security().password_util.validate(
        form.password.data,
        True,
        email=found.email,
        name=form.name.data,
    )
    form.password.data = normal
    form.password.errors = [*form.password.errors, *(wrong or ())]
    return not wrong
