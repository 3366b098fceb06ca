"""Mail server for tests: it keeps what it is told, and refuses, encrypts and asks for a password as a test says."""

import gc
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signer.rehearsal.ports import free_port


@dataclass
class Server:
    """A mail server that keeps what it is told, and refuses what the test says.

    answers: command to what it answers instead of taking it.
    """

    answers: dict[str, str] = field(default_factory=dict)
    greeted_as: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logged_on: list[tuple[bytes, bytes]] = field(default_factory=list)
    port: int = 0

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, _server: object, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Keep by what name the client calls itself."""
        session.host_name = hostname
        self.greeted_as.append(hostname)
        return responses

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take the recipient, or repeat the address in the refusal as real servers do."""
        if "RCPT" in self.answers:
            return f"{self.answers['RCPT']} <{address}>"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail."""
        if "DATA" in self.answers:
            return f"{self.answers['DATA']} <{envelope.rcpt_tos[0]}>"
        self.mails.append(envelope.content or b"")
        self.recipients += envelope.rcpt_tos
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 OK"

    def log_on(self, _server: object, _session: object, _envelope: object, _mechanism: str, given: Any) -> AuthResult:  # noqa: ANN401 - the library's type
        """Take one user with one password."""
        assert isinstance(given, LoginPassword)
        self.logged_on.append((given.login, given.password))
        good = given == LoginPassword(b"console", b"a password of words")
        return AuthResult(success=good, handled=good)

    def mail(self) -> EmailMessage:
        """The one mail that was taken."""
        (raw,) = self.mails
        return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value] # the policy makes this kind


Serve = Callable[..., Server]


@contextmanager
def serving() -> Iterator[Serve]:
    """Give what starts servers on this machine; they end with the block."""
    started: list[Controller] = []

    def start(server: Server | None = None, **options: object) -> Server:
        server = server or Server()
        controller = Controller(server, "127.0.0.1", free_port(), ready_timeout=60, **options)  # type: ignore[arg-type]
        controller.start()
        started.append(controller)
        server.port = controller.port
        return server

    yield start
    while started:
        started.pop().stop()
    with warnings.catch_warnings():
        # The library drops what a client has left open; the interpreter would complain about it in some later test.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def certificate_for(name: str, folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate for a name, signed by nobody else: a server's context, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return context, path
