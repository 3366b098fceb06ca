"""The details page: the form of one Member State, empty, kept, or with what has to be mended."""

from collections.abc import Mapping
from datetime import date

from flask import Response, make_response, redirect, render_template, request, url_for

from signer.initiatives.collection import Collection
from signer.scheme.check import check
from signer.scheme.problem import Problem
from signer.web.languages import current_language
from signer.web.public.current import open_collection
from signer.web.public.fields import widgets_for
from signer.web.public.human_check import carried
from signer.web.public.partner_link import VIA, page_with_word
from signer.web.public.requirements import panel_for
from signer.web.public.typed_form import TypedForm
from signer.web.requests import read_form
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
    empty = TypedForm(collection.form, {})
    return page_with_word(
        collection.initiative,
        f"details {canonical}",
        render=lambda word: _rendered(collection, empty, (), on, carried={VIA: word} if word else {}),
    )


def details_again(number: str, member_state: str) -> Response:
    """Show the form with everything that was typed: the way back from the check page."""
    on = site().service.today()
    collection = open_collection(number, member_state, on=on)
    typed = TypedForm(collection.form, read_form())
    problems = check(typed.fields, collection.form, on=on, confirmed=typed.confirmed)
    # Nothing new is complained of on the way back; what was confirmed is shown with its tick.
    confirmed = tuple(problem for problem in problems if problem.confirmed)
    return make_response(_rendered(collection, typed, confirmed, on, carried=carried(collection, typed.inputs)))


def details_to_mend(collection: Collection, typed: TypedForm, problems: tuple[Problem, ...], on: date) -> Response:
    """Show the form with everything that was typed and what has to be mended or confirmed, status 422."""
    page = _rendered(collection, typed, problems, on, carried=carried(collection, typed.inputs))
    return make_response(page, 422)


def _rendered(
    collection: Collection,
    typed: TypedForm,
    problems: tuple[Problem, ...],
    on: date,
    *,
    carried: Mapping[str, str],
) -> str:
    return render_template(
        "public/details.html",
        initiative=collection.initiative,
        form=collection.form,
        action=url_for("public.check", number=collection.initiative.path, member_state=collection.form.member_state),
        panel=panel_for(collection.form, on=on, language=current_language()),
        widgets=widgets_for(typed, problems, current_language()),
        carried=carried,
    )
