"""Makes batches as the service does: seals statements, sorts them by id, signs the manifest."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from signer.batches.batch_file import Record, write_batch
from signer.batches.manifest import InitiativeData, Manifest
from signer.ledger.checkpoint import Checkpoint
from signer.sealing.canonical import encode_plaintext
from signer.sealing.code import Code
from signer.sealing.context import Context
from signer.sealing.envelope import RecipientKey, seal
from tests.offline.ceremony import LOG_KEY, MANIFEST_KEY, NUMBER, ORIGIN
from tests.people import ADA

MAY_DAY = date(2027, 5, 1)
INITIATIVE = InitiativeData(
    registration_number=NUMBER,
    scheme="eu",
    title="A quiet sky & <clear> water ]]>",
    objectives="We ask for\na quiet sky.",
    collection_start="2027-02-01",
    collection_end="2028-01-31",
    register_url="https://register.example/2027/000042",
    website="",
    contact_persons="Ottoline Invented <ottoline@initiative.example>; Bartholomew Madeup",
)
ANNA = {
    "first_names": "Anna-Erfunden",
    "family_names": "Musterfrau",
    "document_type": "passport",
    "document_number": "X0000000",
}


@dataclass(frozen=True)
class Sealed:
    """One statement as it was sealed.

    code: of the citizen, numbered so that ids are the same in each run.
    """

    fields: Mapping[str, str]
    code: Code
    member_state: str = "DE"
    on: date = MAY_DAY
    confirmed: frozenset[str] = field(default_factory=frozenset)

    def record(self, recipient: RecipientKey, *, number: str = NUMBER, member_state: str = "") -> Record:
        """Seal it; number and member_state: where it is sealed for, if not where it belongs."""
        plaintext = encode_plaintext(self.fields, blind=self.code.blind, confirmed=self.confirmed)
        context = Context(number, member_state or self.member_state, self.code.statement_id, self.on)
        return Record(self.code.statement_id, self.on, seal(plaintext, recipient, context))


def code_of(number: int) -> Code:
    """A code that is the same in each run."""
    return Code(hashlib.sha256(b"test" + number.to_bytes(4, "big")).digest()[:16])


def sealed(number: int, fields: Mapping[str, str] = ADA, **changes: object) -> Sealed:
    """The statement with the code of this number."""
    return replace(Sealed(fields, code_of(number)), **changes)  # type: ignore[arg-type]


def manifest_of(records: Iterable[Record], recipient: RecipientKey, **changes: object) -> Manifest:
    """The manifest that fits `records`, with `changes`."""
    chosen = sorted(records, key=lambda record: record.statement_id)
    payload = b"".join(record.encode() for record in chosen)
    days = sorted(record.on.isoformat() for record in chosen)
    root = hashlib.sha256(b"an invented root").digest()
    manifest = Manifest(
        initiative=INITIATIVE,
        member_state="DE",
        number=1,
        final=True,
        count=len(chosen),
        until="2028-01-31",
        first_day=days[0],
        last_day=days[-1],
        key_fingerprint=recipient.fingerprint.hex(),
        payload_sha256=hashlib.sha256(payload).hexdigest(),
        payload_bytes=len(payload),
        checkpoint=Checkpoint(ORIGIN, len(chosen) + 5, root).sign(LOG_KEY),
    )
    return replace(manifest, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Maker:
    """Writes batches into a folder."""

    folder: Path
    recipient: RecipientKey

    def batch(self, *statements: Sealed, name: str = "", **changes: object) -> Path:
        """A batch of these statements; changes: entries of the manifest that are to be otherwise."""
        records = [statement.record(self.recipient) for statement in statements]
        return self.of_records(records, name=name, member_state=statements[0].member_state, **changes)

    def of_records(self, records: Iterable[Record], *, name: str = "", **changes: object) -> Path:
        """A batch of records as they are."""
        chosen = sorted(records, key=lambda record: record.statement_id)
        manifest = manifest_of(chosen, self.recipient, **changes)
        path = self.folder / (name or f"{manifest.member_state}-{manifest.number}.batch")
        write_batch(path, manifest, chosen, MANIFEST_KEY)
        return path
