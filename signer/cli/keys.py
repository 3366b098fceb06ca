"""`signer keys`: the service's part of the ceremony. No private key passes here."""

from pathlib import Path

import click

from signer.cli.instance import acting, open_instance, read_file
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.initiatives.keys import install_key, log_key, manifest_key
from signer.initiatives.queries import find_initiative, find_initiative_to_change, find_key
from signer.registration_number import normal_number
from signer.sealing.request import KeyRequest, PublicKeyFile
from signer.sealing.trust import Trust
from signer.settings import Settings


@click.group()
def keys() -> None:
    """Ask the holders for a collection key, and install the one that they made."""


@keys.command()
@click.argument("number")
def request(number: str) -> None:
    """Print what the ceremony needs to know of this instance; it holds no secret."""
    settings, engine = open_instance()
    with reading(engine) as connection:
        initiative = find_initiative(connection, normal_number(number))
    click.echo(request_of(settings, initiative).to_json().decode(), nl=False)


@keys.command()
@click.argument("trust", type=click.Path(path_type=Path))
@click.argument("public_key", type=click.Path(path_type=Path))
def install(trust: Path, public_key: Path) -> None:
    """Install the public key of a ceremony: TRUST is trust.json, PUBLIC_KEY is collection-key.pub."""
    settings, engine = open_instance()
    agreed = Trust.from_json(read_file(trust))
    key = PublicKeyFile.from_json(read_file(public_key)).key
    with acting(settings, engine) as unit:
        initiative = find_initiative_to_change(unit.connection, agreed.registration_number)
        install_key(unit, initiative, key, agreed)
    number, fingerprint = initiative.registration_number, key.fingerprint.hex()
    click.echo(f"installed for {number}: {fingerprint}")
    if settings.collection_keys.get(number) != fingerprint:
        click.echo("compare it with what was read aloud, then put this into settings.toml:")
        click.echo(f'\n[collection_keys]\n"{number}" = "{fingerprint}"\n')
    click.echo(f"next: signer initiative open {number}")


@keys.command()
@click.argument("number")
def show(number: str) -> None:
    """Print the full fingerprint of the installed public key."""
    _, engine = open_instance()
    with reading(engine) as connection:
        key = find_key(connection, find_initiative(connection, normal_number(number)).id)
    click.echo(key.fingerprint.hex() if key else "no key is installed")


def request_of(settings: Settings, initiative: Initiative) -> KeyRequest:
    """Return what the ceremony of an initiative needs to know of this instance."""
    return KeyRequest(
        registration_number=initiative.registration_number,
        scheme=initiative.scheme,
        manifest_key=manifest_key(settings).verifying_key,
        log_origin=settings.log_origin,
        log_key=log_key(settings).verifying_key,
    )
