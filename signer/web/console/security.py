"""Sets Flask-Security up: password and second factor, both required. Nobody registers, no answer tells who exists."""

import base64
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import cast

from flask import Flask, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_security import MailUtil, PasswordUtil, Security
from flask_security.forms import LoginForm
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.utils import check_and_update_authn_fresh, get_message, get_request_attr
from flask_security.webauthn import WebAuthnRegisterResponseForm, WebAuthnSigninResponseForm
from sqlalchemy import Engine
from webauthn.helpers.exceptions import WebAuthnException
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from signer.accounts.address import WrongAddress, normal_address
from signer.accounts.keys import derived_key
from signer.accounts.passwords import Weakness, weakness
from signer.audit.record import record_nothing
from signer.database import writing
from signer.settings import Settings
from signer.web.console.addresses import CONSOLE
from signer.web.console.current import is_logged_on
from signer.web.console.datastore import open_datastore
from signer.web.console.totp import ACCEPTED_SECONDS, OneTimeCodes, RecoveryCodes
from signer.web.rendering import SERVICE_NAME
from signer.web.site import site

FRESH = timedelta(minutes=10)
"""So long after the password was typed may somebody change passwords and second factors without typing it again."""
RECOVERY_CODES = 10
TEMPLATES = {
    "LOGIN_USER": "log_on",
    "VERIFY": "password_again",
    "CHANGE_PASSWORD": "change_password",
    "TWO_FACTOR_SETUP": "set_up_authenticator",
    "TWO_FACTOR_VERIFY_CODE": "code",
    "TWO_FACTOR_SELECT": "choose_second_factor",
    "MULTI_FACTOR_RECOVERY": "recovery_code",
    "MULTI_FACTOR_RECOVERY_CODES": "recovery_codes",
    "WAN_REGISTER": "passkeys",
    "WAN_SIGNIN": "use_passkey",
}
"""Our page for each of the library's."""
CHANGES = {
    "security.two_factor_setup_validate": "security.two_factor_setup",
    "security.wan_register_response": "security.wan_register",
    "security.wan_delete": "security.wan_register",
}
"""The last step of changing a second factor to the page on which the change begins."""
INSIDE = re.compile(rf"{CONSOLE}(/[^\\\x00-\x1f\x7f]*)?")
"""Where a log-on may lead to: a page of the console. Without a backslash, which is a slash to browsers."""


class LogOnForm(LoginForm):
    """Address and password. Nobody is remembered beyond the session."""

    remember = None

    def validate(self, **options: object) -> bool:
        """Return whether they belong together. An address without an account is answered as late as one with it."""
        good: bool = super().validate(**options)
        if self.ifield is not None and self.user is None:
            # A wrong password of an account is written down, which takes a while.
            with writing(site().service.engine) as connection:
                record_nothing(connection)
        return good


class PasskeyForm(WebAuthnSigninResponseForm):
    """A passkey as the second factor of the account whose password was given, of no other."""

    def validate(self, **options: object) -> bool:
        """Return whether the passkey is good, and belongs to the log-on that it ends."""
        person = security().datastore.find_user(fs_uniquifier=session.get("tf_user_id", ""))
        good = _understood(self, super().validate, options)
        if good and (person is None or self.user != person):
            self.credential.errors.append(_("This passkey belongs to another account."))
            good = False
        if not good and person is not None:
            person.track_failed_authn("passkey", tfa=True)
        return good


class NewPasskeyForm(WebAuthnRegisterResponseForm):
    """A passkey that is added to an account."""

    def validate(self, **options: object) -> bool:
        """Return whether the passkey is good."""
        good = _understood(self, super().validate, options)
        # Whatever a browser says of itself there, nothing here asks for it.
        self.extensions = ""
        return good


class RecoveryCodeForm(MfRecoveryForm):
    """A recovery code; a wrong one is written down like any other wrong second factor."""

    def validate(self, **options: object) -> bool:
        """Return whether the code is one of the account's."""
        good: bool = super().validate(**options)
        if not good and self.user is not None:
            self.user.track_failed_authn("recovery_code", tfa=True)
        return good


class Passwords(PasswordUtil):
    """Looks at a new password by our own rules."""

    def validate(self, password: str, is_register: bool, **known: object) -> tuple[list[str] | None, str]:
        """Return what is wrong with it, None if nothing is, and its normal form (NFKD).

        known: `user`, or `email` and `name` of somebody who has no account yet.
        """
        normal = self.normalize(password)
        person = known.get("user")
        about = [
            SERVICE_NAME,
            *(str(getattr(person, part, known.get(part, ""))) for part in ("email", "name")),
        ]
        found = weakness(normal, about=about)
        return ([str(_weakness_sentences()[found])] if found else None), normal


class Addresses(MailUtil):
    """Compares addresses as accounts are kept, and sends nothing."""

    def normalize(self, email: str) -> str:
        """Return the normal form. Raises ValueError for what is no address."""
        try:
            return normal_address(email)
        except WrongAddress:
            raise ValueError from None


