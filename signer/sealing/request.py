"""The two files that cross between service and ceremony: the request for a collection key, and its public part."""

from dataclasses import dataclass
from typing import Self

from signer.entries import read_json, write_json
from signer.errors import SignerError
from signer.registration_number import number_in
from signer.sealing.envelope import MLKEM_BYTES, X25519_BYTES, MalformedKey, RecipientKey
from signer.sealing.signing import KEY_BYTES, VerifyingKey
from signer.sealing.trust import FINGERPRINT_BYTES, ORIGIN, SCHEME

REQUEST_FORMAT = "signer key request 1"
PUBLIC_KEY_FORMAT = "signer collection key 1"


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
        return write_json(REQUEST_FORMAT, entries)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Return the request. Raises MalformedKeyRequest; unknown and missing entries are refused alike."""
        entries = read_json(content, what="the key request", refusal=MalformedKeyRequest)
        entries.require_format(REQUEST_FORMAT)
        request = cls(
            registration_number=number_in(entries),
            scheme=entries.formed("scheme", SCHEME, "a name like eu"),
            manifest_key=VerifyingKey(entries.hex_bytes("manifest_key", KEY_BYTES)),
            log_origin=entries.formed("log_origin", ORIGIN, "a name like support.example.org/log"),
            log_key=VerifyingKey(entries.hex_bytes("log_key", KEY_BYTES)),
        )
        entries.finish()
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
        return write_json(PUBLIC_KEY_FORMAT, entries)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Return the key. Raises MalformedPublicKeyFile, also if the fingerprint in the file is another key's."""
        entries = read_json(content, what="the public key file", refusal=MalformedPublicKeyFile)
        entries.require_format(PUBLIC_KEY_FORMAT)
        number = number_in(entries)
        try:
            key = RecipientKey.from_bytes(entries.hex_bytes("public_key", MLKEM_BYTES + X25519_BYTES))
        except MalformedKey as error:
            raise MalformedPublicKeyFile(f"the public key file's public_key does not fit: {error}") from None
        if entries.hex_bytes("fingerprint", FINGERPRINT_BYTES) != key.fingerprint:
            raise MalformedPublicKeyFile("the public key file's fingerprint is not that of its public_key")
        entries.finish()
        return cls(number, key)
