"""Slug of a partner's link: it travels with the form, so that a statement can be counted for the partner.

Only slugs that the organisers have listed are taken; there are at most thirty, so that none can name a person. It is
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
SLUG_PLACE = "place-of-the-word-in-the-link"
"""Stands in a rendered page for the slug; it is too long to be one."""


def partner_slug(initiative: Initiative) -> str:
    """Return the listed slug in the address of this request; empty if there is none."""
    return _listed(initiative, request.args)


def partner_input(initiative: Initiative, inputs: Mapping[str, str]) -> Mapping[str, str]:
    """Return the input with the listed slug that came with the form; nothing if none came."""
    slug = _listed(initiative, inputs)
    return {VIA: slug} if slug else {}


def page_with_slug(
    initiative: Initiative, page: str, *, render: Callable[[str], str], figures: object = None
) -> Response:
    """Return a public page of `initiative` with the slug of this request's address in its links or its form.

    render: makes the page with the given slug in it; empty for none. page, figures: as `RenderedPages.find` takes them.
    It is kept twice, without a slug and with a place for one, and not once for each of thirty slugs.
    """
    slug = partner_slug(initiative)
    place = SLUG_PLACE if slug else ""
    rendered = site().rendered_pages.find(
        initiative,
        f"{page} {VIA}" if slug else page,
        current_language(),
        on=site().service.today(),
        figures=figures,
        render=lambda: render(place),
    )
    if slug:
        # A listed slug, so nothing that means anything in HTML.
        encoded = rendered.encoded.replace(SLUG_PLACE.encode(), slug.encode())
        rendered = replace(rendered, encoded=encoded, etag=f"{rendered.etag}-{slug}")
    return public_rendered(rendered)


def _listed(initiative: Initiative, given: Mapping[str, str]) -> str:
    slug = given.get(VIA, "")
    return slug if slug in initiative.partner_slugs else ""
