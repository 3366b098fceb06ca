"""Codes of an authenticator app (RFC 6238): each is taken once; the picture that sets one up needs no inline style."""

from typing import cast

import qrcode
from flask_security import Totp, UserMixin
from markupsafe import Markup
from passlib.totp import TotpMatch
from qrcode.image.svg import SvgPathImage

from signer.web.console.datastore import Person

ACCEPTED_SECONDS = 30
"""How far the clock of a telephone may be off, either way."""


class OneTimeCodes(Totp):
    """Remembers the last code taken: who looks over a shoulder cannot use it once more."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Return the half minute of the last code that was taken."""
        return cast("Person", user).totp_counter

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Keep the half minute of the code that was taken; it is written at the end of the request."""
        cast("Person", user).totp_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> Markup:
        """Return the QR code as SVG to stand in the page: a picture by a data address is not allowed here."""
        picture = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgPathImage, border=4)
        # Our own drawing, with no text of anybody's in it.
        return Markup(picture.to_string(encoding="unicode"))  # noqa: S704
