"""The token of a check page: the random code of its statement, bound to what the page shows and to the human check.

`TimestampSigner` of itsdangerous with HMAC-SHA256 signs code (16 bytes) ‖ name of the human check (16 bytes) ‖ digest
(32 bytes), where digest = HMAC-SHA256(code, length-prefixed registration number, Member State, canonical JSON of values
and confirmations). The digest is keyed by the code, so that a token alone tells nothing of the values.

Sending one page twice gives the same code and so the same statement; other values need a new page, a new code.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from itsdangerous import BadData, BadSignature, SignatureExpired, TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode

from signer.errors import SignerError
from signer.human_check.check_id import CHECK_ID_BYTES
from signer.scheme.statement import Statement
from signer.sealing.canonical import canonical_json
from signer.sealing.code import CODE_BYTES, Code
from signer.sealing.context import join
from signer.sealing.keyed_digest import keyed_digest

LIFETIME = 2 * 3600
"""Seconds that a check page may lie open."""


class WrongToken(SignerError):
    """The token was not given by us for these values, or is older than two hours."""


class ExpiredToken(WrongToken):
    """The token was given by us for these values, and is older than two hours."""


@dataclass(frozen=True)
class Admission:
    """What a token carries: the code of one statement, and the name of the human check that lets it in (16 bytes)."""

    code: Code
    check_id: bytes


@dataclass(frozen=True)
class Shown:
    """What a check page shows: the values and confirmations of one statement for one initiative."""

    registration_number: str
    statement: Statement

    def digest(self, code: Code) -> bytes:
        """Return the 32 bytes that bind `code` to this page."""
        body = canonical_json([dict(self.statement.fields), sorted(self.statement.confirmed)])
        message = join(self.registration_number.encode(), self.statement.member_state.encode(), body)
        return keyed_digest(code.value, message)


class CheckTokens:
    """Issues the tokens of one instance and reads them back.

    key: 32 bytes, the secret `form-token-key`.
    clock: seconds since 1970.
    """

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._signer = _ClockedSigner(key, clock)

    def issue(self, admission: Admission, shown: Shown) -> str:
        """Return a token that carries `admission` and fits `shown` only."""
        content = admission.code.value + admission.check_id + shown.digest(admission.code)
        return self._signer.sign(base64_encode(content)).decode()

    def read(self, token: str, shown: Shown) -> Admission:
        """Return what `token` carries. Raises WrongToken or ExpiredToken."""
        if not _is_spelled_as_issued(token):
            raise WrongToken("the token is not one that this service has given")
        try:
            signed = self._signer.unsign(token, max_age=LIFETIME)
        except SignatureExpired as expired:
            self._admission_of(expired.payload or b"", shown)
            raise ExpiredToken(f"the token is older than {LIFETIME} seconds") from None
        except (BadSignature, UnicodeError):
            raise WrongToken("the token is not one that this service has given") from None
        return self._admission_of(signed, shown)

    def _admission_of(self, signed: bytes, shown: Shown) -> Admission:
        content = base64_decode(signed)
        digest_at = CODE_BYTES + CHECK_ID_BYTES
        code, check_id = Code(content[:CODE_BYTES]), content[CODE_BYTES:digest_at]
        if not hmac.compare_digest(content[digest_at:], shown.digest(code)):
            raise WrongToken("the token was given for other values")
        return Admission(code, check_id)


def _is_spelled_as_issued(token: str) -> bool:
    """Tell whether the signature is in our spelling: base 64 has others that stand for the same bytes."""
    signature = token.rpartition(".")[2]
    try:
        return base64_encode(base64_decode(signature)).decode() == signature
    except BadData:
        return False


class _ClockedSigner(TimestampSigner):
    def __init__(self, key: bytes, clock: Callable[[], float]) -> None:
        super().__init__(key, salt=b"signer check page", key_derivation="hmac", digest_method=hashlib.sha256)
        # Derived once, and not for each token.
        self.secret_keys, self.key_derivation = [self.derive_key()], "none"
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock())
