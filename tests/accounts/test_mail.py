"""Mails go to a real server as they should, in the open to none that should encrypt; no error tells an address."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Thread

import pytest

from signer.accounts.mail import SMTP_PASSWORD, MailNotSent, send_mail
from signer.rehearsal.ports import free_port
from signer.settings import MissingSecret, Settings
from tests.accounts.mail_server import Serve, Server, certificate_for, serving

TO = "bartholomew@initiative.example"
FROM = "console@support.example"
TEXT = "Grüße!\n\nTo accept, open\nhttps://support.example/console/invitation?token=abc\n"
SERVER_WARNS = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
"""Of users who log on in the open, in the thread in which it answers."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers on this machine; they end with the test."""
    with serving() as start:
        yield start


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[ssl.SSLContext, Path]]:
    """Makes a certificate for a name, which nobody else has signed."""
    return lambda name: certificate_for(name, tmp_path_factory.mktemp("tls"))


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Makes the settings of an instance that sends by a server on this machine."""
    return lambda **values: Settings(
        **{
            "instance": tmp_path,
            "secrets": tmp_path,
            "mail_from": FROM,
            "smtp_host": "localhost",
            "smtp_security": "none",
            **values,
        }
    )


def send(kept: Settings) -> None:
    send_mail(kept, to=TO, subject="Invitation to Signer – Einladung", text=TEXT)


def refusal(kept: Settings) -> str:
    """What is said when the mail does not go; it tells no address."""
    with pytest.raises(MailNotSent) as refused:
        send(kept)
    said = str(refused.value)
    assert not [part for part in ("bartholomew", "initiative.example", FROM, "localhost", "127.0.0.1") if part in said]
    assert refused.value.__context__ is None or refused.value.__suppress_context__
    return said


def test_a_mail_says_who_sends_it_to_whom_and_that_nobody_typed_it(
    serve: Serve, settings: Callable[..., Settings]
) -> None:
    server = serve()

    send(settings(smtp_port=server.port))

    mail = server.mail()
    assert (mail["From"], mail["To"], mail["Subject"]) == (FROM, TO, "Invitation to Signer – Einladung")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert abs(parsedate_to_datetime(mail["Date"]).timestamp() - datetime.now(UTC).timestamp()) < 60
    assert mail["Message-ID"].endswith("@support.example>")
    assert (mail.get_content_type(), mail.get_content_charset()) == ("text/plain", "utf-8")
    assert mail.get_content().replace("\r\n", "\n") == TEXT
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert server.recipients == [TO]


@pytest.mark.parametrize("sender", [FROM, f"Signer Console <{FROM}>"])
def test_neither_mail_nor_greeting_tells_the_name_of_this_machine(
    serve: Serve, settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    """Every server on the way writes down how the client greeted it, for the recipient to read."""
    for name in ("getfqdn", "gethostname"):
        monkeypatch.setattr(socket, name, lambda *_: "secret-machine.internal")
    server = serve()

    send(settings(smtp_port=server.port, mail_from=sender))

    assert server.greeted_as == ["support.example"]
    assert b"secret-machine" not in server.mails[0]
    assert server.mail()["Message-ID"].endswith("@support.example>")


def test_two_mails_are_two(serve: Serve, settings: Callable[..., Settings]) -> None:
    server = serve()

    for _ in range(2):
        send(settings(smtp_port=server.port))

    first, second = (message_from_bytes(raw)["Message-ID"] for raw in server.mails)
    assert first != second


@pytest.mark.parametrize("missing", ["smtp_host", "mail_from"])
def test_without_server_or_sender_the_settings_to_make_are_named(
    settings: Callable[..., Settings], missing: str
) -> None:
    assert missing in refusal(settings(**{missing: ""}))


def test_where_no_server_listens_the_mail_is_not_sent(settings: Callable[..., Settings]) -> None:
    assert refusal(settings(smtp_port=free_port())).endswith("(ConnectionRefusedError)")


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
@pytest.mark.parametrize("answer", ["550 5.1.1 no such person", "451 try again later"])
def test_what_a_server_says_when_it_refuses_is_not_repeated(
    serve: Serve, settings: Callable[..., Settings], command: str, answer: str
) -> None:
    """It quotes the address, and our errors are logged."""
    server = serve(Server(answers={command: answer}))

    said = refusal(settings(smtp_port=server.port))

    assert "no such person" not in said
    assert server.mails == []


def test_a_server_that_hangs_up_has_not_taken_the_mail(settings: Callable[..., Settings]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)

        def hang_up() -> None:
            connection, _ = listening.accept()
            connection.close()

        answering = Thread(target=hang_up)
        answering.start()
        refusal(settings(smtp_port=listening.getsockname()[1]))
        answering.join()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_encrypted_to_a_server_whose_certificate_is_trusted(
    serve: Serve,
    settings: Callable[..., Settings],
    certificates: Callable[[str], tuple[ssl.SSLContext, Path]],
    monkeypatch: pytest.MonkeyPatch,
    security: str,
) -> None:
    context, path = certificates("localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    server = serve(**encryption(security, context))

    send(settings(smtp_port=server.port, smtp_security=security))

    assert server.encrypted == [True]
    assert server.mail()["To"] == TO
    assert set(server.greeted_as) == {"support.example"}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts_is_refused(
    serve: Serve,
    settings: Callable[..., Settings],
    certificates: Callable[[str], tuple[ssl.SSLContext, Path]],
    security: str,
) -> None:
    """Otherwise whoever sits on the way reads the link that makes them an owner."""
    server = serve(**encryption(security, certificates("localhost")[0]))

    said = refusal(settings(smtp_port=server.port, smtp_security=security))

    assert said.endswith("(SSLCertVerificationError)")
    assert server.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_trusted_certificate_of_another_host_is_refused(
    serve: Serve,
    settings: Callable[..., Settings],
    certificates: Callable[[str], tuple[ssl.SSLContext, Path]],
    monkeypatch: pytest.MonkeyPatch,
    security: str,
) -> None:
    context, path = certificates("mail.elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    server = serve(**encryption(security, context))

    refusal(settings(smtp_port=server.port, smtp_security=security))

    assert server.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_encrypts_nothing_gets_no_mail_in_the_open(
    serve: Serve, settings: Callable[..., Settings], security: str
) -> None:
    """Somebody on the way may take the offer of encryption out of what the server says."""
    server = serve()

    refusal(settings(smtp_port=server.port, smtp_security=security))

    assert server.mails == []


def known_user(settings: Callable[..., Settings], server: Server, password: str) -> Settings:
    kept = settings(smtp_port=server.port, smtp_user="console")
    path = kept.secrets / SMTP_PASSWORD
    path.write_text(f"{password}\n")
    path.chmod(0o600)
    return kept


@SERVER_WARNS
def test_the_server_is_told_user_and_password(serve: Serve, settings: Callable[..., Settings]) -> None:
    server = Server()
    serve(server, authenticator=server.log_on, auth_required=True, auth_require_tls=False)

    send(known_user(settings, server, "a password of words"))

    assert server.logged_on == [(b"console", b"a password of words")]
    assert server.mail()["To"] == TO


@SERVER_WARNS
def test_a_password_that_the_server_does_not_take_is_an_error_that_does_not_tell_it(
    serve: Serve, settings: Callable[..., Settings]
) -> None:
    server = Server()
    serve(server, authenticator=server.log_on, auth_required=True, auth_require_tls=False)

    said = refusal(known_user(settings, server, "another password"))

    assert said.endswith("(SMTPAuthenticationError)")
    assert "another password" not in said
    assert server.mails == []


def test_a_password_that_is_not_there_is_named_before_any_server_is_asked(
    serve: Serve, settings: Callable[..., Settings]
) -> None:
    server = serve()

    with pytest.raises(MissingSecret, match=SMTP_PASSWORD):
        send(settings(smtp_port=server.port, smtp_user="console"))
    assert server.greeted_as == []


def encryption(security: str, context: ssl.SSLContext) -> dict[str, object]:
    """How a server is started that encrypts from the first byte, or from STARTTLS on."""
    if security == "tls":
        return {"ssl_context": context, "server_hostname": "localhost"}
    return {"tls_context": context, "require_starttls": True}
