"""How often one address may post. Reading pages is never limited.

An address is never kept: it is counted under a keyed hash whose random key dies with the process. IPv6 addresses
are counted by their /64, which is what one household gets.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Callable

from flask import Flask, request
from flask_limiter import Limiter

from signer.settings import Settings

POSTS = "60 per minute"
IPV6_NETWORK_BITS = 64


def install_limits(app: Flask, settings: Settings) -> None:
    """Limit the POSTs of each address to `POSTS`, counted where `settings.limits_url` says."""
    key = secrets.token_bytes(32)
    Limiter(
        address_key(key),
        app=app,
        application_limits=[POSTS],
        application_limits_exempt_when=_is_reading,
        storage_uri=settings.limits_url,
        # A counter that is down must not keep citizens from signing: count in memory until it is back.
        in_memory_fallback=[POSTS],
        in_memory_fallback_enabled=True,
        swallow_errors=True,
    )


def address_key(key: bytes) -> Callable[[], str]:
    """Return what names the address of the current request without telling it.

    key: 32 random bytes.
    """

    def name() -> str:
        return hmac.digest(key, network_of(request.remote_addr or "").encode(), "sha256").hex()

    return name


def network_of(address: str) -> str:
    """Return what is counted as one: an IPv4 address, an IPv6 /64, or the text itself if it is neither."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), IPV6_NETWORK_BITS), strict=False))


def _is_reading() -> bool:
    return request.method != "POST"
