"""Challenges of ALTCHA's protocol, version 2: work that a browser does while a person types.

A challenge is a nonce and a salt (16 random bytes each) and the first 16 bytes of SHA-256(salt ‖ nonce ‖ counter) for
a secret counter (4 bytes, big-endian) below a limit; the browser tries one counter after the other. The parameters,
their expiry among them, are signed by HMAC-SHA256. Reading a solution takes one hash and one HMAC, however hard it was.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from altcha import Payload, create_challenge, verify_solution

from signer.human_check.check_id import check_id
from signer.human_check.refusals import ExpiredCheck, ForgedCheck

ALGORITHM = "SHA-256"
LIFETIME = 20 * 60
"""Seconds from giving a challenge to the check page at the latest; the page's script fetches a new one before."""
LONGEST_SOLUTION = 2_000
"""Characters; a real one has about 700."""


class Challenges:
    """Gives the challenges of one instance and reads the solutions back.

    key: 32 bytes, the secret `human-check-key`.
    clock: seconds since 1970.
    """

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key, self._clock = key, clock

    def issue(self, work: int) -> Mapping[str, Any]:
        """Return a new challenge as its JSON object, with its lifetime in seconds: the browser's clock may be wrong.

        work: hashes that solving it takes at most; half of that on average.
        """
        challenge = create_challenge(
            ALGORITHM,
            cost=1,
            counter=secrets.randbelow(work),
            expires_at=int(self._clock()) + LIFETIME,
            hmac_secret=self._key,
        )
        return {**challenge.to_dict(), "lifetime": LIFETIME}

    def read(self, solution: str) -> bytes:
        """Return the name of the challenge that `solution` solves, 16 bytes. Raises ForgedCheck or ExpiredCheck.

        solution: base64 of JSON with the challenge and its solution, as ALTCHA's own widget sends it.
        """
        payload = _parsed(solution)
        parameters = payload.challenge.parameters
        found = verify_solution(payload, self._key)
        if not (found.verified or found.expired):
            raise ForgedCheck("the solution is not one of a challenge that this service has given")
        # Ours is the later word: the library asks the clock of the machine only.
        if found.expired or (parameters.expires_at or 0) < self._clock():
            raise ExpiredCheck(f"the challenge is older than {LIFETIME} seconds")
        return check_id(self._key, b"challenge", bytes.fromhex(parameters.nonce))


def _parsed(solution: str) -> Payload:
    if len(solution) > LONGEST_SOLUTION:
        raise ForgedCheck(f"the solution is longer than {LONGEST_SOLUTION} characters")
    try:
        return Payload.from_base64(solution)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ForgedCheck("the solution is not base64 of JSON with a challenge and its solution") from None
