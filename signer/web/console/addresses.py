"""Where the console lies, and the links that are given to people who are not at it."""

from urllib.parse import urlencode

from signer.settings import Settings

CONSOLE = "/console"


def invitation_link(settings: Settings, token: str) -> str:
    """Return the address by which an invitation is accepted; a path alone where the settings name no `public_url`.

    Never from a request: its Host header is what somebody claims.
    """
    return f"{settings.public_url}{CONSOLE}/invitation?{urlencode({'token': token})}"
