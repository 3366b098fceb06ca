"""Store: the one place where a sealed statement becomes durable.

A submitted statement is one spent human check and one arrival, in one SQL statement and one commit. The check comes
first, and stays in its table for as long as the page that carries it can be sent; a page carries one code with one
check. So the same page again, at any moment, finds its check spent, stores nothing, and is told what became of it the
first time. Two statements of one person look exactly like two of two persons.
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


class BehindFence(SignerError):
    """The statement's day, or the whole collection, ended while the request was under way; nothing was stored."""


@dataclass(frozen=True, slots=True)
class SealedStatement:
    """One row and its leaf.

    statement_id: 16 bytes. former_id: what a release before would have called it, 16 bytes; looked for, never stored.
    sealed: the envelope wrapped under the storage key. commitment: the leaf hash, 32 bytes.
    check_id: names the human check that lets the statement in, 16 bytes; it is kept apart from the row, and once only.
    """

    statement_id: bytes
    former_id: bytes
    check_id: bytes
    initiative_id: int
    member_state: str
    submitted_on: date
    key_id: bytes
    sealed: bytes
    commitment: bytes


class WriteOutcome(Enum):
    """What a write found: stored now or before (the same page again), erased before, fenced off, or the check spent.

    In the order in which they are to be believed: a page sent again has a spent check too.
    """

    STORED = 0
    ERASED = 1
    FENCED = 2
    CHECK_SPENT = 3


LOOK = f"""
SELECT outcome, day FROM (
    SELECT CASE WHEN sealed IS NULL THEN {WriteOutcome.ERASED.value} ELSE {WriteOutcome.STORED.value} END AS outcome,
        submitted_on AS day FROM arrival WHERE id IN (:statement_id, :former_id)
    UNION ALL
    SELECT {WriteOutcome.STORED.value}, submitted_on FROM settled WHERE id IN (:statement_id, :former_id)
    UNION ALL
    SELECT {WriteOutcome.STORED.value}, submitted_on FROM statement WHERE id IN (:statement_id, :former_id)
    UNION ALL
    SELECT {WriteOutcome.ERASED.value}, submitted_on FROM erasure WHERE statement_id IN (:statement_id, :former_id)
    UNION ALL
    SELECT {WriteOutcome.FENCED.value}, until FROM fence
    WHERE initiative_id = :initiative_id AND until >= :submitted_on
    UNION ALL
    SELECT {WriteOutcome.CHECK_SPENT.value}, spent_on FROM spent_check WHERE id = :check_id
) AS found ORDER BY outcome LIMIT 1
"""  # noqa: S608 - only numbers of ours go into the text
"""What became of a statement that was not stored now, asked in one statement with one snapshot: a row on its way from
one table to the next is in exactly one of them, whenever it is looked for. No row: the other transaction, which had
spent the check, was undone."""


class Store(Protocol):
    """Keeps sealed statements."""

    def write(self, sealed: SealedStatement) -> date:
        """Make `sealed` durable, and return the day under which it is stored: the first time's, if it was before.

        Raises AlreadyErased, BehindFence, CheckSpent or StoreUnavailable, and stores nothing then.
        """

    def close(self) -> None:
        """Finish what was taken and let go of the database."""


def raise_unless_stored(outcome: WriteOutcome) -> None:
    """Raise what a store's `write` promises for `outcome`."""
    if outcome is WriteOutcome.ERASED:
        raise AlreadyErased("the statement of this code was erased; expected a new code")
    if outcome is WriteOutcome.FENCED:
        raise BehindFence("the day of the statement is over, or the collection; expected a day before the fence")
    if outcome is WriteOutcome.CHECK_SPENT:
        raise CheckSpent("the human check has let another statement in; expected a new one")
