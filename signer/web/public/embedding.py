"""The counter on other people's websites: a page to frame, and a picture. No script, no cookie, nothing of other hosts.

Both say what the initiative's own page says at the same moment.
"""

import base64
import hashlib
from collections.abc import Sequence

from flask import Response, render_template

from signer.tallies.overview import Overview
from signer.web.caching import public_rendered
from signer.web.headers import let_sites_frame, let_sites_load
from signer.web.languages import current_language
from signer.web.public.current import find_initiative, overview_of
from signer.web.site import site

SVG = "image/svg+xml"
WIDTH, MARGIN = 320, 16
LETTER = 0.56
"""Width of a letter over the size of the type, on average and rather more: no two systems have the same type."""
STYLE = (
    ".paper{fill:#fff;stroke:#b1bebd}.strong{fill:#14191a}.quiet{fill:#475455}.bar{fill:#dbe4e3}.full{fill:#155e63}"
    "@media (prefers-color-scheme:dark){.paper{fill:#161e1f;stroke:#3a4849}.strong{fill:#e8eeed}.quiet{fill:#a9b8b7}"
    ".bar{fill:#3a4849}.full{fill:#7cc7c1}}"
)
"""The colours of the pages. Without it, which is how some programs show pictures, the light ones hold."""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PICTURE_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'"


def embed(number: str) -> Response:
    """Show the counter, to be framed by other websites."""
    found = find_initiative(number)
    overview = overview_of(found)
    rendered = site().rendered_pages.find(
        found,
        "embed",
        current_language(),
        on=site().service.today(),
        figures=overview,
        render=lambda: render_template("public/embed.html", initiative=found, overview=overview),
    )
    return let_sites_frame(public_rendered(rendered))


def badge(number: str) -> Response:
    """Draw the counter."""
    found = find_initiative(number)
    overview = overview_of(found)
    rendered = site().rendered_pages.find(
        found,
        "badge",
        current_language(),
        on=site().service.today(),
        figures=overview,
        render=lambda: _drawn(overview),
    )
    response = let_sites_load(public_rendered(rendered, SVG))
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    return response


def _drawn(overview: Overview) -> str:
    return render_template(
        "public/badge.svg",
        initiative=overview.initiative,
        overview=overview,
        style=STYLE,
        fitted=fitted,
        full=min(overview.collected / overview.goal, 1.0),
    )


def fitted(texts: Sequence[str], size: float) -> float:
    """Return the size of type, at most `size`, in which the longest of `texts` fits into one line of the picture.

    size: in units of the picture, which is WIDTH wide.
    """
    longest = max(1, *map(len, texts))
    return round(min(size, (WIDTH - 2 * MARGIN) / (LETTER * longest)), 1)
