"""The manifest of a batch: what it holds, for whom, under which key; signed by the instance."""

import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import TypeVar

from signer.errors import SignerError
from signer.sealing.canonical import canonical_json

FORMAT = "signer batch 1"
PURPOSE = b"signer batch manifest 1\n"
MARKINGS = ("limited distribution to the Member State concerned", "personal data")
"""Every batch carries them (Regulation (EU) No 1179/2011, Annex, 3.3)."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HEX = re.compile(r"[0-9a-f]+")

Shape = TypeVar("Shape", "InitiativeData", "Manifest")


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
    def decode(cls, content: bytes) -> "Manifest":
        """Return the manifest. Raises MalformedManifest unless `encode` would give the same bytes."""
        try:
            value = json.loads(content)
            is_canonical = canonical_json(value) + b"\n" == content
        except (ValueError, RecursionError):
            raise MalformedManifest("manifest.json is not JSON") from None
        if not is_canonical:
            raise MalformedManifest("manifest.json is not in canonical form")
        if not isinstance(value, dict) or value.pop("format", None) != FORMAT:
            raise MalformedManifest(f"manifest.json does not say {FORMAT!r}")
        initiative = _build(InitiativeData, value.get("initiative"))
        markings = value.get("markings")
        if not isinstance(markings, list):
            raise MalformedManifest("manifest.json: markings is not a list")
        manifest = _build(Manifest, {**value, "initiative": initiative, "markings": tuple(markings)})
        manifest.require_sound()
        return manifest

    def require_sound(self) -> None:
        """Return if every entry can be what it says. Raises MalformedManifest, naming the entry."""
        sound = {
            "member_state": re.fullmatch(r"[A-Z]{2,8}", self.member_state) is not None,
            "number": self.number > 0,
            "count": self.count > 0,
            "payload_bytes": self.payload_bytes > 0,
            "payload_sha256": _is_hex(self.payload_sha256, 64),
            "key_fingerprint": _is_hex(self.key_fingerprint, 64),
            "markings": self.markings == MARKINGS,
            "until": _is_day(self.until),
            "first_day": _is_day(self.first_day),
            "last_day": _is_day(self.last_day),
            "collection_start": _is_day(self.initiative.collection_start),
            "collection_end": _is_day(self.initiative.collection_end),
        }
        for name, is_sound in sound.items():
            if not is_sound:
                raise MalformedManifest(f"manifest.json: {name} is not what it must be")
        if not self.first_day <= self.last_day <= self.until:
            raise MalformedManifest("manifest.json: first_day, last_day and until are out of order")


def _build(shape: type[Shape], value: object) -> Shape:
    wanted = {entry.name: entry.type for entry in fields(shape)}
    if not isinstance(value, dict) or value.keys() != wanted.keys():
        raise MalformedManifest(f"manifest.json must have exactly the entries {', '.join(wanted)}")
    for name, kind in wanted.items():
        # `type`, not isinstance: true is no number here.
        if kind in {str, int, bool} and type(value[name]) is not kind:
            raise MalformedManifest(f"manifest.json: {name} is not of the right kind")
    return shape(**value)


def _is_hex(text: str, digits: int) -> bool:
    return len(text) == digits and HEX.fullmatch(text) is not None


def _is_day(text: str) -> bool:
    try:
        return DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
