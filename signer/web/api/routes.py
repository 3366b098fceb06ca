"""The addresses under `/api/v1/`, all of them, and what holds for each: anybody may read, from any website."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotAcceptable

from signer.web.api import views
from signer.web.api.problems import is_of_api
from signer.web.headers import let_sites_load

api = Blueprint("api", __name__, url_prefix="/api/v1")

INITIATIVE = "/initiatives/<number:number>"

for path, name, view in (
    ("/", "index", views.index),
    ("/openapi.json", "openapi", views.openapi),
    ("/initiatives", "initiatives", views.initiatives),
    (INITIATIVE, "initiative", views.initiative),
    (f"{INITIATIVE}/tally", "tally", views.tally),
    (f"{INITIATIVE}/tally.csv", "tally_csv", views.tally_csv),
    (f"{INITIATIVE}/history", "history", views.history),
    (f"{INITIATIVE}/history.csv", "history_csv", views.history_csv),
    (f"{INITIATIVE}/forecast", "forecast", views.forecast),
):
    # The first address is also typed without its slash: a redirect would be one more thing for a program to get wrong.
    api.add_url_rule(path, name, view, strict_slashes=path != "/")

MANY_DAYS = 7 * 24 * 3600
ASKED_BEFORE = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Max-Age": str(MANY_DAYS),
}
"""The answer to a browser that asks beforehand whether a script may ask (CORS preflight)."""


@api.before_app_request
def _refuse_other_methods() -> None:
    """Say of a POST that it is not answered, before anything counts it or looks at what it holds."""
    if is_of_api(request.path) and isinstance(request.routing_exception, MethodNotAllowed):
        raise request.routing_exception


@api.before_request
def _require_acceptable() -> None:
    accepted = request.accept_mimetypes
    wanted = views.CSV if (request.endpoint or "").endswith("_csv") else views.JSON
    if accepted and not accepted.quality(wanted) and request.method != "OPTIONS":
        raise NotAcceptable


@api.after_app_request
def _open_to_all(response: Response) -> Response:
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
