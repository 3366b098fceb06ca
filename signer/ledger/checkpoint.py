"""Checkpoints of the log: C2SP `tlog-checkpoint` in a C2SP `signed-note`, signed with Ed25519.

    <origin>
    <number of leaves>
    <root hash in base64>

    — <origin> <base64 of key id (4 bytes) and signature (64)>

The key id is the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from signer.errors import SignerError
from signer.ledger.merkle import HASH_BYTES
from signer.sealing.signing import BadSignature, SigningKey, VerifyingKey

ED25519 = b"\x01"
KEY_ID_BYTES = 4
NO_PURPOSE = b""  # a note is signed as it stands; its origin line is what binds it
NOTE = re.compile(
    r"(?P<text>(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,17})\n(?P<root>[A-Za-z0-9+/=]{44})\n)"
    r"\n(?P<lines>(?:— [^\n]+\n)+)"
)
SIGNATURE = re.compile(r"— (?P<name>[^ \n]+) (?P<value>[A-Za-z0-9+/=]+)\n")


class MalformedCheckpoint(SignerError):
    """The note is not a checkpoint of the log, or the log's key did not sign it."""


@dataclass(frozen=True)
class Checkpoint:
    """The log at one moment: `size` leaves with this root hash of 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text, which is what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, key: SigningKey) -> str:
        """Return the signed note."""
        signature = key.sign(NO_PURPOSE, self.text.encode())
        line = base64.b64encode(_key_id(self.origin, key.verifying_key) + signature).decode()
        return f"{self.text}\n— {self.origin} {line}\n"


def read_checkpoint(note: str, *, origin: str, key: VerifyingKey) -> Checkpoint:
    """Return the checkpoint of the log `origin` if `key` signed it. Raises MalformedCheckpoint.

    Lines of other signers (witnesses) are passed over, as the signed-note specification asks.
    """
    match = NOTE.fullmatch(note)
    if not match or match["origin"] != origin:
        raise MalformedCheckpoint(f"the checkpoint is not a signed note of the log {origin}")
    root = _decode(match["root"])
    if len(root) == HASH_BYTES:
        for line in SIGNATURE.finditer(match["lines"]):
            if line["name"] == origin and _is_signed(match["text"], _decode(line["value"]), origin, key):
                return Checkpoint(origin, int(match["size"]), root)
    raise MalformedCheckpoint(f"the checkpoint is not signed by the key of the log {origin}")


def _decode(text: str) -> bytes:
    """Return the bytes of a text in base64; none if it is not the one way to write them."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
    return decoded if base64.b64encode(decoded).decode() == text else b""


def _is_signed(text: str, line: bytes, origin: str, key: VerifyingKey) -> bool:
    try:
        key.verify(NO_PURPOSE, text.encode(), line[KEY_ID_BYTES:])
    except BadSignature:
        return False
    return line[:KEY_ID_BYTES] == _key_id(origin, key)


def _key_id(name: str, key: VerifyingKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + key.encoded).digest()[:KEY_ID_BYTES]
