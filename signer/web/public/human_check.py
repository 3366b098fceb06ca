"""The human check on the pages: the challenge that a page's script fetches, and the page that asks for patience.

A form carries the solution in `human_check` or a token in `waiting`; whoever has neither gets one page more.
"""

from collections.abc import Mapping

from flask import Response, jsonify, make_response, render_template

from signer.human_check.check import Waiting
from signer.human_check.refusals import CheckRefused, ExpiredCheck, NotChecked, TooEarly
from signer.statements.store import CheckSpent
from signer.web.public.signing_request import SOLUTION, WAITING, CheckedRequest, SigningRequest
from signer.web.site import site

WHY: Mapping[type[Exception], str] = {
    NotChecked: "first",
    TooEarly: "early",
    ExpiredCheck: "expired",
    CheckSpent: "spent",
}
"""What the waiting page says, by what was wrong; "refused" for anything else."""


def challenge() -> Response:
    """Return a challenge for the page's script, as ALTCHA's protocol has it."""
    return jsonify(site().human_check.challenge())


def admitted(request: SigningRequest) -> bytes:
    """Return the name of the human check that came with the form. Raises CheckRefused."""
    given = request.inputs
    return site().human_check.admit(solution=given.get(SOLUTION, ""), waiting=given.get(WAITING, ""))


def waiting_page(checked: CheckedRequest, reason: CheckRefused | CheckSpent) -> Response:
    """Ask for some seconds of patience, with everything that was typed kept; a script does its work there instead.

    Status 200 where nothing has gone wrong: the browser just runs no script. Otherwise 422.
    """
    waiting = _the_rest(checked.inputs, reason) or site().human_check.ask_to_wait()
    why = WHY.get(type(reason), "refused")
    page = render_template(
        "public/waiting.html",
        initiative=checked.collection.initiative,
        form=checked.collection.form,
        hidden={**checked.kept, **checked.partner, WAITING: waiting.token},
        seconds=waiting.seconds,
        why=why,
    )
    return make_response(page, 200 if isinstance(reason, NotChecked) else 422)


def _the_rest(inputs: Mapping[str, str], reason: Exception) -> Waiting | None:
    """Return the same token with what is left of its time, if it came too early."""
    return Waiting(inputs[WAITING], reason.seconds) if isinstance(reason, TooEarly) else None
