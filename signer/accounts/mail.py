"""Sending a mail to somebody who runs the collection. Citizens get none from here."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

from signer.errors import SignerError
from signer.settings import Settings

SMTP_PASSWORD = "smtp-password"  # noqa: S105 - the name of a secret
TIMEOUT_SECONDS = 10


class MailNotSent(SignerError):
    """No mail server is set, or it did not take the mail; the message says which, without an address."""


def send_mail(settings: Settings, *, to: str, subject: str, text: str) -> None:
    """Hand one mail in plain text to the server of the settings; returns once it has taken it.

    Raises MailNotSent, or MissingSecret if the server wants a password that is not there.
    """
    if not (settings.smtp_host and settings.mail_from):
        raise MailNotSent("no mail can be sent: set 'smtp_host' and 'mail_from' in settings.toml")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=_domain(settings))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    password = settings.text_secret(SMTP_PASSWORD) if settings.smtp_user else ""
    try:
        with _connected(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, password)
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        # What a server answers may repeat the address.
        raise MailNotSent(f"the mail server did not take the mail ({type(error).__name__})") from None


def _domain(settings: Settings) -> str:
    """Return the domain that the mail comes from. The name of this machine is nobody's business."""
    return parseaddr(settings.mail_from)[1].rpartition("@")[2]


def _connected(settings: Settings) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    host, port, name = settings.smtp_host, settings.smtp_port, _domain(settings)
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=TIMEOUT_SECONDS, context=trusted)
    server = smtplib.SMTP(host, port, local_hostname=name, timeout=TIMEOUT_SECONDS)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=trusted)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server
