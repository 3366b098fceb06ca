"""The Merkle tree of the log (RFC 9162 section 2.1), grown leaf by leaf in constant memory.

Leaves arrive as leaf hashes: `sealing/commitment.py` already put the leaf prefix in front.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from signer.errors import SignerError

HASH_BYTES = 32
LEAF_PREFIX, NODE_PREFIX = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()


class MalformedFrontier(SignerError):
    """The stored state of a tree does not fit its size."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two hashes of 32 bytes."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """All of a tree that its growth needs: the roots of the perfect subtrees it is made of, largest first.

    size: number of leaves. peaks: one hash of 32 bytes for each bit set in `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise MalformedFrontier(f"a tree of {self.size} leaves has not {len(self.peaks)} peaks")

    def extended(self, leaves: Iterable[bytes]) -> Self:
        """Return the tree after appending `leaves`, hashes of 32 bytes."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            node = leaf
            # Each bit that carries joins two subtrees of the same height.
            carry = size
            while carry & 1:
                node = node_hash(peaks.pop(), node)
                carry >>= 1
            peaks.append(node)
            size += 1
        return type(self)(size, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The root hash, 32 bytes."""
        if not self.peaks:
            return EMPTY_ROOT
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_hash(peak, node)
        return node

    def encode(self) -> bytes:
        """Return the peaks joined, for storage beside the size."""
        return b"".join(self.peaks)

    @classmethod
    def decode(cls, size: int, encoded: bytes) -> Self:
        """Return the tree that `encode` gave. Raises MalformedFrontier."""
        peaks = tuple(encoded[start : start + HASH_BYTES] for start in range(0, len(encoded), HASH_BYTES))
        if len(encoded) % HASH_BYTES:
            raise MalformedFrontier(f"peaks have {HASH_BYTES} bytes each; {len(encoded)} is not a multiple")
        return cls(size, peaks)
