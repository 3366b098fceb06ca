"""The word of a partner's link: it travels with the form, so that a statement can be counted for the partner.

Only words that the organisers have listed are taken; there are at most thirty, so that none can name a person. It is
in the address of the first pages and in the form of the others, and is kept with no statement.
"""

from collections.abc import Mapping

from flask import request

from signer.initiatives.initiative import Initiative

VIA = "via"


def via_address(initiative: Initiative) -> str:
    """Return the listed word in the address of this request; empty if there is none."""
    return _listed(initiative, request.args)


def via_form(initiative: Initiative, inputs: Mapping[str, str]) -> Mapping[str, str]:
    """Return the input with the listed word that came with the form; nothing if none came."""
    code = _listed(initiative, inputs)
    return {VIA: code} if code else {}


def _listed(initiative: Initiative, given: Mapping[str, str]) -> str:
    code = given.get(VIA, "")
    return code if code in initiative.partner_codes else ""
