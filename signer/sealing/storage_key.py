"""The storage key: destroying one small file destroys every copy of an initiative's statements.

What lies in the database is the envelope wrapped once more: nonce (12 bytes), AES-256-GCM (NIST SP 800-38D) cipher
text, tag (16); the statement's id is associated data. The key lives among the secrets, never in the database or a
backup. It protects nothing that the envelope does not; it makes destruction reach replicas, write-ahead logs and tapes.
Nonces are random: 2^32 statements for one key stay far below the bound of SP 800-38D section 8.3.
"""

import secrets
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from signer.errors import SignerError

KEY_BYTES = 32
NONCE_BYTES = 12


class WrongStorageKey(SignerError):
    """A stored row does not unwrap: another key, another row's bytes, or changed ones."""


@dataclass(frozen=True)
class StorageKey:
    """The key of one initiative.

    value: 32 bytes.
    """

    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.value) != KEY_BYTES:
            raise WrongStorageKey(f"a storage key has {KEY_BYTES} bytes, not {len(self.value)}")

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.value)

    def wrap(self, envelope: bytes, statement_id: bytes) -> bytes:
        """Return the bytes to store: 28 more than `envelope`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, envelope, statement_id)

    def unwrap(self, wrapped: bytes, statement_id: bytes) -> bytes:
        """Return the envelope. Raises WrongStorageKey."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], statement_id)
        except (InvalidTag, ValueError):
            raise WrongStorageKey(f"statement {statement_id.hex()} does not unwrap with the storage key") from None
