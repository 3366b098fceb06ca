"""The check page, and what its button does: the statement is recorded and the code handed over."""

from collections.abc import Sequence
from enum import Enum

from flask import Response, make_response, render_template
from werkzeug.exceptions import MethodNotAllowed

from signer.database import StoreUnavailable
from signer.human_check.check_token import Admission, ExpiredToken, Shown, WrongToken
from signer.human_check.refusals import CheckRefused
from signer.scheme.statement import Refused
from signer.sealing.code import Code
from signer.statements.store import CheckSpent
from signer.web.errors import RETRY_SECONDS
from signer.web.languages import current_language
from signer.web.public.current import find_initiative
from signer.web.public.details import details_to_mend
from signer.web.public.human_check import admitted, waiting_page
from signer.web.public.partner_link import VIA
from signer.web.public.signing_request import CheckedRequest, read_signing_request
from signer.web.public.summary import summary_for
from signer.web.public.thanks import thanks_page
from signer.web.public.typed_form import YES
from signer.web.site import site

TOKEN = "token"  # noqa: S105 - the name of an input
DECLARATIONS = ("declare_correct", "declare_privacy")


class Renewed(Enum):
    """Why a check page is shown anew."""

    EXPIRED = "expired"
    CHANGED = "changed"


def check_answers(number: str, member_state: str) -> Response:
    """Show everything that will be recorded, or the form again with what has to be mended."""
    request = read_signing_request(number, member_state)
    try:
        checked = request.checked()
    except Refused as refused:
        return details_to_mend(request, refused.problems)
    return _fresh_check_page(checked)


def sign(number: str, member_state: str) -> Response:
    """Record the statement that the check page showed, once however often it is sent."""
    request = read_signing_request(number, member_state)
    try:
        checked = request.checked()
    except Refused as refused:
        return details_to_mend(request, refused.problems)
    token = request.inputs.get(TOKEN, "")
    try:
        admission = site().check_tokens.read(token, _shown(checked))
    except WrongToken as wrong:
        return _fresh_check_page(checked, Renewed.EXPIRED if isinstance(wrong, ExpiredToken) else Renewed.CHANGED)
    declared = [name for name in DECLARATIONS if request.inputs.get(name) == YES]
    if len(declared) < len(DECLARATIONS):
        return make_response(_check_page(checked, token, declared=declared, complain=True), 422)
    return _record(checked, admission)


def only_from_the_form(number: str, **_address: str) -> Response:
    """Refuse to open a page by its address that only a form leads to."""
    find_initiative(number)
    raise MethodNotAllowed(valid_methods=["OPTIONS", "POST"])


def _record(checked: CheckedRequest, admission: Admission) -> Response:
    try:
        stored_on = site().service.record(
            checked.collection,
            checked.statement,
            code=admission.code,
            check_id=admission.check_id,
            on=checked.on,
            partner=checked.partner.get(VIA, ""),
        )
    except CheckSpent as spent:
        return waiting_page(checked, spent)
    except StoreUnavailable:
        return _not_saved(checked)
    return thanks_page(checked.collection, admission.code, stored_on)


def _shown(checked: CheckedRequest) -> Shown:
    return Shown(checked.collection.initiative.registration_number, checked.statement)


def _fresh_check_page(checked: CheckedRequest, renewed: Renewed | None = None) -> Response:
    """Return a check page with a new code, for whom the human check lets pass; for others the way to pass it."""
    try:
        admission = Admission(Code.new(), admitted(checked))
    except CheckRefused as refused:
        return waiting_page(checked, refused)
    token = site().check_tokens.issue(admission, _shown(checked))
    return make_response(_check_page(checked, token, renewed=renewed), 422 if renewed else 200)


def _check_page(
    checked: CheckedRequest,
    token: str,
    *,
    declared: Sequence[str] = (),
    complain: bool = False,
    renewed: Renewed | None = None,
) -> str:
    return render_template(
        "public/check.html",
        initiative=checked.collection.initiative,
        form=checked.collection.form,
        rows=summary_for(checked.statement, checked.collection.form, current_language()),
        hidden={**checked.kept, **checked.carried},
        token=token,
        declared=declared,
        missing=[name for name in DECLARATIONS if name not in declared] if complain else [],
        renewed=renewed.value if renewed else "",
    )


def _not_saved(checked: CheckedRequest) -> Response:
    """Say plainly that nothing is saved, and keep everything so that one press sends it again."""
    page = render_template(
        "public/not_saved.html",
        initiative=checked.collection.initiative,
        form=checked.collection.form,
        hidden={
            **checked.kept,
            **checked.carried,
            **{name: checked.inputs[name] for name in (TOKEN, *DECLARATIONS)},
        },
    )
    response = make_response(page, 503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
