"""The details page: the form of one Member State, empty, kept, or with what has to be mended."""

from collections.abc import Mapping

from flask import Response, make_response, redirect, render_template, request, url_for

from signer.scheme.problem import Problem
from signer.web.languages import current_language
from signer.web.public.current import open_collection
from signer.web.public.fields import widgets_for
from signer.web.public.partner_link import VIA, page_with_slug
from signer.web.public.requirements import requirements_for
from signer.web.public.signing_request import SigningRequest, read_signing_request
from signer.web.public.typed_form import TypedForm
from signer.web.site import site


def details(number: str, member_state: str) -> Response:
    """Show the empty form. It is rendered once for each initiative, Member State and language."""
    on = site().service.today()
    collection = open_collection(number, member_state, on=on)
    canonical = collection.form.member_state
    if member_state != canonical:
        return redirect(
            url_for("public.details", number=number, member_state=canonical, via=request.args.get(VIA)), 308
        )  # type: ignore[return-value]
    empty = SigningRequest(collection, on, TypedForm(collection.form, {}))
    return page_with_slug(
        collection.initiative,
        f"details {canonical}",
        render=lambda word: _rendered(empty, (), carried={VIA: word} if word else {}),
    )


def details_again(number: str, member_state: str) -> Response:
    """Show the form with everything that was typed: the way back from the check page."""
    request = read_signing_request(number, member_state)
    # Nothing new is complained of on the way back; what was confirmed is shown with its tick.
    confirmed = tuple(problem for problem in request.problems() if problem.confirmed)
    return make_response(_rendered(request, confirmed, carried=request.carried))


def details_to_mend(request: SigningRequest, problems: tuple[Problem, ...]) -> Response:
    """Show the form with everything that was typed and what has to be mended or confirmed, status 422."""
    return make_response(_rendered(request, problems, carried=request.carried), 422)


def _rendered(request: SigningRequest, problems: tuple[Problem, ...], *, carried: Mapping[str, str]) -> str:
    initiative, form = request.collection.initiative, request.collection.form
    return render_template(
        "public/details.html",
        initiative=initiative,
        form=form,
        action=url_for("public.check", number=initiative.path, member_state=form.member_state),
        panel=requirements_for(form, on=request.on, language=current_language()),
        widgets=widgets_for(request.typed, problems, current_language()),
        carried=carried,
    )
