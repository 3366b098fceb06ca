"""HMAC-SHA256, in the one way that all of the project computes it."""

import hashlib
import hmac


def keyed_digest(key: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA256 of `message` under `key` (RFC 2104, FIPS 198-1), 32 bytes."""
    # Not `hmac.digest`, which lets other threads run meanwhile, however short the message. A request has five of these,
    # and coming back takes as long as another request's whole computing: a third of what signing costs under load.
    return hmac.new(key, message, hashlib.sha256).digest()
