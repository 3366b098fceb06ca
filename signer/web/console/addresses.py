"""Where the console lies, and links out of it: those given to people who are not at it, and to the public pages."""

from urllib.parse import urlencode

from signer.initiatives.initiative import Initiative
from signer.settings import Settings
from signer.web.languages import LANGUAGES

CONSOLE = "/console"


def invitation_link(settings: Settings, token: str) -> str:
    """Return the address by which an invitation is accepted; a path alone where the settings name no `public_url`.

    Never from a request: its Host header is what somebody claims.
    """
    return f"{settings.public_url}{CONSOLE}/invitation?{urlencode({'token': token})}"


def public_page(initiative: Initiative, page: str = "") -> str:
    """Return the path of a public page of `initiative`, in its original language if the pages have that."""
    language = initiative.original_language if initiative.original_language in LANGUAGES else LANGUAGES[0]
    return f"/{language}/initiatives/{initiative.path}/{page}"
