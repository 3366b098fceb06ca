"""Erasing a statement by its code. Whatever the code, the answer is the same: nobody can probe it."""

from flask import Response, make_response, render_template

from signer.initiatives.initiative import Initiative
from signer.sealing.code import Code, MalformedCode
from signer.web.caching import public_page
from signer.web.public.current import find_initiative
from signer.web.public.typed_form import YES
from signer.web.requests import read_form
from signer.web.site import site


def erase(number: str) -> Response:
    """Ask for the code."""
    return public_page(_form(find_initiative(number)))


def erase_now(number: str) -> Response:
    """Erase the statement that has the code, if there is one; after the collection has ended too."""
    initiative = find_initiative(number)
    inputs = read_form()
    typed, sure = inputs.get("code", ""), inputs.get("confirm") == YES
    try:
        code = Code.parse(typed)
    except MalformedCode:
        # The checksum is reckoned here and now: this tells of a slip of the pen and of nothing stored.
        return make_response(_form(initiative, typed, malformed=True, unsure=not sure, sure=sure), 422)
    if not sure:
        return make_response(_form(initiative, typed, unsure=True), 422)
    site().service.erase(number, code)
    return make_response(render_template("public/erased.html", initiative=initiative))


def _form(
    initiative: Initiative, typed: str = "", *, malformed: bool = False, unsure: bool = False, sure: bool = False
) -> str:
    return render_template(
        "public/erase.html", initiative=initiative, typed=typed, malformed=malformed, unsure=unsure, sure=sure
    )
