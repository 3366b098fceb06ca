"""`signer publish`: the public numbers as signed static files, for any web server or content delivery network.

They say what `/api/v1/` says at the moment, and stay readable when the service is not. The layout is in
`docs/formats.md`.
"""

from datetime import date
from pathlib import Path

import click
from sqlalchemy import Connection

from signer.atomic_file import atomic_file, make_durable
from signer.cli.instance import UnreadableFile, open_instance, show
from signer.database import reading
from signer.days import today
from signer.initiatives.initiative import Initiative, Status, UnknownInitiative
from signer.initiatives.keys import manifest_key
from signer.initiatives.queries import read_initiatives
from signer.publishing.documents import (
    LICENCE,
    forecast_document,
    history_document,
    initiative_document,
    tally_document,
)
from signer.registration_number import normal_number
from signer.sealing.canonical import canonical_json
from signer.sealing.signing import SigningKey
from signer.tallies.daily_forecast import read_forecast
from signer.tallies.history import read_history
from signer.tallies.overview import read_overview

FORMAT = "signer tally 1"
PURPOSE = b"signer tally 1\n"
"""Stands before the file's bytes in what is signed: no signature of a batch's manifest serves here, nor the reverse."""
NAME, SIGNATURE, KEY = "tally.json", "tally.json.sig", "manifest-key.pem"
FOR_EVERYBODY = 0o755


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--initiative", "wanted", multiple=True, help="Such as 2021/000001; all that were opened without it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def publish(folder: Path, wanted: tuple[str, ...], *, as_json: bool) -> None:
    """Write each initiative's numbers, with their history, to DIR/YEAR/NUMBER/tally.json, and sign them.

    What an earlier run has written there is replaced; it stays whole if this one fails. DIR/manifest-key.pem is the
    public key that the signatures fit; whoever relies on them compares it with the one in trust.json.
    """
    settings, engine = open_instance()
    key, on = manifest_key(settings), today()
    with reading(engine) as connection:
        chosen = _chosen(connection, [normal_number(number) for number in wanted])
        contents = [
            (each.path, _content(connection, each, on=on, demonstration=settings.demonstration)) for each in chosen
        ]
    _make_folder(folder)
    with atomic_file(folder / KEY, replace=True, public=True) as file:
        file.write(key.verifying_key.pem)
    written = [_write(folder / path, content, key) for path, content in contents]
    text = "\n".join(map(str, written)) or "no initiative has been opened yet; next: signer initiative open NUMBER"
    show([str(path) for path in written], as_json=as_json, text=text)


def _chosen(connection: Connection, wanted: list[str]) -> list[Initiative]:
    """Return the initiatives of these numbers, or all. Raises UnknownInitiative, for a draft too: nobody sees one."""
    opened = {
        found.registration_number: found for found in read_initiatives(connection) if found.status is not Status.DRAFT
    }
    for number in wanted:
        if number not in opened:
            raise UnknownInitiative(f"no initiative {number} has been opened; expected one of {', '.join(opened)}")
    return [opened[number] for number in wanted or opened]


def _content(connection: Connection, initiative: Initiative, *, on: date, demonstration: bool) -> bytes:
    overview = read_overview(connection, initiative, on=on)
    days = read_history(connection, initiative, on=on)
    newest = read_forecast(connection, initiative.id) if initiative.forecast_published else None
    return (
        canonical_json(
            {
                "format": FORMAT,
                "licence": LICENCE,
                "initiative": initiative_document(initiative, on=on),
                "tally": tally_document(overview, demonstration=demonstration),
                "history": history_document(initiative, days, on=on),
                "forecast": forecast_document(initiative, newest[1], made_on=newest[0]) if newest else None,
            }
        )
        + b"\n"
    )


def _write(folder: Path, content: bytes, key: SigningKey) -> Path:
    """Write the file and its signature, both or neither, and return the file's path. Raises FileNotWritten."""
    _make_folder(folder)
    with (
        atomic_file(folder / NAME, replace=True, public=True) as file,
        atomic_file(folder / SIGNATURE, replace=True, public=True) as signature,
    ):
        file.write(content)
        signature.write(key.sign(PURPOSE, content))
        # On the disk before either gets its name, so that a full disk leaves the old pair.
        make_durable(file)
        make_durable(signature)
    return folder / NAME


def _make_folder(folder: Path) -> None:
    """Make `folder`, and those above it that are missing, so that a web server can read it. Raises UnreadableFile."""
    try:
        for made in reversed((folder, *folder.parents)):
            if not made.exists():
                made.mkdir()
                made.chmod(FOR_EVERYBODY)
    except OSError as error:
        raise UnreadableFile(f"the folder {folder} cannot be made: {error.strerror}") from None
