"""The settings of one instance, read once at start and frozen.

Defaults first, then `instance/settings.toml`, then the environment (`SIGNER_*`). Secrets are files of their own in the
secrets folder, readable by their owner only: a settings file can then be shown to anybody.
"""

import os
import re
import secrets
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from signer.errors import SignerError
from signer.registration_number import REGISTRATION_NUMBER

SECRET_BYTES = 32
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")
BIND = re.compile(r"[A-Za-z0-9.\-]+:[0-9]{1,5}")
SMTP_SECURITY = ("starttls", "tls", "none")
ENVIRONMENT = ("database_url", "trusted_proxies", "limits_url", "port", "workers", "metrics_bind")
"""Settings that the environment may give, as `SIGNER_` and the name in capitals; the two folders come besides."""


class WrongSettings(SignerError):
    """A setting is missing or not what it must be; the message names it and says what is expected."""


class MissingSecret(SignerError):
    """A secret is not there, is not 32 bytes in hexadecimal, or others may read it."""


@dataclass(frozen=True)
class Settings:
    """What an operator decides.

    database_url: as SQLAlchemy has it; without one, SQLite in the instance folder.
    trusted_proxies: how many proxies of ours stand before the service and set X-Forwarded-For and -Proto.
    log_origin: the name of this instance's public log, for good; `signer init` writes it.
    sequence_seconds: how far apart the times are at which arrivals are settled, in groups, sorted.
    limits_url: where Flask-Limiter counts; in memory, or Redis when several machines serve.
    collection_keys: registration number to the full SHA-256 of the public key that statements are sealed to.
    demonstration: every page says that it is one, and share files are accepted.
    public_url: where people reach the service, such as https://support.example.org; links in mails begin with it.
    mail_from: the sender of mails; without it or without smtp_host none is sent.
    smtp_security: starttls, tls (from the first byte) or none (on the same machine).
    smtp_user: whom the mail server knows; the secret file `smtp-password` goes with it.
    accepted_postgresql_settings: settings of the server that keep the order of arrival, which the operator accepts.
    metrics_bind: address and port for Prometheus, such as 127.0.0.1:9464; without it there are no metrics.
    """

    instance: Path
    secrets: Path
    database_url: str = field(default="", repr=False)
    trusted_proxies: int = 0
    limits_url: str = field(default="memory://", repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 0
    log_origin: str = "signer.invalid/log"
    sequence_seconds: int = 3600
    demonstration: bool = False
    operator: str = "the operator of this service"
    contact_email: str = "contact@example.org"
    public_url: str = ""
    mail_from: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    metrics_bind: str = ""
    accepted_postgresql_settings: tuple[str, ...] = ()
    collection_keys: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.instance.absolute() / 'signer.sqlite3'}")
        if not self.workers:
            object.__setattr__(self, "workers", os.cpu_count() or 1)
        if self.smtp_security not in SMTP_SECURITY:
            raise WrongSettings(f"setting 'smtp_security' must be one of {', '.join(SMTP_SECURITY)}")
        if self.public_url and not PUBLIC_URL.fullmatch(self.public_url):
            raise WrongSettings("setting 'public_url' must be like https://support.example.org, with nothing after it")
        if self.metrics_bind and not BIND.fullmatch(self.metrics_bind):
            raise WrongSettings("setting 'metrics_bind' must be an address and a port, like 127.0.0.1:9464")

    def secret(self, name: str) -> bytes:
        """Return the 32 bytes of the secret `name`. Raises MissingSecret."""
        text = self._read_secret(name).strip()
        try:
            value = bytes.fromhex(text)
        except ValueError:
            value = b""
        if len(value) != SECRET_BYTES:
            raise MissingSecret(f"secret {name!r} is not {SECRET_BYTES} bytes in hexadecimal")
        return value

    def text_secret(self, name: str) -> str:
        """Return the secret `name` that somebody else gave, such as a password, as text. Raises MissingSecret."""
        return self._read_secret(name).strip()

    def _read_secret(self, name: str) -> str:
        path = self.secrets / name
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise MissingSecret(f"secret {name!r} is not readable in the secrets folder; run `signer init`") from None
        if stat.S_IMODE(mode) & 0o077:
            raise MissingSecret(f"secret {name!r} may be read by others; run `chmod 600` on it")
        return text

    def make_secret(self, name: str) -> bool:
        """Make the secret `name` from the operating system's generator; return False if it is there already."""
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(self.secrets / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return False
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return True


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the instance that `SIGNER_INSTANCE` names (`instance` without it).

    Raises WrongSettings for an unknown or malformed setting; nothing is guessed.
    """
    instance = Path(environ.get("SIGNER_INSTANCE") or "instance")
    secrets = Path(environ.get("SIGNER_SECRETS") or instance.absolute().parent / f".{instance.absolute().name}-secrets")
    values: dict[str, object] = _from_file(instance / "settings.toml")
    for name in ENVIRONMENT:
        given = environ.get(f"SIGNER_{name.upper()}")
        if given:
            values[name] = given
    return Settings(instance=instance, secrets=secrets, **_checked(values))


def _from_file(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise WrongSettings(f"{path.name} cannot be read as TOML: {error}") from None


def _checked(values: Mapping[str, object]) -> dict[str, Any]:
    known = {entry.name: entry.type for entry in fields(Settings)}
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known or name in {"instance", "secrets"}:
            raise WrongSettings(f"setting {name!r} is not known; known are {', '.join(sorted(known))}")
        checked[name] = _typed(name, value, known[name])
    return checked


def _typed(name: str, value: object, wanted: object) -> object:
    if name == "collection_keys":
        return _collection_keys(value)
    if name == "accepted_postgresql_settings":
        return _names(name, value)
    if wanted is int:
        return _whole_number(name, value)
    if not isinstance(value, wanted if isinstance(wanted, type) else str):
        raise WrongSettings(f"setting {name!r} must be {getattr(wanted, '__name__', wanted)}")
    return value


def _names(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise WrongSettings(f"setting {name!r} must be a list of names")
    return tuple(value)


def _whole_number(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str) or not re.fullmatch(r"[0-9]{1,6}", str(value)):
        raise WrongSettings(f"setting {name!r} must be a whole number of at most six digits")
    return int(value)


def _collection_keys(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise WrongSettings("setting 'collection_keys' must be a table of registration numbers and fingerprints")
    for number, fingerprint in value.items():
        if not REGISTRATION_NUMBER.fullmatch(number):
            raise WrongSettings(f"collection_keys: {number!r} is not a registration number like 2021/000001")
        if not isinstance(fingerprint, str) or not FINGERPRINT.fullmatch(fingerprint):
            raise WrongSettings(f"collection_keys: the fingerprint of {number} must be 64 hexadecimal digits")
    return value
