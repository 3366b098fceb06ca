"""Under which name this service is reached, for addresses that are copied from a page to somewhere else."""

import re

from flask import request

from signer.web.site import site

HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")


def request_address() -> str:
    """Return the scheme and host of this request; nothing, which leaves the path, if what the browser named is none.

    Nothing in it has a meaning in HTML or in the query of another address.
    """
    host = request.host
    return f"{request.scheme}://{host}" if HOST.fullmatch(host) else ""


def public_address() -> str:
    """Return the scheme and host that the settings name, for what is kept beyond this request; nothing without one."""
    return site().settings.public_url
