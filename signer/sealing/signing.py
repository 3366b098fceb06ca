"""Ed25519 signatures (RFC 8032) of the instance, each bound to one purpose.

The manifest key and the log key are different keys; the purpose in front of each message keeps a signature made for
one from serving as the other even if an operator copied a key.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signer.errors import SignerError

KEY_BYTES = 32


class BadSignature(SignerError):
    """A signature does not fit the message, the key or the purpose."""


class MalformedVerifyingKey(SignerError):
    """The bytes are not an Ed25519 public key."""


@dataclass(frozen=True)
class VerifyingKey:
    """A public Ed25519 key.

    encoded: 32 bytes.
    """

    encoded: bytes

    def __post_init__(self) -> None:
        if len(self.encoded) != KEY_BYTES:
            raise MalformedVerifyingKey(f"an Ed25519 public key has {KEY_BYTES} bytes, not {len(self.encoded)}")

    @property
    def pem(self) -> bytes:
        """The key as other programs take it: SubjectPublicKeyInfo (RFC 8410), PEM."""
        key = Ed25519PublicKey.from_public_bytes(self.encoded)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def verify(self, purpose: bytes, message: bytes, signature: bytes) -> None:
        """Return if `signature` was made over `message` for `purpose`. Raises BadSignature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.encoded).verify(signature, purpose + message)
        except (InvalidSignature, ValueError):
            raise BadSignature(f"the signature does not fit key {self.encoded.hex()}") from None


@dataclass(frozen=True)
class SigningKey:
    """A private Ed25519 key of this instance, from its secrets.

    seed: 32 bytes.
    """

    seed: bytes = field(repr=False)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Return the key of 32 bytes."""
        return cls(seed)

    @cached_property
    def verifying_key(self) -> VerifyingKey:
        """The public key that belongs to it."""
        return VerifyingKey(self._private.public_key().public_bytes_raw())

    def sign(self, purpose: bytes, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._private.sign(purpose + message)
