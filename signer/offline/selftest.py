"""The known answers that need an opening key, which the service does not have."""

import hashlib

from signer.errors import SignerError
from signer.sealing.opening import CannotOpen, OpeningKey, open_envelope
from signer.sealing.selftest import Answers, known_context, require_answers


def run_opening_answers() -> None:
    """Return if a stored envelope opens as it once did, and a changed one does not. Raises SelfTestFailed."""
    require_answers({"opening key": _opening_key, "opening": _opening})


def _opening_key(answers: Answers) -> bool:
    key = OpeningKey.from_seed(bytes.fromhex(answers["opening_seed"]))
    return key.recipient.fingerprint.hex() == answers["key_fingerprint"]


def _opening(answers: Answers) -> bool:
    key = OpeningKey.from_seed(bytes.fromhex(answers["opening_seed"]))
    envelope, context = bytes.fromhex(answers["envelope"]), known_context(answers)
    plaintext = open_envelope(envelope, key, context)
    if hashlib.sha256(plaintext).hexdigest() != answers["plaintext_sha256"]:
        return False
    try:
        open_envelope(envelope[:-1] + bytes([envelope[-1] ^ 1]), key, context)
    except CannotOpen:
        return True
    except SignerError:
        return False
    return False
