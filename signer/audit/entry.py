"""Entries of the audit log, and the chain of hashes that binds each to all before it.

    hash of entry n = SHA-256(0x00 ‖ hash of entry n-1 ‖ canonical JSON of entry n)

The hash before the first is 32 zero bytes. Nothing here reads a clock or a database.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from signer.errors import SignerError
from signer.sealing.canonical import canonical_json

HASH_BYTES = 32
START = bytes(HASH_BYTES)
ENTRY = b"\x00"

Detail = str | int
"""A number, name, digest, or reason of ours; nothing that a signatory typed or that tells who one is."""


class EntryKind(StrEnum):
    """What was done."""

    SCHEMA_CHANGED = "schema_changed"
    SERVICE_STARTED = "service_started"
    INITIATIVE_IMPORTED = "initiative_imported"
    TEXT_CHANGED = "text_changed"
    KEY_INSTALLED = "key_installed"
    COLLECTION_OPENED = "collection_opened"
    COLLECTION_PAUSED = "collection_paused"
    COLLECTION_CLOSED = "collection_closed"
    INITIATIVE_WITHDRAWN = "initiative_withdrawn"
    NOTICE_RECORDED = "notice_recorded"
    REPORT_RECORDED = "report_recorded"
    PAPER_ENTERED = "paper_entered"
    PARTNER_CHANGED = "partner_changed"
    SPONSOR_CHANGED = "sponsor_changed"
    TIMELINE_CHANGED = "timeline_changed"
    PLANNING_CHANGED = "planning_changed"
    STATEMENTS_INVENTED = "statements_invented"
    BATCH_FROZEN = "batch_frozen"
    BATCH_REMADE = "batch_remade"
    BATCH_EXPORTED = "batch_exported"
    BATCH_OPENED_AGAIN = "batch_opened_again"
    BATCH_HANDED_OVER = "batch_handed_over"
    BATCH_RECEIVED = "batch_received"
    BATCH_CERTIFIED = "batch_certified"
    RECONCILED = "reconciled"
    NOT_RECONCILED = "not_reconciled"
    BACKUP_TAKEN = "backup_taken"
    LOG_EXPORTED = "audit_log_exported"
    LOGGED_ON = "logged_on"
    LOGGED_OFF = "logged_off"
    LOG_ON_FAILED = "log_on_failed"
    ACCOUNT_INVITED = "account_invited"
    ACCOUNT_MADE = "account_made"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_DEACTIVATED = "account_deactivated"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"


class BrokenChain(SignerError):
    """An entry of the audit log was removed, changed or added; the message names the first."""


@dataclass(frozen=True)
class Entry:
    """One entry.

    number: from 1, without gaps. at: UTC, `2027-05-01T09:30:00Z`. actor: `account:<id>`, or `command:` and the user
    of the operating system. initiative: its registration number, empty if it is about none.
    """

    number: int
    at: str
    kind: str
    actor: str
    initiative: str
    details: Mapping[str, Detail]

    def hash_after(self, previous: bytes) -> bytes:
        """Return the entry's hash of 32 bytes; `previous` is that of the entry before it."""
        return hashlib.sha256(ENTRY + previous + canonical_json(self.to_json())).digest()

    def to_json(self) -> dict[str, object]:
        """Return the entry as JSON has it."""
        return {**vars(self), "details": dict(self.details)}


@dataclass(frozen=True)
class ChainedEntry:
    """An entry as it is kept, with the hash that it was given when it was written."""

    entry: Entry
    hash: bytes


def follow_chain(entries: Iterable[ChainedEntry], *, size: int, last: bytes, known: Mapping[int, bytes]) -> None:
    """Return if `entries` are all entries from 1 to `size`, each as it was written, the last with the hash `last`.

    known: number of an entry to the hash that it had, from heads that somebody has kept.
    Raises BrokenChain with the first entry that is missing, changed or added.
    """
    hash_, number = START, 0
    for number, kept in enumerate(entries, 1):
        hash_ = _next_hash(kept, hash_, number=number, size=size)
        if known.get(number, hash_) != hash_:
            raise BrokenChain(f"entry {number} of the audit log, or one before it, is not the one of the kept head")
    if number < size:
        raise BrokenChain(f"entries {number + 1} to {size} of the audit log are missing from its end")
    if hash_ != last:
        raise BrokenChain("the audit log was written anew: its last entry is not the one of its signed head")
    if any(counted > size for counted in known):
        raise BrokenChain(f"the audit log has {size} entries, but the kept head counts {max(known)}")


def _next_hash(kept: ChainedEntry, previous: bytes, *, number: int, size: int) -> bytes:
    if kept.entry.number != number:
        raise BrokenChain(f"entry {number} of the audit log is missing; entry {kept.entry.number} stands there")
    if number > size:
        raise BrokenChain(f"entry {number} of the audit log was added; its signed head counts {size}")
    hash_ = kept.entry.hash_after(previous)
    if hash_ != kept.hash:
        raise BrokenChain(f"entry {number} of the audit log was changed: its hash does not fit its content")
    return hash_