def _understood(
    form: PasskeyForm | NewPasskeyForm, validate: Callable[..., bool], options: Mapping[str, object]
) -> bool:
    """Return what `validate` returns. The library leaves what it cannot read at all to end as a fault of ours."""
    try:
        return validate(**options)
    except (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        form.credential.errors = [*form.credential.errors, get_message("API_ERROR")[0]]
        return False


def install_security(app: Flask, kept: Settings, engine: Engine | None) -> Security:
    """Give `app` log-on, second factors and password change. Raises MissingSecret."""
    app.config.update({f"SECURITY_{name}_TEMPLATE": f"console/{page}.html" for name, page in TEMPLATES.items()})
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of the function
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # Mixed into each password before it is hashed: the database alone cannot be searched for weak ones.
        SECURITY_PASSWORD_SALT=derived_key(kept, "password pepper").hex(),
        SECURITY_PASSWORD_LENGTH_MIN=1,  # our own rules ask for more
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_CHANGEABLE=True,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_REQUIRED=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY=ACCEPTED_SECONDS,
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TOTP_SECRETS={"1": derived_key(kept, "authenticator secrets").hex()},
        SECURITY_TOTP_ISSUER=SERVICE_NAME,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=RECOVERY_CODES,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=[
            base64.urlsafe_b64encode(derived_key(kept, "recovery codes")),
        ],
        SECURITY_WEBAUTHN=True,
        SECURITY_WAN_RP_NAME=SERVICE_NAME,
        SECURITY_WAN_ALLOW_AS_FIRST_FACTOR=False,
        SECURITY_WAN_ALLOW_AS_MULTI_FACTOR=False,
        SECURITY_WAN_ALLOW_AS_VERIFY=[],
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_FRESHNESS=FRESH,
        SECURITY_FRESHNESS_GRACE_PERIOD=FRESH,
        SECURITY_LOGIN_URL="/log-on",
        SECURITY_LOGOUT_URL="/log-off",
        SECURITY_VERIFY_URL="/password-again",
        SECURITY_CHANGE_URL="/account/password",
        SECURITY_TWO_FACTOR_SETUP_URL="/account/authenticator",
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/log-on/code",  # noqa: S106 - an address
        SECURITY_TWO_FACTOR_SELECT_URL="/log-on/second-factor",
        SECURITY_MULTI_FACTOR_RECOVERY_URL="/log-on/recovery-code",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL="/account/recovery-codes",
        SECURITY_WAN_REGISTER_URL="/account/passkeys",
        SECURITY_WAN_DELETE_URL="/account/passkeys/remove",
        SECURITY_WAN_SIGNIN_URL="/log-on/passkey",
        SECURITY_POST_LOGIN_VIEW="home",
        SECURITY_POST_LOGOUT_VIEW="security.login",
        SECURITY_POST_CHANGE_VIEW="account",
        SECURITY_POST_VERIFY_VIEW="account",
        SECURITY_TWO_FACTOR_POST_SETUP_VIEW="account",
        SECURITY_WAN_POST_REGISTER_VIEW="account",
        # Every page of ours says `no-store`; the library would say `no-store=True`, which no cache understands.
        SECURITY_CACHE_CONTROL={},
        SECURITY_STATIC_FOLDER=None,
        SECURITY_STATIC_FOLDER_URL=None,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    security = Security(
        app,
        open_datastore(app, engine),
        login_form=LogOnForm,
        mf_recovery_form=RecoveryCodeForm,
        wan_register_response_form=NewPasskeyForm,
        wan_signin_response_form=PasskeyForm,
        password_util_cls=Passwords,
        mail_util_cls=Addresses,
        totp_cls=OneTimeCodes,
        mf_recovery_codes_util_cls=RecoveryCodes,
    )
    # Pages only: nothing here answers a program.
    security.want_json(lambda _request: False)
    return security


def security() -> Security:
    """Return Flask-Security of the running application."""
    return cast("Security", current_app.extensions["security"])


def refuse_foreign_next() -> None:
    """Refuse to send anybody on to anything but a page of the console, whatever a link to the log-on says."""
    if request.blueprint != "security":
        return
    # The library itself names whole addresses of ours.
    here = request.host_url.rstrip("/")
    wanted = [*request.args.getlist("next"), *request.form.getlist("next")]
    if not all(INSIDE.fullmatch(address.removeprefix(here)) for address in wanted if address):
        raise BadRequest


def ask_for_password() -> Response | None:
    """Ask for the password before a second factor is changed, also at the last step.

    The library asks at the first one only, and hands out a token there that is nobody's in particular: somebody at an
    unattended screen could bring one from an account of their own.
    """
    begins_at = CHANGES.get(request.endpoint or "")
    if not begins_at or not is_logged_on():
        return None
    if check_and_update_authn_fresh(FRESH, FRESH, get_request_attr("fs_authn_via")):
        return None
    flash(*get_message("REAUTHENTICATION_REQUIRED"))
    return redirect(url_for("security.verify", next=url_for(begins_at)))


def _weakness_sentences() -> dict[Weakness, str]:
    return {
        Weakness.TOO_SHORT: _("Use at least 12 characters. Four words that do not belong together are easy to keep."),
        Weakness.TOO_LONG: _("Use at most 256 characters."),
        Weakness.TOO_FEW_DIFFERENT: _("Use more different characters."),
        Weakness.TOO_COMMON: _(
            "This password is easy to guess. Do not build it from your name, a row of keys or “password”."
        ),
    }
