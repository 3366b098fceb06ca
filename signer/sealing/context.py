"""What one statement of support is bound to, and the one unambiguous way to join byte strings."""

from dataclasses import dataclass
from datetime import date

PURPOSE = b"signer statement of support"
VERSION = 1
ID_BYTES = 16


def join(*parts: bytes) -> bytes:
    """Return `parts` joined, each behind its length in four bytes, so that no two lists give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a statement belongs.

    registration_number: such as 2021/000001.
    member_state: the code of the Member State of nationality, such as DE.
    statement_id: 16 bytes.
    on: the day of submission in Brussels.
    """

    registration_number: str
    member_state: str
    statement_id: bytes
    on: date

    def encode(self, fingerprint: bytes) -> bytes:
        """Return the `info` of the sealing (RFC 9180 section 5.1).

        fingerprint: the full SHA-256 of the public key.
        Whoever moves a row to another day, Member State, initiative, id or key makes it impossible to open.
        """
        return join(
            PURPOSE,
            bytes([VERSION]),
            self.registration_number.encode(),
            self.member_state.encode(),
            self.statement_id,
            self.on.isoformat().encode(),
            fingerprint,
        )
