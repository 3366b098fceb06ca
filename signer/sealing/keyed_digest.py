"""HMAC-SHA256, in the one way that our own code computes it."""

import hashlib
import hmac


def keyed_digest(key: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA256 of `message` under `key` (RFC 2104, FIPS 198-1), 32 bytes."""
    # Not `hmac.digest`, which lets other threads run meanwhile, however short the message. A request that signs has
    # five of these, each of which could put it behind another request's whole computing (docs/decisions/0012).
    return hmac.new(key, message, hashlib.sha256).digest()
