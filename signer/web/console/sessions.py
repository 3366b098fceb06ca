"""Sessions of the console: one cookie, for /console only, that ends after half an hour without a request.

The cookie is signed and says who has logged on; the database says whether that session still is. Logging off,
deactivating and resetting end it there, whoever has a copy of the cookie.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import user_logged_out
from flask_security import Security, user_authenticated, user_failed_authn
from flask_security.signals import password_changed, tf_code_confirmed, tf_profile_changed, wan_deleted, wan_registered
from sqlalchemy import inspect

from signer.accounts.keys import derived_key
from signer.accounts.log_on import begin_session, end_session, end_sessions, holds_session, record_failure
from signer.accounts.manage import record_second_factor
from signer.audit.entry import EntryKind
from signer.database import reading
from signer.settings import Settings
from signer.web.console.current import acting_as, acting_as_service, is_logged_on
from signer.web.console.datastore import ConsoleUser
from signer.web.site import site

COOKIE = "console"
IDLE = timedelta(minutes=30)
SESSION_ID = "session_id"


class ConsoleSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, marked Secure whenever the request came by https."""

    digest_method = staticmethod(hashlib.sha256)

    def get_cookie_secure(self, _app: Flask) -> bool:
        """Tell whether the cookie may travel by https only."""
        return request.is_secure


def install_sessions(app: Flask, kept: Settings, *, path: str) -> None:
    """Give `app` its cookie. Raises MissingSecret.

    path: where `app` is mounted; the browser sends the cookie nowhere else.
    """
    app.config.update(
        SECRET_KEY=derived_key(kept, "session cookie").hex(),
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_PATH=path,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=IDLE,
        SESSION_REFRESH_EACH_REQUEST=True,
    )
    app.session_interface = ConsoleSessions()


def last_until_idle() -> None:
    """Have the cookie's own signature carry its time; the server refuses it when the half hour is over."""
    session.permanent = True


def install_log_ons(app: Flask, security: Security) -> None:
    """Begin and end sessions in the database with log-on and log-off, and write both into the audit log."""
    user_authenticated.connect(_begin, app)
    user_logged_out.connect(_end, app)
    user_failed_authn.connect(_failed, app)
    tf_code_confirmed.connect(_set_up, app)
    tf_profile_changed.connect(_set_up, app)
    wan_registered.connect(_passkey_added, app)
    wan_deleted.connect(_passkey_removed, app)
    password_changed.connect(_password_changed, app)
    of_library = security.login_manager._user_callback

    def load(uniquifier: str) -> ConsoleUser | None:
        person: ConsoleUser | None = of_library(uniquifier)
        if person is None:
            return None
        with reading(site().service.engine) as connection:
            held = holds_session(connection, person.id, session.get(SESSION_ID, ""), now=datetime.now(UTC))
        return person if held else None

    security.login_manager.user_loader(load)
    # The library would also take a token from a header or an address; there are none here.
    security.login_manager.request_loader(lambda _request: None)
    # Nor does the cookie get a hash of address and browser: it would tell both to whoever tries a few.
    security.login_manager.session_protection = None
    security.login_manager._session_identifier_generator = lambda: ""


def _begin(_app: Flask, user: ConsoleUser, authn_via: list[str] | None = None, **_others: object) -> None:
    if authn_via == ["change"]:
        return  # the password was changed, and this session goes on
    # Nothing of the session before it goes on but the form token: a page that was open meanwhile can still be sent.
    with acting_as(user.id) as unit:
        session[SESSION_ID] = begin_session(unit, user.id, now=datetime.now(UTC))


def _end(_app: Flask, user: ConsoleUser, **_others: object) -> None:
    session_id = session.pop(SESSION_ID, "")
    with acting_as(user.id) as unit:
        end_session(unit, user.id, session_id)
    g.pop("held_roles", None)


def _failed(_app: Flask, user: ConsoleUser, auth_type: str = "", tfa: bool = False, **_others: object) -> None:
    if auth_type == "passkey" and not tfa:
        return  # said by the library of the passkey's owner; our form says it of whose log-on it is
    with acting_as_service() as unit:
        record_failure(unit, user.id, step="second_factor" if tfa else "password")


def _set_up(_app: Flask, user: ConsoleUser, **_others: object) -> None:
    # The library says so at each log-on too, when nothing has changed.
    if not inspect(user).attrs.tf_totp_secret.history.has_changes():
        return
    _second_factor(user, "authenticator")
    if not is_logged_on():
        # Another log-on that had got as far as setting an app up must not replace this one with its own.
        current_app.extensions["security"].datastore.set_uniquifier(user)


def _passkey_added(_app: Flask, user: ConsoleUser, **_others: object) -> None:
    _second_factor(user, "passkey_added")


def _passkey_removed(_app: Flask, user: ConsoleUser, **_others: object) -> None:
    _second_factor(user, "passkey_removed")


def _password_changed(_app: Flask, user: ConsoleUser, **_others: object) -> None:
    # Whoever knew the old one is logged off; the library gives this browser's cookie the account's new mark.
    with acting_as(user.id) as unit:
        end_sessions(unit.connection, user.id, but=session.get(SESSION_ID, ""))
        unit.record(EntryKind.ACCOUNT_CHANGED, change="password")


def _second_factor(user: ConsoleUser, change: str) -> None:
    with acting_as(user.id) as unit:
        record_second_factor(unit, user.id, change=change)
