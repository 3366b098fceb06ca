"""`signer batch`: freezing sealed statements of a Member State and writing them to a file."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from pathlib import Path

import click
from sqlalchemy import Engine

from signer.batches.archive import Record
from signer.batches.export import export, exportable
from signer.batches.freeze import freeze
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary, list_batches
from signer.batches.state import member_states_with_open
from signer.cli.instance import open_instance, show
from signer.database import reading
from signer.errors import SignerError
from signer.initiatives.initiative import UnknownInitiative, normal_number
from signer.initiatives.queries import find_initiative, read_initiatives
from signer.progress import progress
from signer.web.service import today


class NothingToExport(SignerError):
    """No frozen batch fits what was asked for."""


@click.group()
def batch() -> None:
    """Freeze and export sealed batches, one for each Member State."""


@batch.command()
@click.option("--initiative", "number", help="Registration number; needed where there are several initiatives.")
@click.option("--member-state", "wanted", multiple=True, help="Such as DE; all with open statements without it.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day taken in; yesterday without it.")
@click.option("--final", is_flag=True, help="After collection has closed: every statement of the Member State.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(number: str | None, wanted: tuple[str, ...], until: date | None, *, final: bool, as_json: bool) -> None:
    """Freeze the open statements of Member States into new batches."""
    settings, engine = open_instance()
    number = _number(engine, number)
    cut_off = until.date() if until else None  # type: ignore[attr-defined] # click gives a datetime
    with reading(engine) as connection:
        found = find_initiative(connection, number)
        chosen = wanted or member_states_with_open(connection, found.id)
    manifests = [
        freeze(engine, settings, number, member_state, until=cut_off, final=final, on=today())
        for member_state in chosen
    ]
    lines = [f"{_title(manifest)}: {manifest.count} statements until {manifest.until}" for manifest in manifests]
    rows = [
        {"member_state": made.member_state, "number": made.number, "count": made.count, "until": made.until}
        for made in manifests
    ]
    show(rows, as_json=as_json, text="\n".join(lines) or "no statement is open")


@batch.command("list")
@click.option("--initiative", "number", help="Registration number; needed where there are several initiatives.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_all(number: str | None, *, as_json: bool) -> None:
    """List the batches with their states."""
    _, engine = open_instance()
    with reading(engine) as connection:
        found = list_batches(connection, _number(engine, number))
    rows = [
        {
            "member_state": there.member_state,
            "number": there.number,
            "state": there.state,
            "final": there.final,
            "count": there.count,
            "until": there.until.isoformat(),
            "reason": there.reason,
        }
        for there in found
    ]
    lines = [
        f"{there.member_state} {there.number:3}  {there.state:12} {'final  ' if there.final else 'interim'} "
        f"{there.count:9} until {there.until}  {there.reason}".rstrip()
        for there in found
    ]
    show(rows, as_json=as_json, text="\n".join(lines) or "no batch yet; next: signer batch create")


@batch.command("export")
@click.option("--initiative", "number", help="Registration number; needed where there are several initiatives.")
@click.option("--member-state", "wanted", multiple=True, help="Such as DE; all without it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the files.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def export_files(number: str | None, wanted: tuple[str, ...], out: Path, *, quiet: bool) -> None:
    """Write each frozen batch to a file; the same batch always gives the same bytes."""
    settings, engine = open_instance()
    with reading(engine) as connection:
        found = list_batches(connection, _number(engine, number))
    chosen = [there for there in exportable(found) if not wanted or there.member_state in wanted]
    if not chosen:
        raise NothingToExport("no frozen batch to export; run `signer batch list`")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for there in chosen:
        click.echo(export(engine, settings, there, out, watched=partial(_watched, batch_=there, quiet=quiet)))


def _watched(records: Iterable[Record], *, batch_: BatchSummary, quiet: bool) -> Iterable[Record]:
    label = f"{batch_.member_state} {batch_.number}"
    return progress(records, total=batch_.count, label=label, quiet=quiet)


def _title(manifest: Manifest) -> str:
    return f"{manifest.member_state} {manifest.number}{' (final)' if manifest.final else ''}"


def _number(engine: Engine, number: str | None) -> str:
    if number:
        return normal_number(number)
    with reading(engine) as connection:
        numbers = [found.registration_number for found in read_initiatives(connection)]
    if len(numbers) != 1:
        raise UnknownInitiative(f"there are {len(numbers)} initiatives; name one with --initiative")
    return numbers[0]
