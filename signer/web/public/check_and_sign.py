"""The check page, and what its button does: the statement is recorded and the code handed over."""

from collections.abc import Mapping, Sequence
from enum import Enum

from flask import Response, make_response, render_template
from werkzeug.exceptions import MethodNotAllowed

from signer.database import StoreUnavailable
from signer.human_check.check_token import Admission, ExpiredToken, Shown, WrongToken
from signer.human_check.refusals import CheckRefused
from signer.initiatives.collection import Collection
from signer.scheme.statement import Refused, Statement, read_statement
from signer.sealing.code import Code
from signer.statements.store import CheckSpent
from signer.web.errors import RETRY_SECONDS
from signer.web.languages import current_language
from signer.web.public.current import find_initiative, open_collection
from signer.web.public.details import details_to_mend
from signer.web.public.human_check import admitted, carried, waiting_page
from signer.web.public.partner_link import VIA, via_form
from signer.web.public.summary import summary_for
from signer.web.public.thanks import thanks_page
from signer.web.public.typed_form import YES, TypedForm
from signer.web.requests import read_form
from signer.web.site import site

TOKEN = "token"  # noqa: S105 - the name of an input
DECLARATIONS = ("declare_correct", "declare_privacy")


class Renewed(Enum):
    """Why a check page is shown anew."""

    EXPIRED = "expired"
    CHANGED = "changed"


def check_answers(number: str, member_state: str) -> Response:
    """Show everything that will be recorded, or the form again with what has to be mended."""
    on = site().service.today()
    collection = open_collection(number, member_state, on=on)
    inputs = read_form()
    typed = TypedForm(collection.form, inputs)
    try:
        statement = read_statement(typed.fields, collection.form, on=on, confirmed=typed.confirmed)
    except Refused as refused:
        return details_to_mend(collection, typed, refused.problems, on)
    return _fresh_check_page(collection, statement, inputs)


def sign(number: str, member_state: str) -> Response:
    """Record the statement that the check page showed, once however often it is sent."""
    on = site().service.today()
    collection = open_collection(number, member_state, on=on)
    inputs = read_form()
    typed = TypedForm(collection.form, inputs)
    try:
        statement = read_statement(typed.fields, collection.form, on=on, confirmed=typed.confirmed)
    except Refused as refused:
        return details_to_mend(collection, typed, refused.problems, on)
    token = inputs.get(TOKEN, "")
    try:
        admission = site().check_tokens.read(token, Shown(number, statement))
    except WrongToken as wrong:
        renewed = Renewed.EXPIRED if isinstance(wrong, ExpiredToken) else Renewed.CHANGED
        return _fresh_check_page(collection, statement, inputs, renewed)
    declared = [name for name in DECLARATIONS if inputs.get(name) == YES]
    if len(declared) < len(DECLARATIONS):
        page = _check_page(collection, statement, inputs, token, declared=declared, complain=True)
        return make_response(page, 422)
    try:
        site().service.record(
            collection,
            statement,
            code=admission.code,
            check_id=admission.check_id,
            on=on,
            partner=via_form(collection.initiative, inputs).get(VIA, ""),
        )
    except CheckSpent as spent:
        return waiting_page(collection, statement, inputs, spent)
    except StoreUnavailable:
        return _not_saved(collection, statement, inputs)
    return thanks_page(collection, admission.code, on)


def only_from_the_form(number: str, **_address: str) -> Response:
    """Refuse to open a page by its address that only a form leads to."""
    find_initiative(number)
    raise MethodNotAllowed(valid_methods=["OPTIONS", "POST"])


def _fresh_check_page(
    collection: Collection, statement: Statement, inputs: Mapping[str, str], renewed: Renewed | None = None
) -> Response:
    """Return a check page with a new code, for whom the human check lets pass; for others the way to pass it."""
    try:
        admission = Admission(Code.new(), admitted(inputs))
    except CheckRefused as refused:
        return waiting_page(collection, statement, inputs, refused)
    token = site().check_tokens.issue(admission, Shown(collection.initiative.registration_number, statement))
    return make_response(_check_page(collection, statement, inputs, token, renewed=renewed), 422 if renewed else 200)


def _check_page(
    collection: Collection,
    statement: Statement,
    inputs: Mapping[str, str],
    token: str,
    *,
    declared: Sequence[str] = (),
    complain: bool = False,
    renewed: Renewed | None = None,
) -> str:
    return render_template(
        "public/check.html",
        initiative=collection.initiative,
        form=collection.form,
        rows=summary_for(statement, collection.form, current_language()),
        hidden={**TypedForm.of(collection.form, statement).inputs, **carried(collection, inputs)},
        token=token,
        declared=declared,
        missing=[name for name in DECLARATIONS if name not in declared] if complain else [],
        renewed=renewed.value if renewed else "",
    )


def _not_saved(collection: Collection, statement: Statement, inputs: Mapping[str, str]) -> Response:
    """Say plainly that nothing is saved, and keep everything so that one press sends it again."""
    kept = {**TypedForm.of(collection.form, statement).inputs, **carried(collection, inputs)}
    kept |= {name: inputs[name] for name in (TOKEN, *DECLARATIONS)}
    page = render_template("public/not_saved.html", initiative=collection.initiative, form=collection.form, hidden=kept)
    response = make_response(page, 503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
