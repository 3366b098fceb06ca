"""Waiting tokens: for browsers without JavaScript, some seconds of patience stand for the work.

A token is a nonce (16 random bytes) and the second from which on it counts (8 bytes, big-endian), signed by
HMAC-SHA256 (`Signer` of itsdangerous). It names no person, no address and nothing that was typed.
"""

import hashlib
import math
import secrets
import time
from collections.abc import Callable

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from signer.human_check.check_id import check_id
from signer.human_check.refusals import ExpiredCheck, ForgedCheck, TooEarly

NONCE_BYTES = 16
LIFETIME = 20 * 60
"""Seconds that a token counts, from the end of its waiting time."""


class WaitingTokens:
    """Gives the waiting tokens of one instance and reads them back.

    key: 32 bytes, the secret `human-check-key`.
    clock: seconds since 1970.
    """

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key, self._clock = key, clock
        self._signer = Signer(key, salt=b"signer waiting", key_derivation="hmac", digest_method=hashlib.sha256)

    def issue(self, seconds: int) -> str:
        """Return a token that counts in `seconds` seconds."""
        ripe = math.ceil(self._clock()) + seconds
        content = secrets.token_bytes(NONCE_BYTES) + ripe.to_bytes(8)
        return self._signer.sign(base64_encode(content)).decode()

    def read(self, token: str) -> bytes:
        """Return the name of a token that counts now, 16 bytes. Raises ForgedCheck, TooEarly or ExpiredCheck."""
        try:
            content = base64_decode(self._signer.unsign(token))
        except (BadData, UnicodeError):
            raise ForgedCheck("the waiting token is not one that this service has given") from None
        now, ripe = self._clock(), int.from_bytes(content[NONCE_BYTES:])
        if now < ripe:
            raise TooEarly(math.ceil(ripe - now))
        if now > ripe + LIFETIME:
            raise ExpiredCheck(f"the waiting token is older than {LIFETIME} seconds")
        return check_id(self._key, b"waiting", content[:NONCE_BYTES])
