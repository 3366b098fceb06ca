"""What the libraries under the console would say on its pages, in our words: what was wrong, and what to do now."""

from collections.abc import Mapping

from flask import Flask
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

_WRONG_CODE = _("This code does not fit. Enter the one that your app shows now; each works once.")
_LOG_ON_FIRST = _("Please log on first.")
_TOO_LATE = _("That took too long. Please start again.")
_PASSKEY_UNKNOWN = _("This passkey belongs to no account here.")
_PASSKEY_UNREAD = _("This passkey could not be checked. Try again, or use another second factor.")

ERRORS: Mapping[str, LazyString] = {
    "API_ERROR": _PASSKEY_UNREAD,
    "GENERIC_AUTHN_FAILED": _("E-mail address and password do not fit together. Check both, and try again."),
    "INVALID_CODE": _WRONG_CODE,
    "INVALID_PASSWORD": _("This is not your password. Try again."),
    "INVALID_RECOVERY_CODE": _("This is none of your recovery codes, or it was used before. Try another one."),
    "LOGIN": _LOG_ON_FIRST,
    "NO_RECOVERY_CODES_SETUP": _("You have no recovery codes yet."),
    "PASSWORD_IS_THE_SAME": _("Choose another password than the one until now."),
    "PASSWORD_NOT_PROVIDED": _("Enter your password"),
    "RETYPE_PASSWORD_MISMATCH": _("Type the same password twice"),
    "TWO_FACTOR_INVALID_TOKEN": _WRONG_CODE,
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": _("Choose one of them"),
    "TWO_FACTOR_PERMISSION_DENIED": _LOG_ON_FIRST,
    "TWO_FACTOR_SETUP_EXPIRED": _TOO_LATE,
    "UNAUTHENTICATED": _LOG_ON_FIRST,
    "WEBAUTHN_CREDENTIAL_ID_INUSE": _("This passkey was added before."),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": _PASSKEY_UNREAD,
    "WEBAUTHN_EXPIRED": _TOO_LATE,
    "WEBAUTHN_MISMATCH_USER_HANDLE": _PASSKEY_UNREAD,
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": _("Use letters, digits, spaces, hyphens and full stops only"),
    "WEBAUTHN_NAME_INUSE": _("You have a passkey called “%(name)s” already. Choose another name"),
    "WEBAUTHN_NAME_NOT_FOUND": _("You have no passkey of this name."),
    "WEBAUTHN_NAME_REQUIRED": _("Give the passkey a name"),
    "WEBAUTHN_NO_VERIFY": _PASSKEY_UNREAD,
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": _PASSKEY_UNKNOWN,
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": _PASSKEY_UNKNOWN,
}
"""Flask-Security's name of a message to ours, where something was wrong."""

NEWS: Mapping[str, LazyString] = {
    "ANONYMOUS_USER_REQUIRED": _("You are logged on already."),
    "PASSWORD_CHANGE": _("Your password is changed. You are logged off everywhere else."),
    "REAUTHENTICATION_REQUIRED": _("First your password once more, please."),
    "REAUTHENTICATION_SUCCESSFUL": _("Now you can change it."),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": _("From now on the codes of the new app log you on."),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": _("You are logged on."),
    "WEBAUTHN_CREDENTIAL_DELETED": _("The passkey “%(name)s” is removed."),
    "WEBAUTHN_REGISTER_SUCCESSFUL": _("The passkey “%(name)s” is added."),
}
"""The same, where all is well."""

OF_FORMS: Mapping[str, LazyString] = {
    "Not a valid choice.": _("Choose one of them"),
    "Not a valid date value.": _("Enter a date such as 2027-05-01"),
    "Not a valid integer value.": _("Enter a whole number from 0 up"),
}
"""What WTForms says itself to what we say."""


def install_security_texts(app: Flask) -> None:
    """Let the libraries speak as the console does: after Flask-Security, which sets its own words."""
    for kind, sentences in (("error", ERRORS), ("info", NEWS)):
        app.config.update({f"SECURITY_MSG_{name}": (sentence, kind) for name, sentence in sentences.items()})
    app.jinja_env.filters["plain"] = lambda message: OF_FORMS.get(str(message), message)
