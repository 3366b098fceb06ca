"""Every error that a page of the console can answer with: its status, and what to do. No log has what was typed."""

import logging
from http import HTTPStatus

from flask import Flask, Response, current_app, make_response, render_template
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, TooManyRequests

from signer.accounts.invite import UnknownInvitation
from signer.accounts.manage import RoleNotHeld
from signer.batches.queries import UnknownBatch
from signer.batches.reconcile import Unreconciled
from signer.batches.state import WrongStep
from signer.database import StoreUnavailable
from signer.errors import SignerError
from signer.initiatives.initiative import UnknownInitiative
from signer.tallies.planning import UnfitPlan
from signer.web.errors import RETRY_SECONDS, log_fault

logger = logging.getLogger(__name__)

TITLES = {
    400: (
        _("The form could not be read"),
        _("Go back, load the page again and send it once more. Nothing was changed."),
    ),
    403: (
        _("You may not open this page"),
        _("Your account has no role that allows it. An owner of the initiative can give you one."),
    ),
    404: (_("This page does not exist"), _("Check the address, or start from the console’s first page.")),
    405: (_("This page opens only from a form"), _("Start again from the console’s first page.")),
    409: (_("This has changed meanwhile"), _("Go back and load the page again to see how things are now.")),
    410: (
        _("This invitation can no longer be used"),
        _("It was used, replaced by a newer one, or it is older than 7 days. Ask whoever invited you for a new one."),
    ),
    413: (_("The form is too large"), _("Nothing was changed. Go back and send less.")),
    415: (_("The service takes only its own form"), _("Nothing was changed.")),
    416: (_("The file has no such part"), _("Download the whole file again.")),
    429: (_("Too many tries"), _("Please wait before you try again. Each further try makes the wait longer.")),
    500: (
        _("Something went wrong on our side"),
        _("The fault has been noted. Please try again, and tell the operator if it happens once more."),
    ),
    503: (_("The database does not answer"), _("Nothing was changed.")),
}
"""Status to title and advice."""
STATUSES: dict[type[Exception], int] = {
    UnknownBatch: 404,
    Unreconciled: 409,
    WrongStep: 409,
    UnknownInvitation: 410,
    UnknownInitiative: 404,
    UnfitPlan: 409,
    RoleNotHeld: 409,
    StoreUnavailable: 503,
}


def install_console_errors(app: Flask) -> None:
    """Answer every error of `app` with a page of the console."""
    app.register_error_handler(SignerError, _answer_own)
    app.register_error_handler(CSRFError, lambda _error: page(HTTPStatus.BAD_REQUEST))
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(DBAPIError, _answer_unavailable)
    app.register_error_handler(PoolTimeout, _answer_unavailable)
    app.register_error_handler(Exception, _answer_unforeseen)


def page(status: int, *, retry_after: int | None = None) -> Response:
    """Return the page for a status.

    retry_after: seconds after which trying again helps.
    """
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        # Who is logged on stands in the database too: the page must not ask it once more.
        current_app.login_manager._update_request_context_with_user()  # type: ignore[attr-defined]
        retry_after = RETRY_SECONDS
    title, advice = TITLES.get(status) or TITLES[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500]
    try:
        body = render_template("console/error.html", title=title, advice=advice, retry_after=retry_after)
    except Exception as error:  # noqa: BLE001 - the page for errors must not end in another one
        current_app.logger.error("%s while rendering an error page", type(error).__name__)  # noqa: TRY400 - its text may tell
        body = f"{status}\n"
    response = make_response(body, status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _answer_own(error: SignerError) -> Response:
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s: %s", type(error).__name__, error)
    return page(status)


def _answer_http(error: HTTPException) -> Response:
    if error.response is not None:
        # An answer that a view has made itself, such as a redirect.
        return make_response(error.response)
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    wait = error.retry_after if isinstance(error, TooManyRequests) else None
    response = page(status, retry_after=wait if isinstance(wait, int) else None)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return response


def _answer_unavailable(_error: Exception) -> Response:
    return page(HTTPStatus.SERVICE_UNAVAILABLE)


def _answer_unforeseen(error: Exception) -> Response:
    log_fault(error)
    return page(HTTPStatus.INTERNAL_SERVER_ERROR)
