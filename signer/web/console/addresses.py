"""Addresses of the console, and of public pages that its pages lead to."""

from signer.initiatives.initiative import Initiative
from signer.web.languages import LANGUAGES

CONSOLE = "/console"


def public_page(initiative: Initiative, page: str = "") -> str:
    """Return the path of a public page of `initiative`, in its original language if the pages have that."""
    language = initiative.original_language if initiative.original_language in LANGUAGES else LANGUAGES[0]
    return f"/{language}/initiatives/{initiative.path}/{page}"
