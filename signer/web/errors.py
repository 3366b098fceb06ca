"""Every error that a page can answer with, in one table: its status, what it says and what it advises.

A page about an initiative names it and links back to it; every page says what to do next.
"""

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import HTTPException, MethodNotAllowed, TooManyRequests

from signer.database import StoreUnavailable
from signer.errors import SignerError
from signer.initiatives.collection import CollectionClosed, CollectionPaused, InitiativeWithdrawn, NotYetOpen
from signer.initiatives.initiative import Initiative, UnknownInitiative
from signer.scheme.form import UnknownMemberState
from signer.statements.store import AlreadyErased
from signer.web.api_problems import is_of_api, problem
from signer.web.site import site

logger = logging.getLogger(__name__)

RETRY_SECONDS = 10
NOTHING_SAVED = _("Nothing has been saved.")
BACK = _("Use your browser’s Back button to return to the form. What you typed may still be there.")


@dataclass(frozen=True)
class Answer:
    """What one error is answered with.

    retry_after: seconds, where trying again later helps.
    period: the page names the first and the last day of collection.
    """

    status: int
    title: LazyString
    advice: tuple[LazyString, ...]
    retry_after: int | None = None
    period: bool = False


ERRORS: Mapping[type[Exception], Answer] = {
    UnknownInitiative: Answer(
        404,
        _("There is no such initiative here"),
        (
            _("The address has no initiative that this service collects for."),
            _("Check the registration number, or choose an initiative from the list."),
        ),
    ),
    UnknownMemberState: Answer(
        404,
        _("There is no form for this country"),
        (
            _("Only nationals of a Member State of the European Union can sign."),
            _("Go to the initiative and choose your nationality again."),
        ),
    ),
    NotYetOpen: Answer(
        409,
        _("You cannot sign yet"),
        (_("The collection has not started. Please come back on the day it opens."), NOTHING_SAVED),
        period=True,
    ),
    CollectionPaused: Answer(
        409,
        _("Signing is paused"),
        (
            _("The organisers have paused the collection for now. Please come back later."),
            NOTHING_SAVED,
        ),
        period=True,
    ),
    CollectionClosed: Answer(
        410,
        _("The collection has ended"),
        (
            _("This initiative no longer takes statements of support. You can still read about it and see its result."),
            NOTHING_SAVED,
        ),
        period=True,
    ),
    InitiativeWithdrawn: Answer(
        410,
        _("This initiative has been withdrawn"),
        (_("The organisers have ended the initiative, so it no longer takes statements of support."), NOTHING_SAVED),
        period=True,
    ),
    AlreadyErased: Answer(
        410,
        _("This statement was erased"),
        (
            _("You, or somebody with your code, has erased the statement that this page recorded. It stays erased."),
            _("If you want to support the initiative after all, start again from its page. You get a new code."),
        ),
    ),
    StoreUnavailable: Answer(
        503,
        _("The service is not available at the moment"),
        (NOTHING_SAVED, _("Please try again in a minute.")),
        RETRY_SECONDS,
    ),
}
STATUSES: Mapping[int, Answer] = {
    400: Answer(
        400,
        _("The service could not read what was sent"),
        (_("Something in the form arrived damaged."), NOTHING_SAVED, _("Please fill in the form again.")),
    ),
    403: Answer(
        403,
        _("This form was sent from another website"),
        (
            _("For your safety, the service takes forms only from its own pages."),
            NOTHING_SAVED,
            _("Please open the initiative here and start again."),
        ),
    ),
    404: Answer(
        404,
        _("This page does not exist"),
        (_("Check the address for a typing mistake, or start from the list of initiatives."),),
    ),
    405: Answer(
        405,
        _("This page opens only from the form"),
        (
            _("It shows what you typed, so it cannot be opened by its address or from a bookmark."),
            _("Please start again from the initiative."),
        ),
    ),
    413: Answer(
        413,
        _("The form is too large"),
        (_("More was sent than the form can hold."), NOTHING_SAVED, BACK),
    ),
    415: Answer(
        415,
        _("The service takes only its own form"),
        (_("What was sent is not a form of this service, or has a file in it."), NOTHING_SAVED),
    ),
    429: Answer(
        429,
        _("Too many forms from your connection"),
        (
            _("Many forms have come from your network within a minute, perhaps from others who share it with you."),
            NOTHING_SAVED,
            _("Please wait one minute, then go back and send the form again."),
        ),
        60,
    ),
    500: Answer(
        500,
        _("Something went wrong on our side"),
        (
            _("The fault has been noted, without anything that you typed."),
            _("Please go back and try again. If it happens once more, please write to us."),
        ),
    ),
}


def install_errors(app: Flask) -> None:
    """Answer every error of `app` with a page."""
    app.register_error_handler(SignerError, _answer_own)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unforeseen)


def answer_for(error: SignerError) -> Answer:
    """Return the answer to one of our errors: that of its class, or of the nearest one above it."""
    return next((ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS), STATUSES[500])


def _answer_own(error: SignerError) -> Response:
    answer = answer_for(error)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # Our messages never hold what was typed.
        logger.error("%s: %s", type(error).__name__, error)
    return _page(answer, error)


def _answer_http(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    ours = HTTPStatus.BAD_REQUEST if status < HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus.INTERNAL_SERVER_ERROR
    response = _page(STATUSES.get(status) or STATUSES[ours], error)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    if isinstance(error, TooManyRequests) and error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _answer_unforeseen(error: Exception) -> Response:
    log_fault(error)
    return _page(STATUSES[500], error)


def log_fault(error: BaseException | None) -> None:
    """Log where it happened and what kind of error it was. Its message may hold what was typed: it is left out."""
    if error is None:
        return
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "signer" in frame.filename]
    where = ", ".join(f"{frame.filename.rpartition('signer/')[2]}:{frame.lineno} {frame.name}" for frame in ours)
    logger.error("%s in %s, %s", type(error).__name__, request.endpoint, where)


def _received(answer: Answer, initiative: Initiative | None) -> int | None:
    """Return the statements received, where the page is about a collection that takes none today."""
    if not initiative or not answer.period:
        return None
    try:
        total: int = site().service.overview(initiative).collected
    except StoreUnavailable:
        return None  # the page says why one cannot sign all the same
    return total


def _page(answer: Answer, error: Exception) -> Response:
    response = problem(error, answer.status) if is_of_api(request.path) else _rendered(answer)
    if answer.retry_after:
        response.headers["Retry-After"] = str(answer.retry_after)
    return response


def _rendered(answer: Answer) -> Response:
    try:
        initiative = g.get("initiative")
        body = render_template(
            "public/error.html", answer=answer, initiative=initiative, received=_received(answer, initiative)
        )
    except Exception as error:  # noqa: BLE001 - the page for errors must not end in another one
        current_app.logger.error("%s while rendering an error page", type(error).__name__)  # noqa: TRY400 - its text may tell
        body = f"{answer.status}\n"
    return make_response(body, answer.status)
