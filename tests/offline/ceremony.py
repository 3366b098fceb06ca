"""The keys that the tests of the offline room share: made once, since shares take a while."""

from datetime import date

from signer.sealing.opening import OpeningKey
from signer.sealing.shares import split
from signer.sealing.signing import SigningKey
from signer.sealing.trust import Trust

NUMBER = "2027/000042"
ORIGIN = "signer.example/log"
KEY = OpeningKey.from_seed(bytes(range(32)))
SHARES = split(KEY, threshold=2, count=3)
MANIFEST_KEY = SigningKey.from_seed(bytes([1]) * 32)
LOG_KEY = SigningKey.from_seed(bytes([2]) * 32)


def trust_of(*, rehearsal: bool, scheme: str = "eu", number: str = NUMBER, fingerprint: bytes = b"") -> Trust:
    """The trust file of the tests' ceremony."""
    return Trust(
        registration_number=number,
        scheme=scheme,
        key_fingerprint=fingerprint or KEY.recipient.fingerprint,
        manifest_key=MANIFEST_KEY.verifying_key,
        log_origin=ORIGIN,
        log_key=LOG_KEY.verifying_key,
        rehearsal=rehearsal,
        made_on=date(2027, 1, 15),
    )
