"""`signer init`: makes or completes an instance; running it again changes nothing that is there."""

import secrets
from pathlib import Path

import click

from signer.audit.entry import EntryKind
from signer.cli.instance import SECRETS, acting
from signer.database import open_engine
from signer.schema import count_to_rewrite, migrate
from signer.settings import Settings, read_settings

RETIRED_SECRETS = ("persons-key",)
"""Names of secrets of earlier releases; this one said where in their sketch of persons somebody fell (decision 10)."""
SECONDS_FOR_A_MILLION = 300
"""Measured on SQLite, which takes twice as long as PostgreSQL, and doubled (docs/operators.md)."""
SETTINGS = """\
# Settings of this signer instance; the README lists all of them. Secrets do not belong here.
log_origin = "{origin}"
sequence_seconds = {sequence_seconds}
demonstration = {demonstration}

# Registration number = full SHA-256 of the public collection key, as read aloud at the ceremony.
[collection_keys]
{keys}"""


def write_settings(
    path: Path, *, origin: str, demonstration: bool = False, sequence_seconds: int = 3600, keys: str = ""
) -> None:
    """Write a settings file. The values are our own, so nothing in them needs escaping."""
    path.write_text(
        SETTINGS.format(
            origin=origin, sequence_seconds=sequence_seconds, demonstration=str(demonstration).lower(), keys=keys
        ),
        encoding="utf-8",
    )


def make_instance(instance: Path, *, origin: str | None) -> Settings:
    """Make folder, settings, secrets and database of the instance where they are missing; return the settings."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (instance / "settings.toml").exists():
        write_settings(instance / "settings.toml", origin=origin or f"signer-{secrets.token_hex(4)}.invalid/log")
    settings = read_settings()
    complete_instance(settings)
    return settings


def complete_instance(settings: Settings) -> None:
    """Make the secrets that are missing, of an older release's instance too, and bring the database to this release.

    A secret that no release needs any more is deleted: whoever kept it could still test old backups with it.
    """
    for name in SECRETS:
        settings.make_secret(name)
    engine = open_engine(settings)
    if statements := count_to_rewrite(engine):
        # Before it begins: whoever has a collection under way plans by it.
        minutes = max(1, round(statements * SECONDS_FOR_A_MILLION / 60_000_000))
        click.echo(
            f"{statements} statements are rewritten once, which takes about {minutes} min and up to three times their "
            "room besides; the service must stand still",
            err=True,
        )
    before, now = migrate(engine)
    if now != before:
        with acting(settings, engine) as unit:
            unit.record(EntryKind.SCHEMA_CHANGED, **{"from": before or "none", "to": now})
    # Last, so that an upgrade that is refused leaves the older release what it needs.
    for name in RETIRED_SECRETS:
        (settings.secrets / name).unlink(missing_ok=True)


@click.command()
@click.option("--log-origin", help="Name of the public log, for good, such as support.example.org/log.")
def init(log_origin: str | None) -> None:
    """Make the instance: folder, settings, secrets, database; or bring its database to this release."""
    settings = make_instance(read_settings().instance, origin=log_origin)
    click.echo(f"instance: {settings.instance}")
    click.echo(f"secrets:  {settings.secrets} (keep them apart from every backup of the database)")
    click.echo("next:     signer initiative import FILE")
