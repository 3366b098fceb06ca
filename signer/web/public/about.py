"""The pages beside the way of signing: privacy, accessibility, counting, contact, and what each nationality needs."""

from flask import Response, render_template

from signer.scheme.load import load_scheme
from signer.web.caching import public_page
from signer.web.languages import current_language, sort_key
from signer.web.public.current import find_initiative
from signer.web.public.requirements import requirements_for
from signer.web.site import site

SCHEME = "eu"
"""Whose goal and thresholds the page on counting explains."""


def privacy() -> Response:
    """Say what the law wants said about the data of each initiative, with the names and days that hold for it."""
    return public_page(render_template("public/privacy.html", initiatives=site().service.catalogue.initiatives()))


def accessibility() -> Response:
    """Say what the pages promise to people with disabilities, how it is tested and what is missing."""
    return public_page(render_template("public/accessibility.html"))


def counting() -> Response:
    """Explain what is counted, and why repeats are removed only later."""
    return public_page(render_template("public/counting.html", scheme=load_scheme(SCHEME)))


def contact() -> Response:
    """Say to whom to write about what."""
    return public_page(render_template("public/contact.html", initiatives=site().service.catalogue.initiatives()))


def documents(number: str) -> Response:
    """List what the nationals of each Member State need to sign."""
    initiative = find_initiative(number)
    on, language = site().service.today(), current_language()
    forms = load_scheme(initiative.scheme).forms.values()
    panels = [(form.member_state, requirements_for(form, on=on, language=language)) for form in forms]
    panels.sort(key=lambda entry: sort_key(entry[1].member_state))
    return public_page(render_template("public/documents.html", initiative=initiative, panels=panels))
