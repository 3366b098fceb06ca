"""The two files that cross between service and ceremony: the request for a collection key, and its public part."""

from dataclasses import dataclass
from typing import Self

from signer.errors import SignerError
from signer.sealing.entries import NAME, ORIGIN, REGISTRATION_NUMBER, Entries, write_entries
from signer.sealing.envelope import MLKEM_BYTES, X25519_BYTES, MalformedKey, RecipientKey
from signer.sealing.signing import KEY_BYTES, VerifyingKey

REQUEST_FORMAT = "signer key request 1"
PUBLIC_KEY_FORMAT = "signer collection key 1"
FINGERPRINT_BYTES = 32


class MalformedKeyRequest(SignerError):
    """The file is not a request for a collection key; the message names what does not fit."""


class MalformedPublicKeyFile(SignerError):
    """The file does not hold a public collection key; the message names what does not fit."""


@dataclass(frozen=True)
class KeyRequest:
    """What the service asks a ceremony for, and which keys the holders shall trust from then on.

    Entries as of `Trust`; the holders compare them with what the service's operator reads out.
    """

    registration_number: str
    scheme: str
    manifest_key: VerifyingKey
    log_origin: str
    log_key: VerifyingKey

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        entries: dict[str, object] = {
            "registration_number": self.registration_number,
            "scheme": self.scheme,
            "manifest_key": self.manifest_key.encoded.hex(),
            "log_origin": self.log_origin,
            "log_key": self.log_key.encoded.hex(),
        }
        return write_entries(REQUEST_FORMAT, entries)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Return the request. Raises MalformedKeyRequest; unknown and missing entries are refused alike."""
        entries = Entries(content, what="key request", form=REQUEST_FORMAT, refusal=MalformedKeyRequest)
        request = cls(
            registration_number=entries.text("registration_number", REGISTRATION_NUMBER),
            scheme=entries.text("scheme", NAME),
            manifest_key=VerifyingKey(entries.bytes_of("manifest_key", KEY_BYTES)),
            log_origin=entries.text("log_origin", ORIGIN),
            log_key=VerifyingKey(entries.bytes_of("log_key", KEY_BYTES)),
        )
        entries.require_all_read()
        return request


@dataclass(frozen=True)
class PublicKeyFile:
    """The public collection key of one initiative, as the ceremony hands it to the service."""

    registration_number: str
    key: RecipientKey

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        entries: dict[str, object] = {
            "registration_number": self.registration_number,
            "public_key": self.key.to_bytes().hex(),
            "fingerprint": self.key.fingerprint.hex(),
        }
        return write_entries(PUBLIC_KEY_FORMAT, entries)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Return the key. Raises MalformedPublicKeyFile, also if the fingerprint in the file is another key's."""
        entries = Entries(content, what="public key file", form=PUBLIC_KEY_FORMAT, refusal=MalformedPublicKeyFile)
        number = entries.text("registration_number", REGISTRATION_NUMBER)
        try:
            key = RecipientKey.from_bytes(entries.bytes_of("public_key", MLKEM_BYTES + X25519_BYTES))
        except MalformedKey as error:
            raise MalformedPublicKeyFile(f"the public key file's public_key does not fit: {error}") from None
        if entries.bytes_of("fingerprint", FINGERPRINT_BYTES) != key.fingerprint:
            raise MalformedPublicKeyFile("the public key file's fingerprint is not that of its public_key")
        entries.require_all_read()
        return cls(number, key)
