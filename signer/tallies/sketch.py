"""How many persons have signed, from a row of bits that hardly tells whether any one of them has.

After C. Dwork, M. Naor, T. Pitassi, G. Rothblum and S. Yekhanin, "Pan-private streaming algorithms" (ICS 2010), the
estimate of density: each person falls into one bucket by a keyed hash, and a bucket is one bit. At the start every bit
is drawn at random: 1 with a chance of 11 in 32. Whenever a person signs, the bit of the bucket is drawn anew, with a
chance of 21 in 32, whatever it was. So a bucket into which persons have fallen, once or a hundred times, is 1 with a
chance of 21/32, an empty one with 11/32, and the share of ones tells how many buckets are not empty.

Whoever has the bits, the key and everything about a person looks at one bit. Seeing 1 makes it 21/11 times as likely
that the person has signed, seeing 0 makes it 11/21 times as likely: less than 2 either way, however often the person
signed. `docs/estimate.md` has the proof, the errors, and what two copies of different days would tell.
"""

import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from signer.sealing.context import join
from signer.sealing.keyed_digest import keyed_digest

OF, EMPTY, TAKEN = 32, 11, 21
"""Chances in 32 that the bit of an empty bucket, and of one that is not empty, is 1."""
BUCKETS_FOR_EACH_OF_THRESHOLD = 4
FEWEST_BUCKETS = 1 << 12


@dataclass(frozen=True)
class Estimate:
    """persons: estimated; by chance below zero where there are few, so that a sum of many is not too high.

    error: one standard error of it; infinite where the bits tell nothing any more.
    """

    persons: float
    error: float


@dataclass(frozen=True)
class Sketch:
    """The bits of one initiative and Member State, eight in a byte, the lowest first."""

    bits: bytes

    @classmethod
    def new(cls, buckets: int) -> Self:
        """Return a sketch into which nobody has fallen. buckets: a multiple of eight."""
        # The binary digits of 11/32, the last first: `or` with a random bit halves the chance of 0, `and` that of 1.
        number = 0
        for place in range(OF.bit_length() - 1):
            flips = secrets.randbits(buckets)
            number = number | flips if EMPTY >> place & 1 else number & flips
        return cls(number.to_bytes(buckets // 8, "little"))

    @property
    def buckets(self) -> int:
        """How many there are."""
        return 8 * len(self.bits)

    def with_persons(self, places: Iterable[int]) -> "Sketch":
        """Return the sketch with the bit of each of `places` drawn anew. places: 0 or more, less than `buckets`."""
        bits = bytearray(self.bits)
        for place in places:
            byte, mask = place >> 3, 1 << (place & 7)
            if secrets.randbelow(OF) < TAKEN:
                bits[byte] |= mask
            else:
                bits[byte] &= ~mask
        return Sketch(bytes(bits))

    def estimate(self) -> Estimate:
        """Return how many persons have fallen into it."""
        buckets, chance = self.buckets, (TAKEN - EMPTY) / OF
        ones = int.from_bytes(self.bits, "little").bit_count() / buckets
        empty = 1 - (ones - EMPTY / OF) / chance
        if empty <= 1 / buckets:
            return Estimate(buckets * math.log(buckets), math.inf)
        deviation = math.sqrt(ones * (1 - ones) / buckets) / chance
        return Estimate(-buckets * math.log(empty), buckets * deviation / empty)


def buckets_for(threshold: int) -> int:
    """Return how many buckets a Member State of this threshold gets: four for each statement needed, at least 4,096."""
    return -(-max(FEWEST_BUCKETS, BUCKETS_FOR_EACH_OF_THRESHOLD * threshold) // 8) * 8


def bucket_of(key: bytes, registration_number: str, identity: Iterable[str], buckets: int) -> int:
    """Return the bucket of a person: HMAC-SHA256 of what tells persons apart, modulo `buckets`.

    key: 32 bytes. identity: as `scheme.identity` gives it; it begins with the Member State.
    """
    message = join(registration_number.encode(), *(part.encode() for part in identity))
    return int.from_bytes(keyed_digest(key, message)[:16], "big") % buckets
