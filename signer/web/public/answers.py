"""The check page, and what its button does: the statement is recorded and the code handed over."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum

from flask import Response, make_response, render_template
from werkzeug.exceptions import BadRequest, MethodNotAllowed

from signer.database import StoreUnavailable
from signer.initiatives.collection import Collection
from signer.scheme.statement import Refused, Statement, read_statement
from signer.sealing.code import Code, MalformedCode
from signer.web.check_token import ExpiredToken, Shown, WrongToken
from signer.web.errors import RETRY_SECONDS
from signer.web.languages import current_language
from signer.web.public.current import check_tokens, find_initiative, open_collection, service, shells
from signer.web.public.details import details_to_mend
from signer.web.public.summary import summary_for
from signer.web.public.typed_form import YES, TypedForm
from signer.web.requests import read_form

TOKEN = "token"  # noqa: S105 - the name of an input
DECLARATIONS = ("declare_correct", "declare_privacy")
CODE_PLACE = "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX"
"""Stands in the thanks page until the code is put in; it cannot be a code, its checksum does not fit."""


class Renewed(Enum):
    """Why a check page is shown anew."""

    EXPIRED = "expired"
    CHANGED = "changed"


def check_answers(number: str, member_state: str) -> Response:
    """Show everything that will be recorded, or the form again with what has to be mended."""
    on = service().today()
    collection = open_collection(number, member_state, on=on)
    typed = TypedForm(collection.form, read_form())
    try:
        statement = read_statement(typed.fields, collection.form, on=on, confirmed=typed.confirmed)
    except Refused as refused:
        return details_to_mend(collection, typed, refused.problems, on)
    return _fresh_check_page(collection, statement)


def sign(number: str, member_state: str) -> Response:
    """Record the statement that the check page showed, once however often it is sent."""
    on = service().today()
    collection = open_collection(number, member_state, on=on)
    inputs = read_form()
    typed = TypedForm(collection.form, inputs)
    try:
        statement = read_statement(typed.fields, collection.form, on=on, confirmed=typed.confirmed)
    except Refused as refused:
        return details_to_mend(collection, typed, refused.problems, on)
    token = inputs.get(TOKEN, "")
    try:
        code = check_tokens().read(token, Shown(number, statement))
    except WrongToken as wrong:
        renewed = Renewed.EXPIRED if isinstance(wrong, ExpiredToken) else Renewed.CHANGED
        return _fresh_check_page(collection, statement, renewed)
    declared = [name for name in DECLARATIONS if inputs.get(name) == YES]
    if len(declared) < len(DECLARATIONS):
        return make_response(_check_page(collection, statement, token, declared=declared, complain=True), 422)
    try:
        service().record(collection, statement.fields, code=code, on=on, confirmed=statement.confirmed)
    except StoreUnavailable:
        return _not_saved(collection, statement, inputs)
    return _thanks(collection, code, on)


def code_file(number: str) -> Response:
    """Return the code that the thanks page showed, as a text file."""
    initiative = find_initiative(number)
    try:
        code = Code.parse(read_form().get("code", ""))
    except MalformedCode:
        raise BadRequest from None
    response = make_response(render_template("public/code.txt", initiative=initiative, code=code))
    response.mimetype = "text/plain"
    year, serial = number.split("/")
    response.headers["Content-Disposition"] = f'attachment; filename="code-{year}-{serial}.txt"'
    return response


def only_from_the_form(number: str, **_address: str) -> Response:
    """Refuse to open a page by its address that only a form leads to."""
    find_initiative(number)
    raise MethodNotAllowed(valid_methods=["OPTIONS", "POST"])


def _fresh_check_page(collection: Collection, statement: Statement, renewed: Renewed | None = None) -> Response:
    token = check_tokens().issue(Code.new(), Shown(collection.initiative.registration_number, statement))
    return make_response(_check_page(collection, statement, token, renewed=renewed), 422 if renewed else 200)


def _check_page(
    collection: Collection,
    statement: Statement,
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
        hidden=TypedForm.of(collection.form, statement).inputs,
        token=token,
        declared=declared,
        missing=[name for name in DECLARATIONS if name not in declared] if complain else [],
        renewed=renewed.value if renewed else "",
    )


def _thanks(collection: Collection, code: Code, on: date) -> Response:
    """Return the thanks page: rendered once a day, with the place of the code left open. It differs in nothing else."""
    shell = shells().find(
        collection.initiative,
        "thanks",
        current_language(),
        on=on,
        render=lambda: render_template("public/thanks.html", initiative=collection.initiative, code=CODE_PLACE, on=on),
    )
    return make_response(shell.body.replace(CODE_PLACE, code.text))


def _not_saved(collection: Collection, statement: Statement, inputs: Mapping[str, str]) -> Response:
    """Say plainly that nothing is saved, and keep everything so that one press sends it again."""
    kept = dict(TypedForm.of(collection.form, statement).inputs)
    kept |= {name: inputs[name] for name in (TOKEN, *DECLARATIONS)}
    page = render_template("public/not_saved.html", initiative=collection.initiative, form=collection.form, hidden=kept)
    response = make_response(page, 503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
