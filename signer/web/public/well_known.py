"""What machines ask for: whether the service lives, what robots may read, where to report a weakness."""

from datetime import timedelta

from flask import Response, make_response

from signer.web.languages import LANGUAGES
from signer.web.site import site

# Robots find the initiatives; the steps of signing are for persons.
ROBOTS = "User-agent: *\nDisallow: /*/support\nDisallow: /*/erase\n"
HOUR = 3600
SECURITY_TXT_DAYS = 180
"""How long what security.txt says may be relied on; RFC 9116, section 2.5.5, wants less than a year."""


def healthz() -> Response:
    """Answer 200 as long as the initiatives can be read; a page view asks no more than that."""
    site().service.catalogue.initiatives()
    return _text("ok\n")


def robots() -> Response:
    """Return robots.txt (RFC 9309)."""
    return _for_an_hour(_text(ROBOTS))


def security_txt() -> Response:
    """Return security.txt (RFC 9116). Without `Canonical`: the service does not know under which name it is reached."""
    expires = site().service.today() + timedelta(days=SECURITY_TXT_DAYS)
    fields = {
        "Contact": f"mailto:{site().settings.contact_email}",
        "Expires": f"{expires.isoformat()}T00:00:00Z",
        "Preferred-Languages": ", ".join(LANGUAGES),
    }
    return _for_an_hour(_text("".join(f"{name}: {value}\n" for name, value in fields.items())))


def _for_an_hour(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={HOUR}"
    return response


def _text(content: str) -> Response:
    response = make_response(content)
    response.mimetype = "text/plain"
    return response
