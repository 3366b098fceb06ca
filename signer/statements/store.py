"""What a store is: the one place where a sealed statement becomes durable.

A submitted statement is one row, one leaf and one more in the count, in one commit. Two of one person look exactly like
two of two persons; only the same code again, which one citizen's double click sends, stores nothing.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from signer.errors import SignerError


class AlreadyErased(SignerError):
    """The statement of this code was erased; sending its page again does not bring it back."""


class CheckSpent(SignerError):
    """The human check that came with the statement has let another statement in; nothing was stored."""


class CollectionFinalised(SignerError):
    """The Member State's final batch was frozen while the request was under way; nothing was stored."""


@dataclass(frozen=True, slots=True)
class SealedStatement:
    """One row and its leaf.

    statement_id: 16 bytes. sealed: the envelope wrapped under the storage key. commitment: the leaf hash, 32 bytes.
    check_id: names the human check that lets the statement in, 16 bytes; it is kept apart from the row, and once only.
    """

    statement_id: bytes
    check_id: bytes
    initiative_id: int
    member_state: str
    submitted_on: date
    key_id: bytes
    sealed: bytes
    commitment: bytes


class WriteOutcome(Enum):
    """What a write found: stored now or before (the same code again), erased before, finalised, or the check spent."""

    STORED = 0
    ERASED = 1
    FINALISED = 2
    CHECK_SPENT = 3


class Store(Protocol):
    """Keeps sealed statements."""

    def write(self, sealed: SealedStatement) -> None:
        """Make `sealed` durable.

        Raises AlreadyErased, CollectionFinalised, CheckSpent or StoreUnavailable, and stores nothing then.
        """

    def close(self) -> None:
        """Finish what was taken and let go of the database."""


def raise_unless_stored(outcome: WriteOutcome) -> None:
    """Raise what a store's `write` promises for `outcome`."""
    if outcome is WriteOutcome.ERASED:
        raise AlreadyErased("the statement of this code was erased; expected a new code")
    if outcome is WriteOutcome.FINALISED:
        raise CollectionFinalised("the final batch of this Member State is frozen; expected a collection under way")
    if outcome is WriteOutcome.CHECK_SPENT:
        raise CheckSpent("the human check has let another statement in; expected a new one")
