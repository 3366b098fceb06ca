"""The word of a partner's link: it travels with the form, so that a statement can be counted for the partner.

Only words that the organisers have listed are taken; there are at most thirty, so that none can name a person. It is
in the address of the first pages and in the form of the others, and is kept with no statement.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Response, request

from signer.initiatives.initiative import Initiative
from signer.web.caching import public_rendered
from signer.web.languages import current_language
from signer.web.site import site

VIA = "via"
WORD_PLACE = "place-of-the-word-in-the-link"
"""Stands in a rendered page for the word; it is too long to be one."""


def via_address(initiative: Initiative) -> str:
    """Return the listed word in the address of this request; empty if there is none."""
    return _listed(initiative, request.args)


def via_form(initiative: Initiative, inputs: Mapping[str, str]) -> Mapping[str, str]:
    """Return the input with the listed word that came with the form; nothing if none came."""
    slug = _listed(initiative, inputs)
    return {VIA: slug} if slug else {}


def page_with_word(
    initiative: Initiative, page: str, *, render: Callable[[str], str], figures: object = None
) -> Response:
    """Return a public page of `initiative` with the word of this request's address in its links or its form.

    render: makes the page with the given word in it; empty for none. page, figures: as `Shells.find` takes them.
    It is kept twice, without a word and with a place for one, and not once for each of thirty words.
    """
    word = via_address(initiative)
    place = WORD_PLACE if word else ""
    rendered = site().rendered_pages.find(
        initiative,
        f"{page} {VIA}" if word else page,
        current_language(),
        on=site().service.today(),
        figures=figures,
        render=lambda: render(place),
    )
    if word:
        # A listed word, so nothing that means anything in HTML.
        encoded = rendered.encoded.replace(WORD_PLACE.encode(), word.encode())
        rendered = replace(rendered, encoded=encoded, etag=f"{rendered.etag}-{word}")
    return public_rendered(rendered)


def _listed(initiative: Initiative, given: Mapping[str, str]) -> str:
    slug = given.get(VIA, "")
    return slug if slug in initiative.partner_slugs else ""
