"""`signer initiative`: importing descriptions, opening and closing collections."""

from pathlib import Path

import click

from signer.cli.instance import acting, open_instance, read_file, show
from signer.database import reading
from signer.initiatives.description import read_description
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.keys import storage_secret
from signer.initiatives.lifecycle import change_status, import_description
from signer.initiatives.queries import read_initiatives
from signer.registration_number import normal_number
from signer.scheme.load import load_scheme
from signer.scheme.months import months_after


@click.group()
def initiative() -> None:
    """Import initiatives; open, pause, close or withdraw their collection."""


@initiative.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_file(file: Path) -> None:
    """Import an initiative from the register's XML or our JSON, as a draft."""
    settings, engine = open_instance()
    description = read_description(read_file(file))
    with acting(settings, engine) as unit:
        kept = import_description(unit, description)
    settings.make_secret(storage_secret(kept.registration_number))
    click.echo(f"{kept.registration_number}: {kept.text('en').title}")
    click.echo(f"collects {kept.collection_start} to {kept.collection_end}, texts in {len(kept.texts)} languages")
    months = load_scheme(kept.scheme).collection_months
    if kept.collection_end >= months_after(kept.collection_start, months):
        click.echo(f"note: that is longer than {months} months; only a legal extension allows it", err=True)
    if kept.status is Status.DRAFT:
        click.echo(f"next: signer keys request {kept.registration_number}")


@initiative.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_initiatives(*, as_json: bool) -> None:
    """List the initiatives, drafts too."""
    _, engine = open_instance()
    with reading(engine) as connection:
        found = read_initiatives(connection)
    rows = [_summary(entry) for entry in found]
    lines = [
        f"{row['registration_number']}  {row['status']:10}  {row['collection_start']} to {row['collection_end']}  "
        f"{row['title']}"
        for row in rows
    ]
    show(rows, as_json=as_json, text="\n".join(lines) or "no initiative yet; next: signer initiative import FILE")


@initiative.command()
@click.argument("number")
def open(number: str) -> None:  # noqa: A001 - the verb of the command
    """Open the collection; it takes statements on the days of its period."""
    _change(number, Status.COLLECTING)


@initiative.command()
@click.argument("number")
@click.option("--reason", default="", help="Everybody reads it on the public page while the pause lasts.")
def pause(number: str, *, reason: str) -> None:
    """Pause the collection; open it again with `open`."""
    _change(number, Status.PAUSED, reason=reason)


@initiative.command()
@click.argument("number")
@click.option("--yes", is_flag=True, help="Really close: a collection that ended does not begin again.")
def close(number: str, *, yes: bool) -> None:
    """Close the collection before its end."""
    _end(number, Status.CLOSED, yes=yes)


@initiative.command()
@click.argument("number")
@click.option("--yes", is_flag=True, help="Really withdraw.")
def withdraw(number: str, *, yes: bool) -> None:
    """Withdraw the initiative (Regulation (EU) 2019/788, Article 7)."""
    _end(number, Status.WITHDRAWN, yes=yes)


def _end(number: str, wanted: Status, *, yes: bool) -> None:
    if not yes:
        click.echo(f"dry run: {normal_number(number)} would become {wanted}, for good; add --yes to do it")
        return
    _change(number, wanted)


def _change(number: str, wanted: Status, *, reason: str = "") -> None:
    settings, engine = open_instance()
    with acting(settings, engine) as unit:
        kept = change_status(unit, normal_number(number), wanted, reason=reason)
    click.echo(f"{kept.registration_number} is {kept.status}")


def _summary(entry: Initiative) -> dict[str, str]:
    return {
        "registration_number": entry.registration_number,
        "status": entry.status,
        "collection_start": entry.collection_start.isoformat(),
        "collection_end": entry.collection_end.isoformat(),
        "title": entry.text("en").title,
    }
