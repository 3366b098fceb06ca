"""What browsers and proxies may keep of a page, and the pages that are rendered once.

A page that holds nothing typed is public: 30 seconds, then asked for again by its ETag. Everything else is no-store
(`headers.py`). Rendering the form page costs more than recording a statement, so it is done once for each initiative,
Member State, language and day: a rendered page is one as it is before anybody types.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Response, request

from signer.initiatives.initiative import Initiative

MAX_AGE = 30
HTML = "text/html"
ETAG_CHARACTERS = 32


@dataclass(frozen=True)
class RenderedPage:
    """One rendered page as it is sent, and what it was rendered from."""

    initiative: Initiative
    on: date
    figures: object
    encoded: bytes
    etag: str

    def fits(self, initiative: Initiative, on: date, figures: object) -> bool:
        """Tell whether rendering it from these would give the same page."""
        return self.on == on and self.figures == figures and self.initiative == initiative


class RenderedPages:
    """The rendered pages, by initiative, page and language; there are at most some thousand."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], RenderedPage] = {}
        self._rendering = threading.Lock()

    def find(
        self,
        initiative: Initiative,
        page: str,
        language: str,
        *,
        on: date,
        render: Callable[[], str],
        figures: object = None,
    ) -> RenderedPage:
        """Return the page of these, rendered anew only if the initiative's entry in the catalogue has changed.

        page: what tells it from the initiative's other pages, such as the Member State of a form.
        on: today, because pages say what holds on the day.
        figures: what else the page shows that changes, such as counts.
        """
        key = (initiative.registration_number, page, language)
        found = self._kept.get(key)
        if found and found.fits(initiative, on, figures):
            return found
        # One thread renders; the others, a whole crowd after midnight, would do nothing else than the same again.
        with self._rendering:
            found = self._kept.get(key)
            if not (found and found.fits(initiative, on, figures)):
                encoded = render().encode()
                found = self._kept[key] = RenderedPage(initiative, on, figures, encoded, _etag(encoded))
        return found


def public_rendered(rendered: RenderedPage, mimetype: str = HTML) -> Response:
    """Return a rendered page as it is."""
    return _public(Response(rendered.encoded, mimetype=mimetype), rendered.etag)


def public_page(body: str, status: int = 200, *, mimetype: str = HTML) -> Response:
    """Return a page that holds nothing typed: it may be kept for half a minute and asked for again by its ETag."""
    encoded = body.encode()
    return _public(Response(encoded, status, mimetype=mimetype), _etag(encoded))


def _etag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:ETAG_CHARACTERS]


def _public(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    if request.if_none_match:
        response.make_conditional(request)
    return response
