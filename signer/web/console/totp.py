"""Codes that stand for a second factor: those of an authenticator app (RFC 6238), and recovery codes. Each works once.

A code is spent in the database before anybody is logged on by it: of two who send the same one at once, one is refused.
"""

from typing import cast

import qrcode
from flask_security import MfRecoveryCodesUtil, Totp, UserMixin
from markupsafe import Markup
from passlib.exc import TokenError
from qrcode.image.svg import SvgPathImage

from signer.accounts.log_on import spend_code, spend_recovery_code
from signer.accounts.manage import record_second_factor
from signer.database import writing
from signer.web.console.current import acting_as
from signer.web.console.datastore import ConsoleUser
from signer.web.site import site

ACCEPTED_SECONDS = 30
"""How far the clock of a telephone may be off, either way."""


class OneTimeCodes(Totp):
    """Remembers the last code taken: who looks over a shoulder cannot use it once more."""

    def verify_totp(self, token: str, totp_secret: str, user: UserMixin, window: int = 0) -> bool:
        """Tell whether `token` is a code of this secret that was not taken yet, and take it."""
        person = cast("ConsoleUser", user)
        is_new = totp_secret != person.tf_totp_secret
        try:
            match = self._totp.verify(
                token, totp_secret, window=window, last_counter=None if is_new else person.totp_counter
            )
        except TokenError:
            return False
        if is_new:
            # None of a new app's codes was ever taken; this one is written together with the secret.
            person.totp_counter = match.counter
            return True
        with writing(site().service.engine) as connection:
            return spend_code(connection, person.id, match.counter)

    def generate_qrcode(self, username: str, totp: str) -> Markup:
        """Return the QR code as SVG to stand in the page: a picture by a data address is not allowed here."""
        picture = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgPathImage, border=4)
        # Our own drawing, with no text of anybody's in it.
        return Markup(picture.to_string(encoding="unicode"))  # noqa: S704


class RecoveryCodes(MfRecoveryCodesUtil):
    """Kept sealed in the account, written down in the audit log when they are made and when one is used."""

    def create_recovery_codes(self, user: UserMixin) -> list[str]:
        """Return new codes; the earlier ones are void."""
        codes: list[str] = super().create_recovery_codes(user)
        account_id = cast("ConsoleUser", user).id
        with acting_as(account_id) as unit:
            record_second_factor(unit, account_id, change="recovery_codes_made")
        return codes

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Tell whether `code` is one of the account's, and take it."""
        account_id = cast("ConsoleUser", user).id
        with acting_as(account_id) as unit:
            taken = spend_recovery_code(
                unit.connection, account_id, lambda sealed: self._decrypt_codes([sealed]) == [code]
            )
            if taken:
                record_second_factor(unit, account_id, change="recovery_code_used")
        return taken

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Do nothing: it was taken when it was checked."""
        return True
