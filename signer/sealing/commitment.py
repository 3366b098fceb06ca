"""The leaf of a statement in the public log: it commits to the statement and tells nothing about it.

`SHA-256(0x00 ‖ version ‖ SHA-256(envelope) ‖ Member State ‖ date ‖ blind)`, every part of fixed length. The 0x00 is the
leaf prefix of RFC 9162 section 2.1.1, so the commitment is the leaf hash. Without the blind, which only the citizen and
the holders of the opening key know, nobody can test a guess, not even with the envelope in hand.
"""

import hashlib

from signer.errors import SignerError
from signer.sealing.canonical import BLIND_BYTES
from signer.sealing.context import Context

LEAF_PREFIX = b"\x00"
VERSION = b"\x01"
MEMBER_STATE_BYTES = 8


class MalformedBlind(SignerError):
    """A blind is not 32 bytes, or a Member State's code is longer than eight: lengths would not be fixed."""


def leaf_commitment(envelope: bytes, context: Context, blind: bytes) -> bytes:
    """Return the leaf hash, 32 bytes, of the statement that `envelope` holds. Raises MalformedBlind."""
    member_state = context.member_state.encode("ascii").ljust(MEMBER_STATE_BYTES, b"\0")
    if len(blind) != BLIND_BYTES or len(member_state) != MEMBER_STATE_BYTES:
        raise MalformedBlind(f"a leaf needs a blind of {BLIND_BYTES} bytes and a code of at most {MEMBER_STATE_BYTES}")
    day = context.on.isoformat().encode("ascii")
    return hashlib.sha256(
        LEAF_PREFIX + VERSION + hashlib.sha256(envelope).digest() + member_state + day + blind
    ).digest()
