"""What machines ask for: whether the service lives, and what robots may read."""

from flask import Response, make_response

from signer.web.public.current import service

# Robots find the initiatives; the steps of signing are for persons.
ROBOTS = "User-agent: *\nDisallow: /*/support\nDisallow: /*/erase\n"


def healthz() -> Response:
    """Answer 200 as long as the initiatives can be read; a page view asks no more than that."""
    service().catalogue.initiatives()
    return _text("ok\n")


def robots() -> Response:
    """Return robots.txt (RFC 9309)."""
    response = _text(ROBOTS)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _text(content: str) -> Response:
    response = make_response(content)
    response.mimetype = "text/plain"
    return response
