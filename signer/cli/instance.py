"""Instance of a command: its settings, its database, and the unit of work of who types it."""

import json
from contextlib import AbstractContextManager
from pathlib import Path

import click
from sqlalchemy import Engine

from signer.accounts.keys import CONSOLE_KEY
from signer.audit.actor import command_line
from signer.audit.record import AUDIT_KEY
from signer.audit.unit_of_work import UnitOfWork, unit_of_work
from signer.database import open_engine
from signer.days import today
from signer.errors import SignerError
from signer.human_check.check import HUMAN_CHECK_KEY
from signer.initiatives.keys import FORM_TOKEN_KEY, LOG_KEY, MANIFEST_KEY
from signer.schema import require_current
from signer.settings import Settings, WrongSettings, read_settings

SECRETS = (FORM_TOKEN_KEY, HUMAN_CHECK_KEY, MANIFEST_KEY, LOG_KEY, AUDIT_KEY, CONSOLE_KEY)
"""Names of the secrets that every instance has; those of its collections are made with their keys."""


class UnreadableFile(SignerError):
    """A file that a command was given cannot be read or written."""


def open_instance() -> tuple[Settings, Engine]:
    """Return the settings and the database of the instance, at the current schema. Raises a SignerError."""
    settings = read_settings()
    if not settings.instance.is_dir():
        raise WrongSettings(f"there is no instance in {settings.instance}; run `signer init`, or set SIGNER_INSTANCE")
    engine = open_engine(settings)
    require_current(engine)
    return settings, engine


def require_secrets(settings: Settings) -> None:
    """Return if every secret of the instance is there. Raises MissingSecret."""
    for name in SECRETS:
        settings.secret(name)


def acting(settings: Settings, engine: Engine) -> AbstractContextManager[UnitOfWork]:
    """Give the unit of work of one act of who types the command, today."""
    return unit_of_work(engine, settings, actor=command_line(), on=today())


def read_file(path: Path) -> bytes:
    """Return the content of a file that a person named. Raises UnreadableFile."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}") from None


def show(value: object, *, as_json: bool, text: str) -> None:
    """Print a result on standard output: `text` for people, `value` for machines."""
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)
