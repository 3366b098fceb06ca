"""The page for those who want to use the numbers: as data, as a feed, or as a counter on their own website."""

from dataclasses import dataclass

from flask import Response, render_template, url_for
from markupsafe import escape

from signer.initiatives.initiative import Initiative
from signer.publishing.documents import LICENCE
from signer.web.caching import MAX_AGE, public_page
from signer.web.languages import LANGUAGES
from signer.web.public_address import public_address, request_address
from signer.web.site import site

FRAME = '<iframe src="{address}" title="{title}" width="320" height="340" style="border:0" loading="lazy"></iframe>'
PICTURE = '<a href="{page}"><img src="{address}" alt="{title}" width="320" height="112"></a>'


@dataclass(frozen=True)
class Counter:
    """The code by which a website shows the counter of one initiative in one language."""

    language: str
    frame: str
    picture: str


def numbers() -> Response:
    """Explain what there is, how to ask, and what may be done with it."""
    found = site().service.catalogue.initiatives()
    return public_page(
        render_template(
            "public/numbers.html",
            initiatives=[(each, counters_of(each)) for each in found],
            seconds=MAX_AGE,
            licence=LICENCE,
        )
    )


def counters_of(initiative: Initiative) -> list[Counter]:
    """Return the code of the counter in every language of the pages."""
    return [_counter(initiative, language) for language in LANGUAGES]


def _counter(initiative: Initiative, language: str) -> Counter:
    host = public_address() or request_address()
    address = {
        name: host + url_for(f"public.{name}", number=initiative.path, language=language)
        for name in ("initiative", "embed", "badge")
    }
    title = escape(initiative.text(language).title)
    return Counter(
        language,
        FRAME.format(address=address["embed"], title=title),
        PICTURE.format(page=address["initiative"], address=address["badge"], title=title),
    )
