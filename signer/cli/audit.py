"""`signer audit`: what the people who run this instance did, and whether nothing of it was touched."""

import json
from pathlib import Path

import click

from signer.atomic_file import atomic_file
from signer.audit.entry import Entry, EntryKind
from signer.audit.exported import export_lines, read_exported
from signer.audit.read import latest_entries, read_entries, read_head, verify
from signer.audit.record import audit_key
from signer.cli.instance import acting, open_instance, read_file, show
from signer.database import reading
from signer.scheme.characters import is_line, tidy

MOST_CHARACTERS = 200
"""Of what is said about a backup."""
READABLE = click.Path(path_type=Path)


@click.group()
def audit() -> None:
    """Show, verify and export the log of what was done on this instance."""


@audit.command("show")
@click.option("--last", default=20, type=click.IntRange(1, 10_000), help="How many entries; 20 without it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_entries(last: int, *, as_json: bool) -> None:
    """Show the latest entries, the newest first."""
    _, engine = open_instance()
    with reading(engine) as connection:
        found = latest_entries(connection, last)
    show([entry.to_json() for entry in found], as_json=as_json, text="\n".join(map(_line, found)))


@audit.command("verify")
@click.argument("file", type=READABLE, required=False)
@click.option("--head", "kept", type=READABLE, multiple=True, help="A signed head kept earlier (`signer audit head`).")
def verify_log(file: Path | None, kept: tuple[Path, ...]) -> None:
    """Verify that no entry was removed, changed or added: of this instance, or of an exported FILE."""
    settings, engine = open_instance()
    heads = [read_file(path).decode("utf-8", "replace") for path in kept]
    key = audit_key(settings).verifying_key
    if file:
        entries, head = read_exported(read_file(file).splitlines())
        found = verify(entries, head, settings, key, kept=heads)
    else:
        with reading(engine) as connection:
            found = verify(read_entries(connection), read_head(connection), settings, key, kept=heads)
    click.echo(f"the audit log is whole: {found.size} entries, none removed, changed or added; head {found.root.hex()}")
    if not heads:
        click.echo(
            "whoever holds this instance's keys could have written it anew: a head that was kept elsewhere, given with "
            "--head, shows that too",
            err=True,
        )


@audit.command()
@click.option("--out", type=READABLE, required=True, help="The file to write; it must not exist.")
def export(out: Path) -> None:
    """Write all entries and the signed head to a file, as JSON lines."""
    settings, engine = open_instance()
    with acting(settings, engine) as unit:
        unit.record(EntryKind.LOG_EXPORTED)
    with reading(engine) as connection, atomic_file(out) as file:
        file.writelines(export_lines(read_entries(connection), read_head(connection)))
    click.echo(out)


@audit.command()
def head() -> None:
    """Print the signed head. Keep it elsewhere, each day: with it `verify --head` finds what was written anew since."""
    _, engine = open_instance()
    with reading(engine) as connection:
        click.echo(read_head(connection), nl=False)


@audit.command("backup-taken")
@click.argument("where")
def backup_taken(where: str) -> None:
    """Write down that a backup was taken, and WHERE it went; for the last line of a backup script."""
    where = tidy(where)
    if not where or not is_line(where, MOST_CHARACTERS):
        raise click.UsageError(f"say where it went in one line of at most {MOST_CHARACTERS} printable characters")
    settings, engine = open_instance()
    with acting(settings, engine) as unit:
        unit.record(EntryKind.BACKUP_TAKEN, to=where)
    click.echo("written down: a backup was taken")


def _line(entry: Entry) -> str:
    details = json.dumps(dict(entry.details), ensure_ascii=False) if entry.details else ""
    return f"{entry.number:6}  {entry.at}  {entry.kind:22} {entry.actor:20} {entry.initiative:11} {details}".rstrip()
