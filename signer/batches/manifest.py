"""The manifest of a batch: what it holds, for whom, under which key; signed by the instance."""

import re
from dataclasses import asdict, dataclass
from typing import Self

from signer.entries import JsonEntries, read_json
from signer.errors import SignerError
from signer.registration_number import number_in
from signer.sealing.canonical import canonical_json

FORMAT = "signer batch 1"
PURPOSE = b"signer batch manifest 1\n"
MARKINGS = ("limited distribution to the Member State concerned", "personal data")
"""Every batch carries them (Regulation (EU) No 1179/2011, Annex, 3.3)."""

MEMBER_STATE = re.compile(r"[A-Z]{2,8}")
DIGEST_BYTES = 32


class MalformedManifest(SignerError):
    """The manifest is not one of this version; the message names the entry."""


@dataclass(frozen=True)
class InitiativeData:
    """What the authority's file says of the initiative, in the original language."""

    registration_number: str
    scheme: str
    title: str
    objectives: str
    collection_start: str
    collection_end: str
    register_url: str
    website: str
    contact_persons: str


@dataclass(frozen=True)
class Manifest:
    """One batch.

    number: 1, 2, … within the initiative and Member State.
    final: made after collection closed, with every statement of the Member State; only such a one is opened for real.
    count: statements. until: the last day taken in (cut-off). first_day, last_day: of the statements.
    key_fingerprint: SHA-256 of the public key they are sealed to, 64 hexadecimal digits; its first 32 are the key id.
    payload_sha256: of `statements.bin`; payload_bytes: its length.
    checkpoint: the log's signed note when the batch was frozen.
    """

    initiative: InitiativeData
    member_state: str
    number: int
    final: bool
    count: int
    until: str
    first_day: str
    last_day: str
    key_fingerprint: str
    payload_sha256: str
    payload_bytes: int
    checkpoint: str
    markings: tuple[str, ...] = MARKINGS

    def encode(self) -> bytes:
        """Return the file's bytes: canonical JSON and a line end."""
        return canonical_json({"format": FORMAT, **asdict(self)}) + b"\n"

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """Return the manifest. Raises MalformedManifest unless `encode` would give the same bytes."""
        entries = read_json(content, what="manifest.json", refusal=MalformedManifest)
        entries.require_format(FORMAT)
        manifest = cls(
            initiative=_initiative(entries.table("initiative")),
            member_state=entries.formed("member_state", MEMBER_STATE, "the code of a Member State"),
            number=entries.number("number"),
            final=entries.flag("final"),
            count=entries.number("count"),
            until=entries.day("until").isoformat(),
            first_day=entries.day("first_day").isoformat(),
            last_day=entries.day("last_day").isoformat(),
            key_fingerprint=entries.hex_bytes("key_fingerprint", DIGEST_BYTES).hex(),
            payload_sha256=entries.hex_bytes("payload_sha256", DIGEST_BYTES).hex(),
            payload_bytes=entries.number("payload_bytes"),
            checkpoint=entries.text("checkpoint"),
            markings=entries.strings("markings"),
        )
        entries.finish()
        if manifest.markings != MARKINGS:
            raise entries.refuse("markings are not those of the law")
        if not manifest.first_day <= manifest.last_day <= manifest.until:
            raise entries.refuse("first_day, last_day and until are out of order")
        if not manifest.is_written_as(content):
            raise entries.refuse("it is not in canonical form")
        return manifest

    def is_written_as(self, content: bytes) -> bool:
        """Return whether these are the file's bytes; halves of a surrogate pair have none."""
        try:
            return self.encode() == content
        except UnicodeEncodeError:
            return False


def _initiative(entries: JsonEntries) -> InitiativeData:
    data = InitiativeData(
        registration_number=number_in(entries),
        scheme=entries.text("scheme"),
        title=entries.text("title"),
        objectives=entries.text("objectives"),
        collection_start=entries.day("collection_start").isoformat(),
        collection_end=entries.day("collection_end").isoformat(),
        register_url=entries.text("register_url"),
        website=entries.text("website"),
        contact_persons=entries.text("contact_persons"),
    )
    entries.finish()
    return data
