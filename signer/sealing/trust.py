"""The trust file: what the holders carry from the ceremony, so that no batch vouches for itself."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from signer.entries import read_json, write_json
from signer.errors import SignerError
from signer.registration_number import number_in
from signer.sealing.signing import KEY_BYTES, VerifyingKey

FORMAT = "signer trust file 1"
FINGERPRINT_BYTES = 32
SCHEME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
ORIGIN = re.compile(r"[!-*,-~]{1,200}")


class MalformedTrust(SignerError):
    """The file is not a trust file; the message names what does not fit."""


@dataclass(frozen=True)
class Trust:
    """What was read aloud and agreed at the ceremony.

    registration_number: such as 2021/000001. scheme: such as eu.
    key_fingerprint: the full SHA-256, 32 bytes, of the public collection key.
    manifest_key: the instance signs manifests of batches with it. log_key: it signs checkpoints of its log.
    log_origin: the name of the log, the first line of its checkpoints.
    rehearsal: made for a rehearsal or demonstration: share files and batches that are not final are accepted.
    made_on: the day of the ceremony.
    """

    registration_number: str
    scheme: str
    key_fingerprint: bytes
    manifest_key: VerifyingKey
    log_origin: str
    log_key: VerifyingKey
    rehearsal: bool
    made_on: date

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        entries: dict[str, object] = {
            "registration_number": self.registration_number,
            "scheme": self.scheme,
            "key_fingerprint": self.key_fingerprint.hex(),
            "manifest_key": self.manifest_key.encoded.hex(),
            "log_origin": self.log_origin,
            "log_key": self.log_key.encoded.hex(),
            "rehearsal": self.rehearsal,
            "made_on": self.made_on.isoformat(),
        }
        return write_json(FORMAT, entries)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Return the trust file's content. Raises MalformedTrust; unknown and missing entries are refused alike."""
        entries = read_json(content, what="the trust file", refusal=MalformedTrust)
        entries.require_format(FORMAT)
        trust = cls(
            registration_number=number_in(entries),
            scheme=entries.formed("scheme", SCHEME, "a name like eu"),
            key_fingerprint=entries.hex_bytes("key_fingerprint", FINGERPRINT_BYTES),
            manifest_key=VerifyingKey(entries.hex_bytes("manifest_key", KEY_BYTES)),
            log_origin=entries.formed("log_origin", ORIGIN, "a name like support.example.org/log"),
            log_key=VerifyingKey(entries.hex_bytes("log_key", KEY_BYTES)),
            rehearsal=entries.flag("rehearsal"),
            made_on=entries.day("made_on"),
        )
        entries.finish()
        return trust
