"""How often one address may post. Reading pages is never limited.

An address is never kept: it is counted under a keyed hash whose random key dies with the process. IPv6 addresses
are counted by their /64, which is what one household gets.
"""

import logging
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable

from flask import request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from signer.sealing.keyed_digest import keyed_digest
from signer.settings import Settings, WrongSettings

logger = logging.getLogger(__name__)

POSTS = "60 per minute"
IPV6_NETWORK_BITS = 64
IPV4_MAPPED = bytes(10) + b"\xff\xff"
"""How an IPv6 address begins that stands for an IPv4 address (RFC 4291, section 2.5.5.2)."""
AWAY_SECONDS = 30
"""How long a counter that did not answer is not asked again: each POST would wait for it."""


class PostLimit:
    """Limits the POSTs of each address to `POSTS`, counted where the settings say."""

    def __init__(self, settings: Settings) -> None:
        """Raise WrongSettings if nothing counts there."""
        self._limit = parse(POSTS)
        self._allowed = Allowance(self._limit, settings.limits_url)
        self._key = secrets.token_bytes(32)

    def count(self) -> None:
        """Count the request if it is a POST. Raises TooManyRequests."""
        if request.method == "POST" and not self._allowed.take(address_name(self._key, request.remote_addr or "")):
            raise TooManyRequests(retry_after=self._limit.get_expiry())


class Allowance:
    """Counts what is done under a name, in this process's memory or in the Redis of several machines.

    A counter that is down must not keep citizens from signing: this process then counts in its own memory.
    """

    def __init__(self, limit: RateLimitItem, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Raise WrongSettings if nothing counts at `url`."""
        self._limit = limit
        self._own = OneWindow(limit.amount, limit.get_expiry(), clock)
        self._shared = _shared_counter(url)
        self._clock = clock
        self._away_until = float("-inf")

    def take(self, name: str) -> bool:
        """Count one more under `name`; return whether it is still within the limit."""
        if self._shared and self._clock() >= self._away_until:
            try:
                return self._shared.hit(self._limit, name)
            except StorageError as error:
                logger.warning("the counter of limits_url does not answer (%s)", type(error.storage_error).__name__)
                self._away_until = self._clock() + AWAY_SECONDS
        return self._own.take(name)


class OneWindow:
    """Counts within one window of time, and forgets all of it when the next one begins."""

    def __init__(self, most: int, seconds: int, clock: Callable[[], float]) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._window = 0
        self._counts: Counter[str] = Counter()

    def take(self, name: str) -> bool:
        """Count one more under `name`; return whether it is still within the limit."""
        window = int(self._clock() // self._seconds)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, Counter()
            self._counts[name] += 1
            return self._counts[name] <= self._most


def _shared_counter(url: str) -> FixedWindowRateLimiter | None:
    """Return what counts for several machines; None where each process counts for itself. Raises WrongSettings."""
    if url == "memory://":
        # Not the library's own memory: it looks through every address a hundred times a second.
        return None
    try:
        return FixedWindowRateLimiter(storage_from_string(url, wrap_exceptions=True))
    except Exception:  # noqa: BLE001 - whatever the URL's library says, it may quote a password
        raise WrongSettings("setting 'limits_url' must be memory:// or redis://HOST:PORT/NUMBER") from None


def address_name(key: bytes, address: str) -> str:
    """Return what names an address without telling it.

    key: 32 random bytes.
    """
    return keyed_digest(key, network_of(address).encode()).hex()


def network_of(address: str) -> str:
    """Return what is counted as one: an IPv4 address, an IPv6 /64, or the text itself if it is neither."""
    try:
        if ":" not in address:
            return socket.inet_ntop(socket.AF_INET, socket.inet_pton(socket.AF_INET, address))
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return address
    if packed.startswith(IPV4_MAPPED):
        return socket.inet_ntop(socket.AF_INET, packed[len(IPV4_MAPPED) :])
    return f"{packed[: IPV6_NETWORK_BITS // 8].hex()}/{IPV6_NETWORK_BITS}"
