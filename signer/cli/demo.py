"""`signer demo`: an instance with the demonstration initiative and a demonstration ceremony's keys; then serves it.

The initiative is real (ECI(2021)000001) and long closed; its dates are moved so that it collects now. The organisers'
names are invented. The opening key's shares lie in files, which only a demonstration or rehearsal may have.
"""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import click

from signer.cli.init import complete_instance, make_instance, write_settings
from signer.cli.instance import acting
from signer.cli.keys import request_of
from signer.cli.serve import run
from signer.database import open_engine
from signer.initiatives.description import read_description
from signer.initiatives.initiative import Status
from signer.initiatives.keys import install_key, storage_secret
from signer.initiatives.lifecycle import change_status, import_description
from signer.initiatives.queries import read_initiatives
from signer.sealing.request import PublicKeyFile
from signer.sealing.trust import Trust
from signer.service.service import open_service
from signer.settings import Settings, read_settings

ORIGIN = "demonstration.signer.invalid/log"
SEQUENCE_SECONDS = 5
COLLECTED_DAYS = 30
"""The demonstration has been collecting for a month."""


@click.command()
@click.option("--port", type=int, help="Port to listen on; 8000 without it.")
@click.option("--prepare-only", is_flag=True, help="Make the instance and stop.")
def demo(port: int | None, *, prepare_only: bool) -> None:
    """Make a demonstration instance if there is none, and serve it."""
    os.environ.setdefault("SIGNER_INSTANCE", "instance")
    os.environ.setdefault("SIGNER_SECRETS", ".demo-secrets")
    settings = prepare_demo(Path(".demo-offline"))
    if prepare_only:
        return
    open_service(settings).close()
    port = port or settings.port
    click.echo(f"\n  Open http://127.0.0.1:{port}/ (this is a demonstration; Ctrl-C ends it)\n")
    run(settings, open_engine(settings), host="127.0.0.1", port=port)


def prepare_demo(offline: Path) -> Settings:
    """Make the instance of the environment a demonstration, unless it is one; return its settings.

    offline: folder for what the ceremony makes: trust file, public key and the holders' shares.
    """
    settings = read_settings()
    if not (settings.instance / "settings.toml").exists():
        settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(settings.instance, "")
        settings = make_instance(settings.instance, origin=ORIGIN)
    else:
        complete_instance(settings)
    engine = open_engine(settings)
    with acting(settings, engine) as unit:
        if any(found.status is not Status.DRAFT for found in read_initiatives(unit.connection)):
            return settings
        kept = import_description(unit, read_description(demo_description(unit.on)))
    number = kept.registration_number
    settings.make_secret(storage_secret(number))
    trust, key = _hold_ceremony(request_of(settings, kept).to_json(), offline)
    _write(settings.instance, f'"{number}" = "{key.key.fingerprint.hex()}"\n')
    settings = read_settings()
    with acting(settings, engine) as unit:
        install_key(unit, kept, key.key, trust)
        change_status(unit, number, Status.COLLECTING)
    return settings


def demo_description(on: date) -> bytes:
    """Return the demonstration initiative's description, moved so that it collects on the day `on`."""
    description = json.loads(resources.files("signer.cli").joinpath("demo_initiative.json").read_bytes())
    start = on - timedelta(days=COLLECTED_DAYS)
    end = start.replace(day=min(start.day, 28), year=start.year + 1) - timedelta(days=1)
    description |= {"collection_start": start.isoformat(), "collection_end": end.isoformat()}
    return json.dumps(description).encode()


def _hold_ceremony(asked: bytes, offline: Path) -> tuple[Trust, PublicKeyFile]:
    offline.mkdir(mode=0o700, parents=True, exist_ok=True)
    (offline / "request.json").write_bytes(asked)
    # Run as a program: nothing that the service imports can open a statement.
    command = [
        sys.executable,
        "-m",
        "signer.offline.main",
        "keygen",
        "--rehearsal",
        "--threshold",
        "2",
        "--shares",
        "3",
    ]
    subprocess.run(
        [*command, "--request", str(offline / "request.json"), "--out", str(offline / "ceremony")],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    trust = Trust.from_json((offline / "ceremony" / "trust.json").read_bytes())
    return trust, PublicKeyFile.from_json((offline / "ceremony" / "collection-key.pub").read_bytes())


def _write(instance: Path, keys: str) -> None:
    write_settings(
        instance / "settings.toml", origin=ORIGIN, demonstration=True, sequence_seconds=SEQUENCE_SECONDS, keys=keys
    )
