"""Opening: only the offline tool imports this room.

The opening key is 32 random bytes. As in X-Wing (draft-connolly-cfrg-xwing-kem section 5.2), SHAKE-256 (FIPS 202)
stretches them to 96: 64 for ML-KEM-768 (d ‖ z of FIPS 203), 32 for X25519. The 32 bytes are what the holders share.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey  # noqa: TID251 - the one room for it
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: TID251 - the one room for it
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey  # noqa: TID251 - the one room for it

from signer.errors import SignerError
from signer.sealing.context import Context
from signer.sealing.envelope import HEADER_BYTES, SUITE, RecipientKey, key_id_of

SEED_BYTES = 32
MLKEM_SEED_BYTES = 64


class WrongOpeningKey(SignerError):
    """The key is not the one that the statements are sealed to."""


class CannotOpen(SignerError):
    """An envelope does not open: it was changed, or moved from where it was sealed for."""


@dataclass(frozen=True)
class OpeningKey:
    """The private collection key; it exists in memory only, from the shares being joined until the tool ends.

    seed: 32 bytes.
    """

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise WrongOpeningKey(f"an opening key has {SEED_BYTES} bytes, not {len(self.seed)}")

    @classmethod
    def generate(cls) -> Self:
        """Return a fresh key from the operating system's generator."""
        return cls(secrets.token_bytes(SEED_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Return the key of 32 bytes. Raises WrongOpeningKey for another length."""
        return cls(seed)

    @cached_property
    def _parts(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        stretched = hashlib.shake_256(self.seed).digest(MLKEM_SEED_BYTES + SEED_BYTES)
        return (
            MLKEM768PrivateKey.from_seed_bytes(stretched[:MLKEM_SEED_BYTES]),
            X25519PrivateKey.from_private_bytes(stretched[MLKEM_SEED_BYTES:]),
        )

    @cached_property
    def private_key(self) -> MLKEM768X25519PrivateKey:
        """The key as the library has it."""
        return MLKEM768X25519PrivateKey(*self._parts)

    @cached_property
    def recipient(self) -> RecipientKey:
        """The public key that belongs to it."""
        mlkem, x25519 = self._parts
        return RecipientKey(mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw())


def open_envelope(envelope: bytes, opening_key: OpeningKey, context: Context) -> bytes:
    """Return the padded clear text. Raises MalformedEnvelope, WrongOpeningKey or CannotOpen.

    context: where the statement claims to belong; if it was sealed for another place, it does not open.
    """
    if key_id_of(envelope) != opening_key.recipient.key_id:
        raise WrongOpeningKey(f"statement {context.statement_id.hex()} is sealed to key {key_id_of(envelope).hex()}")
    info = context.encode(opening_key.recipient.fingerprint)
    try:
        return SUITE.decrypt(envelope[HEADER_BYTES:], opening_key.private_key, info=info)
    except InvalidTag:
        raise CannotOpen(f"statement {context.statement_id.hex()} does not open where it stands") from None
