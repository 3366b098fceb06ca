"""The steps by which organisers open, pause, close and withdraw: a page that says what each does, then its button."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from signer.accounts.roles import Permission
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.initiatives.keys import UnknownKey, read_storage_key, require_key
from signer.initiatives.lifecycle import STEPS, NotAllowed, change_status
from signer.settings import MissingSecret
from signer.web.console.collection_forms import StepForm
from signer.web.console.current import acting, the_initiative
from signer.web.console.forms import sentence
from signer.web.console.guards import needs
from signer.web.console.labels.campaign import STEPS_DONE
from signer.web.site import site

NEED_A_REASON = frozenset({"pause", "close", "withdraw"})
"""Steps that are refused here without a reason."""


@needs(Permission.MANAGE_COLLECTION)
def confirm_step(number: str, wanted: str) -> str | tuple[str, int]:
    """Say what a step does and what cannot be undone, before it is taken."""
    initiative = the_initiative(number)
    status = 200 if initiative.status in STEPS[wanted].begins else 409
    return _ask(initiative, wanted, StepForm(formdata=None)), status


@needs(Permission.MANAGE_COLLECTION)
def change(number: str, wanted: str) -> str | tuple[str, int] | Response:
    """Take a step."""
    step, form = STEPS[wanted], StepForm()
    initiative = the_initiative(number)
    if initiative.status not in step.begins:
        # Somebody else has taken one meanwhile, or the same button was pressed twice.
        return _ask(initiative, wanted, form), 409
    form.validate()
    if wanted in NEED_A_REASON and not (form.reason.data or "").strip():
        form.reason.errors = [_("Say why in a few words")]
    if step.is_final and (form.number.data or "").strip() not in {number, initiative.formal_number}:
        form.number.errors = [_("Type the registration number, %(number)s, to confirm", number=number)]
    if form.errors:
        return _ask(initiative, wanted, form), 422
    try:
        with acting() as unit:
            change_status(unit, number, step.leads_to, reason=form.reason.data or "")
    except (NotAllowed, UnknownKey, MissingSecret) as refusal:
        form.form_errors.append(sentence(refusal))
        return _ask(the_initiative(number), wanted, form), 409
    flash(STEPS_DONE[wanted], "success")
    return redirect(url_for("collection", number=number))


def _ask(initiative: Initiative, wanted: str, form: StepForm) -> str:
    step = STEPS[wanted]
    return render_template(
        "console/collection_step.html",
        initiative=initiative,
        name=wanted,
        step=step,
        form=form,
        needs_reason=wanted in NEED_A_REASON,
        possible=initiative.status in step.begins,
        today=site().service.today(),
        key_problem=key_problem(initiative) if wanted == "open" else "",
    )


def key_problem(initiative: Initiative) -> str:
    """Return what keeps statements from being sealed, as a sentence; empty if nothing does."""
    with reading(site().service.engine) as connection:
        try:
            require_key(connection, site().settings, initiative)
            read_storage_key(site().settings, initiative.registration_number)
        except (UnknownKey, MissingSecret) as problem:
            return sentence(problem)
    return ""
