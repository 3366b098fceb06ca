"""Passkeys of an authenticator in software, and what people do by them.

A P-256 key, attestation `none`, counting its signatures.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.test import TestResponse

from tests.web.console.paths import ACCOUNT, CHOICE, PASSKEY, PASSKEYS
from tests.web.console.people import Human, is_inside
from tests.web.pages import Page

ORIGIN, RP_ID = "http://localhost", "localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Passkey:
    """An authenticator in software, with one key.

    counter: how often it has signed. flags: what it claims of whoever sits there.
    """

    counter: int = 0
    flags: int = PRESENT
    rp_id: str = RP_ID
    origin: str = ORIGIN
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def create(self, challenge: str) -> dict[str, object]:
        """Answer `navigator.credentials.create`."""
        return self._answer(
            clientDataJSON=self._client_data("webauthn.create", challenge),
            attestationObject=self.statement(),
            transports=["internal", "usb"],
        )

    def statement(self) -> str:
        """What is said of the new key, by nobody but itself."""
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(self.flags | ATTESTED) + attested + cbor2.dumps(self._cose_key())
        return to_base64url(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}))

    def sign(self, challenge: str, *, kind: str = "webauthn.get") -> dict[str, object]:
        """Answer `navigator.credentials.get`."""
        self.counter += 1
        data, client_data = self._data(self.flags), self._client_data(kind, challenge)
        digest = hashlib.sha256(from_base64url(client_data)).digest()
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=to_base64url(data),
            signature=to_base64url(self.key.sign(data + digest, ec.ECDSA(hashes.SHA256()))),
            userHandle=None,
        )

    def _answer(self, **response: object) -> dict[str, object]:
        name = to_base64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> str:
        client_data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return to_base64url(json.dumps(client_data).encode())

    def _cose_key(self) -> dict[int, object]:
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


@dataclass
class Keyless(Passkey):
    """Claims a key that is no point of its curve; `kind` as COSE numbers kinds of keys."""

    kind: int = 2

    def _cose_key(self) -> dict[int, object]:
        return {1: self.kind, 3: -7, -1: 1, -2: bytes(32), -3: b"\x01" * 32}


def to_base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Ceremony:
    """A page that waits for the browser's passkey: where its form goes, what it holds, and what was asked for."""

    action: str
    token: str
    options: dict[str, object]

    @property
    def challenge(self) -> str:
        """What has to be signed."""
        return str(self.options["challenge"])

    def answer(self, human: Human, credential: object) -> TestResponse:
        """Send what the browser's passkey has said, as the page's script does."""
        text = credential if isinstance(credential, str) else json.dumps(credential)
        return human.client.post(
            self.action, data={"csrf_token": self.token, "credential": text}, follow_redirects=True
        )


def ceremony(page: TestResponse) -> Ceremony:
    """What a page of passkeys asks for."""
    (form,) = Page(page).tree.xpath("//form[@data-passkey]")
    (token,) = form.xpath(".//input[@name='csrf_token']/@value")
    return Ceremony(form.get("action"), token, json.loads(form.get("data-options")))


def begin_to_add(human: Human, name: str = "my telephone") -> Ceremony:
    return ceremony(human.send(PASSKEYS, PASSKEYS, name=name))


def add(human: Human, passkey: Passkey, name: str = "my telephone") -> TestResponse:
    begun = begin_to_add(human, name)
    return begun.answer(human, passkey.create(begun.challenge))


def begin_to_use(human: Human) -> Ceremony:
    """Give the password and choose the passkey."""
    human.log_off() if is_inside(human) else None
    chosen = human.fill(human.give_password(), CHOICE, which="webauthn")
    return ceremony(human.fill(chosen, PASSKEY))


def use(human: Human, passkey: Passkey) -> TestResponse:
    begun = begin_to_use(human)
    return begun.answer(human, passkey.sign(begun.challenge))


def names_of(human: Human) -> str:
    """What the account's page says of passkeys."""
    return Page(human.client.get(ACCOUNT)).words("//dt[text()='Passkeys']/..")
