"""Sealing: what the service can do and cannot undo.

HPKE base mode, single shot (RFC 9180): KEM MLKEM768-X25519 (X-Wing, id 0x647a, draft-connolly-cfrg-xwing-kem), KDF
HKDF-SHA256, AEAD AES-256-GCM. It stays closed as long as either ML-KEM-768 (FIPS 203) or X25519 holds.

Envelope: version (1 byte), key id (16), HPKE output (encapsulated key 1,120, cipher text, tag 16).
Public key: ML-KEM-768 encapsulation key (1,184 bytes), X25519 public key (32).
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite

from signer.errors import SignerError
from signer.sealing.canonical import SIZES
from signer.sealing.context import Context

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
VERSION = b"\x01"
MLKEM_BYTES, X25519_BYTES = 1184, 32
KEY_ID_BYTES = 16
HEADER_BYTES = len(VERSION) + KEY_ID_BYTES
SEALED_OVERHEAD = 1136
ENVELOPE_SIZES = tuple(HEADER_BYTES + size + SEALED_OVERHEAD for size in SIZES)


class MalformedKey(SignerError):
    """The bytes are not a collection key."""


class MalformedEnvelope(SignerError):
    """The bytes are not an envelope of this version."""


@dataclass(frozen=True)
class RecipientKey:
    """The public collection key, to which statements of support are sealed.

    encoded: 1,216 bytes.
    """

    encoded: bytes

    def __post_init__(self) -> None:
        self.public_key  # noqa: B018 - a key that cannot be used must not exist

    @classmethod
    def from_bytes(cls, encoded: bytes) -> Self:
        """Return the key. Raises MalformedKey."""
        return cls(encoded)

    def to_bytes(self) -> bytes:
        """Return the 1,216 bytes of the key."""
        return self.encoded

    @cached_property
    def public_key(self) -> MLKEM768X25519PublicKey:
        """The key as the library has it."""
        if len(self.encoded) != MLKEM_BYTES + X25519_BYTES:
            raise MalformedKey(f"a collection key has {MLKEM_BYTES + X25519_BYTES} bytes, not {len(self.encoded)}")
        try:
            return MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.encoded[:MLKEM_BYTES]),
                X25519PublicKey.from_public_bytes(self.encoded[MLKEM_BYTES:]),
            )
        except ValueError:
            raise MalformedKey("the bytes are not an ML-KEM-768 and X25519 public key") from None

    @cached_property
    def fingerprint(self) -> bytes:
        """SHA-256 of the encoded key, 32 bytes: what people compare, always in full."""
        return hashlib.sha256(self.encoded).digest()

    @property
    def key_id(self) -> bytes:
        """The first 16 bytes of the fingerprint: they name a key in an envelope and prove nothing."""
        return self.fingerprint[:KEY_ID_BYTES]


def seal(plaintext: bytes, recipient: RecipientKey, context: Context) -> bytes:
    """Seal `plaintext` so that only the holders of the opening key open it.

    plaintext: 768 or 6,144 bytes, from `encode_plaintext`.
    Returns the envelope: 17 bytes of header and 1,136 more than the plaintext.
    """
    # Bound as info: an envelope moved to another initiative, Member State, day or id must not open.
    info = context.encode(recipient.fingerprint)
    return VERSION + recipient.key_id + SUITE.encrypt(plaintext, recipient.public_key, info=info)


def key_id_of(envelope: bytes) -> bytes:
    """Return the id of the key that `envelope` is sealed to. Raises MalformedEnvelope."""
    if len(envelope) not in ENVELOPE_SIZES or envelope[:1] != VERSION:
        raise MalformedEnvelope(f"an envelope of version 1 has {ENVELOPE_SIZES[0]} or {ENVELOPE_SIZES[1]} bytes")
    return envelope[1:HEADER_BYTES]
