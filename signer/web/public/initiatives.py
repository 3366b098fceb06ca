"""The pages that anybody reads: the way in, the list of initiatives, and each initiative."""

from flask import Response, redirect, render_template, url_for

from signer.initiatives.collection import NotCollecting, require_open
from signer.initiatives.initiative import Initiative
from signer.scheme.load import load_scheme
from signer.tallies.overview import MemberStateFigures, Overview
from signer.web.caching import MAX_AGE, public_page
from signer.web.errors import Answer, answer_for
from signer.web.languages import current_language, preferred_language, sort_key
from signer.web.public.current import find_initiative, overview_of
from signer.web.public.fields import member_state_name
from signer.web.public.partner_link import page_with_slug
from signer.web.site import site


def home() -> Response:
    """Send the browser to the list in the language that it prefers."""
    response = redirect(url_for("public.initiatives", language=preferred_language()), 302)
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response.vary.add("Accept-Language")
    return response  # type: ignore[return-value]


def initiatives() -> Response:
    """List the initiatives, those that can be signed today first."""
    entries = [(initiative, state_of(initiative)) for initiative in site().service.catalogue.initiatives()]
    entries.sort(key=lambda entry: entry[1] is not None)
    return public_page(render_template("public/initiatives.html", entries=entries))


def initiative(number: str) -> Response:
    """Show what an initiative asks for, who organises it, how far it is, and the way to sign.

    It is rendered once for each new count, not for each reader.
    """
    found = find_initiative(number)
    overview = overview_of(found)
    return page_with_slug(found, "initiative", render=lambda word: _rendered(found, overview, word), figures=overview)


def _rendered(found: Initiative, overview: Overview, via: str) -> str:
    return render_template(
        "public/initiative.html",
        initiative=found,
        via=via,
        state=state_of(found),
        overview=overview,
        progress=progress_of(overview),
        fingerprint=site().service.catalogue.recipient(found.registration_number).fingerprint.hex(),
    )


def state_of(initiative: Initiative) -> Answer | None:
    """Return why the initiative cannot be signed today; None if it can."""
    try:
        require_open(initiative, site().service.today())
    except NotCollecting as reason:
        return answer_for(reason)
    return None


def progress_of(overview: Overview) -> list[tuple[str, MemberStateFigures]]:
    """Return each Member State's name in the language of the page and its figures, sorted by name."""
    forms = load_scheme(overview.initiative.scheme).forms
    named = [(member_state_name(forms[each.member_state], current_language()), each) for each in overview.member_states]
    return sorted(named, key=lambda pair: sort_key(pair[0]))
