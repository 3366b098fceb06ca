"""The first question of signing: of which country are you a national? It decides which form is shown."""

from flask import Response, redirect, render_template, request, url_for

from signer.initiatives.collection import require_open
from signer.initiatives.initiative import Initiative
from signer.scheme.form import UnknownMemberState
from signer.scheme.load import load_scheme
from signer.web.caching import public_page
from signer.web.languages import current_language, sort_key
from signer.web.public.current import find_initiative
from signer.web.public.fields import Choice, member_state_name
from signer.web.public.partner_link import page_with_slug, partner_slug
from signer.web.site import site

NONE_OF_THESE = "none"


def nationality(number: str) -> Response:
    """Ask for the nationality, or answer the one chosen: its form, or what a person without one can do."""
    initiative = find_initiative(number)
    require_open(initiative, site().service.today())
    scheme = load_scheme(initiative.scheme)
    chosen = request.args.get("member_state")
    if chosen == NONE_OF_THESE:
        return public_page(render_template("public/none_of_these.html", initiative=initiative))
    if chosen:
        try:
            member_state = scheme.member_state(chosen).member_state
        except UnknownMemberState:
            return _question(number, missing=True)
        via = partner_slug(initiative) or None
        return redirect(url_for("public.details", number=number, member_state=member_state, via=via), 303)  # type: ignore[return-value]
    return _question(number, missing="continue" in request.args)


def _question(number: str, *, missing: bool) -> Response:
    initiative = find_initiative(number)
    if missing:
        return public_page(_rendered(initiative, partner_slug(initiative), missing=True), 422)
    return page_with_slug(initiative, "nationality", render=lambda word: _rendered(initiative, word, missing=False))


def _rendered(initiative: Initiative, via: str, *, missing: bool) -> str:
    choices = [
        Choice(form.member_state, member_state_name(form, current_language()), form.native_names)
        for form in load_scheme(initiative.scheme).forms.values()
    ]
    return render_template(
        "public/nationality.html",
        initiative=initiative,
        via=via,
        choices=sorted(choices, key=lambda choice: sort_key(choice.label)),
        none_of_these=NONE_OF_THESE,
        missing=missing,
    )
