"""Hooks of the addresses under `/api/`: anybody may read, by GET alone, from any website."""

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed, NotAcceptable

from signer.web.api import views
from signer.web.api_problems import is_of_api
from signer.web.headers import let_sites_load

MANY_DAYS = 7 * 24 * 3600
ASKED_BEFORE = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Max-Age": str(MANY_DAYS),
}
"""The answer to a browser that asks beforehand whether a script may ask (CORS preflight)."""


def refuse_other_methods() -> None:
    """Say of a POST that it is not answered, before anything counts it or looks at what it holds."""
    if is_of_api(request.path) and isinstance(request.routing_exception, MethodNotAllowed):
        raise request.routing_exception


def require_acceptable() -> None:
    """Refuse to answer in another form than the one that the address has. Raises NotAcceptable."""
    if request.blueprint != "api":
        return
    accepted = request.accept_mimetypes
    wanted = views.CSV if (request.endpoint or "").endswith("_csv") else views.JSON
    if accepted and not accepted.quality(wanted) and request.method != "OPTIONS":
        raise NotAcceptable


def open_to_all(response: Response) -> Response:
    """Let scripts of every site read the answer."""
    if is_of_api(request.path):
        let_sites_load(response)
        response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        if request.method == "OPTIONS" and response.status_code < 400:  # noqa: PLR2004 - RFC 9110
            response.headers.update(ASKED_BEFORE)
        if response.mimetype == "text/html":
            # The library's own answers, to OPTIONS and where slashes are doubled, have nothing that a program reads.
            response.set_data(b"")
            del response.headers["Content-Type"]
    return response
