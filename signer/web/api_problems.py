"""Errors under `/api/`: JSON problem details (RFC 9457) that say in a sentence what to do, and never a page.

In English, as the documentation is: they are read by whoever writes a program, not by citizens.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException, NotFound

from signer.database import StoreUnavailable
from signer.initiatives.initiative import UnknownInitiative

API = "/api/"
MIMETYPE = "application/problem+json"


class NoForecast(NotFound):
    """There is no forecast that everybody may see."""


DETAILS: Mapping[type[Exception], str] = {
    UnknownInitiative: "No initiative with this registration number has been opened here. "
    "/api/v1/initiatives lists those that have been.",
    NoForecast: "There is no forecast: either the organisers do not publish it, or the collection has less than seven "
    "days of data or has ended. `forecast_published` of the initiative tells the first.",
    StoreUnavailable: "The numbers cannot be read at the moment. Ask again after the seconds that Retry-After names.",
}
"""By the class of the error, the nearest one first."""
OF_STATUS: Mapping[int, str] = {
    404: "There is nothing at this address. /api/v1/openapi.json describes every address.",
    405: "The numbers are there to be read: only GET, HEAD and OPTIONS are answered.",
    406: "The Accept header excludes the form in which this address answers. Leave it out, or name the media type that "
    "/api/v1/openapi.json gives for the address.",
    500: "Something went wrong on our side. The fault has been noted; please ask again later.",
}
UNREADABLE = "The request could not be read. /api/v1/openapi.json describes every address."


def is_of_api(path: str) -> bool:
    """Tell whether programs ask at this address."""
    return path.startswith(API) or path == API.rstrip("/")


def problem(error: Exception, status: int) -> Response:
    """Return the answer to `error`. Nothing of the request is repeated in it."""
    if isinstance(error, HTTPException) and error.code:
        status = error.code
    known = (DETAILS[kind] for kind in type(error).__mro__ if kind in DETAILS)
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": next(known, OF_STATUS.get(status, OF_STATUS[500] if status >= 500 else UNREADABLE)),  # noqa: PLR2004 - RFC 9110
    }
    return Response(json.dumps(content) + "\n", status, mimetype=MIMETYPE)
