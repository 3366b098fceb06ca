"""The citizen's code: 128 random bits from which a statement's identifier, its blind and the proof of erasure derive.

    proof = HMAC-SHA256(code, "erase")      32 bytes (RFC 2104, FIPS 198-1)
    id    = SHA-256(proof)[:16]
    blind = HMAC-SHA256(code, "blind")      32 bytes

The service keeps the id and never the code, so only who holds the code can name the row (and erase it) or open its leaf
in the log. An erasure leaves the proof behind: whoever has the id can check it, and it opens nothing. Releases before
schema 0009 had `id = HMAC-SHA256(code, "id")[:16]`; their codes still name their rows.

As text: 28 characters of Crockford's base 32 in seven groups of four. The last 12 bits are a CRC: whatever goes wrong
within 12 neighbouring bits (one character, two neighbours swapped) is always found, before anything is asked of the
service. It protects nothing.
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from signer.errors import SignerError
from signer.sealing.context import ID_BYTES
from signer.sealing.keyed_digest import keyed_digest

CODE_BYTES = 16
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS, GROUP = 28, 4
BASE_32_BYTES = 20
"""The library's base 32 takes five bytes at a time."""
AS_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode("ascii"))
CHECK_BITS = 12
POLYNOMIAL = 0x180F  # x^12 + x^11 + x^3 + x^2 + x + 1
# Letters that Crockford's alphabet leaves out because they are read as digits.
MISREAD = str.maketrans("OIL", "011")
SEPARATORS = re.compile(r"[\s\-‐‑‒–—]+")


class MalformedCode(SignerError):
    """The text is not a code: wrong length, a character outside the alphabet, or the checksum does not fit."""


@dataclass(frozen=True)
class Code:
    """One code; it is never printed by accident.

    value: 16 bytes.
    """

    value: bytes

    def __post_init__(self) -> None:
        if len(self.value) != CODE_BYTES:
            raise MalformedCode(f"a code has {CODE_BYTES} bytes, not {len(self.value)}")

    def __repr__(self) -> str:
        return "Code(…)"

    @classmethod
    def new(cls) -> Self:
        """Return a fresh code from the operating system's generator."""
        return cls(secrets.token_bytes(CODE_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the code that a person typed: case, spaces and dashes do not matter, O is 0, I and L are 1.

        Raises MalformedCode.
        """
        # Of a long text only the start can be a code; the rest is not looked at.
        characters = SEPARATORS.sub("", text[:200]).upper().translate(MISREAD)
        if len(characters) != CHARACTERS:
            raise MalformedCode(f"a code has {CHARACTERS} characters, not {len(characters)}")
        number = 0
        for character in characters:
            place = ALPHABET.find(character)
            if place < 0:
                raise MalformedCode("a code has only digits and letters")
            number = number << 5 | place
        value = (number >> CHECK_BITS).to_bytes(CODE_BYTES, "big")
        if number & ((1 << CHECK_BITS) - 1) != _checksum(value):
            raise MalformedCode("the checksum of the code does not fit")
        return cls(value)

    @property
    def text(self) -> str:
        """The code as the citizen reads it: `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`."""
        number = int.from_bytes(self.value, "big") << CHECK_BITS | _checksum(self.value)
        whole = (number << 8 * BASE_32_BYTES - 5 * CHARACTERS).to_bytes(BASE_32_BYTES, "big")
        characters = base64.b32encode(whole)[:CHARACTERS].translate(AS_CROCKFORD).decode("ascii")
        return "-".join(characters[start : start + GROUP] for start in range(0, CHARACTERS, GROUP))

    @cached_property
    def erasure_proof(self) -> bytes:
        """What shows that the code's holder asked to erase, 32 bytes."""
        return self._derive(b"erase")

    @cached_property
    def statement_id(self) -> bytes:
        """The identifier of the statement, 16 bytes: the name of its row and in the authority's file."""
        return id_of_proof(self.erasure_proof)

    @cached_property
    def former_statement_id(self) -> bytes:
        """The identifier that a release before schema 0009 gave the statement of this code, 16 bytes."""
        return self._derive(b"id")[:ID_BYTES]

    @property
    def statement_ids(self) -> tuple[bytes, bytes]:
        """The identifiers under which the statement of this code can lie, the one of today first."""
        return self.statement_id, self.former_statement_id

    @cached_property
    def blind(self) -> bytes:
        """What hides the statement's leaf in the log, 32 bytes."""
        return self._derive(b"blind")

    def _derive(self, purpose: bytes) -> bytes:
        return keyed_digest(self.value, purpose)


def id_of_proof(proof: bytes) -> bytes:
    """Return the identifier, 16 bytes, of the statement that a proof of erasure is about."""
    return hashlib.sha256(proof).digest()[:ID_BYTES]


def _remainder(number: int) -> int:
    """Return the remainder of `number`, as a polynomial over GF(2), by POLYNOMIAL."""
    for place in reversed(range(CHECK_BITS, number.bit_length())):
        if number >> place & 1:
            number ^= POLYNOMIAL << place - CHECK_BITS
    return number


_REMAINDERS = tuple(_remainder(byte << CHECK_BITS) for byte in range(256))
_BEGIN = _remainder(1 << CHECK_BITS)


def _checksum(value: bytes) -> int:
    # The one bit in front keeps a row of zeros from being a code.
    remainder = _BEGIN
    for byte in value:
        remainder = (remainder << 8 & (1 << CHECK_BITS) - 1) ^ _REMAINDERS[remainder >> CHECK_BITS - 8 ^ byte]
    return remainder
