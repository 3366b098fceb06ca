"""The keys of the console, derived from one secret: who has the database alone can use none of what it keeps."""

from signer.sealing.keyed_digest import keyed_digest
from signer.settings import Settings

CONSOLE_KEY = "console-key"


def derived_key(settings: Settings, purpose: str) -> bytes:
    """Return 32 bytes for one purpose: HMAC-SHA256 of its name under the secret `console-key`. Raises MissingSecret.

    Made anew, nobody's password or second factor fits any more: every account then needs a new invitation.
    """
    return keyed_digest(settings.secret(CONSOLE_KEY), b"signer console\0" + purpose.encode())
