"""The auditor's pages: what is open, what is frozen, who has it, what they certified. Never a statement in clear."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from signer.accounts.roles import Permission
from signer.batches.certify import read_result
from signer.batches.freeze import FrozenMeanwhile, NotFinal, NothingToFreeze, freeze, prepare
from signer.batches.manifest import Manifest
from signer.batches.queries import list_batches
from signer.batches.reconcile import Reconciliation, Unreconciled, require_reconciled
from signer.batches.state import State
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.initiatives.keys import UnknownKey
from signer.web.console.batch_forms import FreezeForm
from signer.web.console.current import acting, allowed, initiatives_with, the_initiative
from signer.web.console.forms import sentence
from signer.web.console.guards import needs
from signer.web.languages import territory_here
from signer.web.site import site

REFUSALS = (FrozenMeanwhile, NotFinal, NothingToFreeze, Unreconciled, UnknownKey)
"""Why freezing is refused, each in a sentence for who asked."""


@needs(Permission.SEE_BATCHES)
def batches_of_all() -> str | Response:
    """Let choose the initiative, where there are several."""
    found = initiatives_with(Permission.SEE_BATCHES)
    if len(found) == 1:
        return redirect(url_for("batches", number=found[0].registration_number))
    return render_template("console/choose_batches.html", initiatives=found)


@needs(Permission.SEE_BATCHES)
def batches(number: str) -> str:
    """Show the numbers that must agree, the batches of each Member State, and what was certified."""
    initiative = the_initiative(number)
    return _page(initiative, _form(initiative))


@needs(Permission.CHANGE_BATCHES)
def freeze_batch(number: str) -> str | tuple[str, int] | Response:
    """Freeze the open statements of one Member State."""
    initiative = the_initiative(number)
    form = _form(initiative)
    if not form.validate_on_submit():
        return _page(initiative, form), 422
    try:
        prepared = prepare(
            site().service.engine,
            site().settings,
            number,
            form.member_state.data,
            until=form.until.data,
            final=form.final.data,
            on=site().service.today(),
        )
        with acting() as unit:
            made = freeze(unit, prepared)
    except REFUSALS as refusal:
        form.form_errors.append(sentence(refusal))
        return _page(initiative, form), 409
    counted = {"count": made.count, "name": territory_here(made.member_state)}
    flash(_("%(count)d statements of %(name)s are frozen.", **counted), "success")
    return redirect(url_for("batch", number=number, member_state=made.member_state, batch_number=made.number))


def _form(initiative: Initiative) -> FreezeForm:
    form = FreezeForm()
    with reading(site().service.engine) as connection:
        found = read_result(connection, initiative)
    names = [(there.member_state, territory_here(there.member_state)) for there in found.member_states]
    form.member_state.choices = [("", _("Choose")), *sorted(names, key=lambda choice: choice[1] or choice[0])]
    return form


def _page(initiative: Initiative, form: FreezeForm) -> str:
    disagreement, numbers = "", Reconciliation()
    with reading(site().service.engine) as connection:
        result = read_result(connection, initiative)
        everything = list_batches(connection, initiative.registration_number)
    try:
        numbers = require_reconciled(site().service.engine)
    except Unreconciled as found:
        disagreement = sentence(found)
    # Without what waits: no number that anybody sees moves for a single statement while its day lasts.
    by_member_state = {
        there.member_state: numbers.of(initiative.id, there.member_state).settled for there in result.member_states
    }
    shown = [there for there in result.member_states if there.batch or by_member_state[there.member_state].received]
    return render_template(
        "console/batches.html",
        initiative=initiative,
        form=form,
        may_change=allowed(Permission.CHANGE_BATCHES, initiative.registration_number),
        result=result,
        names={code: territory_here(code) for code in by_member_state},
        shown=[(there, Manifest.decode(there.batch.manifest) if there.batch else None) for there in shown],
        numbers=by_member_state,
        total=numbers.of(initiative.id).settled,
        disagreement=disagreement,
        failed=[there for there in everything if there.state is State.FAILED],
        today=site().service.today(),
    )
