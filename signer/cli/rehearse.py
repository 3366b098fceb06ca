"""`signer rehearse`: a dress rehearsal, as a campaign runs before it opens; it never touches a live database."""

import json
import secrets
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from signer.cli.demo import demo_description
from signer.cli.init import write_settings
from signer.days import today
from signer.rehearsal.campaign import ORIGIN, SEQUENCE_SECONDS, Campaign, Plan
from signer.rehearsal.folders import open_folders, require_empty_database

DEFAULT_STATEMENTS = 270
ENDED_BY_SIGTERM = 128 + signal.SIGTERM


@click.command()
@click.option(
    "--statements",
    type=click.IntRange(min=1),
    default=DEFAULT_STATEMENTS,
    show_default=True,
    help="How many; never fewer than ten for each Member State.",
)
@click.option("--database", "database_url", default="", help="URL of an empty database; SQLite of its own without it.")
@click.option("--keep", type=click.Path(path_type=Path), help="Leave everything in this folder, for others to check.")
@click.option("--erasures", is_flag=True, help="Let one person in nine erase the statement by its code and sign again.")
@click.option("--seed", type=int, help="Invent the same people as the rehearsal that printed this seed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
@click.pass_context
def rehearse(
    context: click.Context,
    *,
    statements: int,
    database_url: str,
    keep: Path | None,
    erasures: bool,
    seed: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Rehearse a whole campaign with invented citizens, and compare every field at the end.

    Ceremony, real forms, mistakes, repeats, erasing, final batches, opening, files for the authorities. Exits 0 only
    if nothing was lost, added or changed. The database of SIGNER_DATABASE_URL is not looked at.
    """
    # The server is a child of ours, and the folder holds clear text: neither may stay when we are told to end.
    signal.signal(signal.SIGTERM, _end)
    if database_url:
        require_empty_database(database_url)
    with open_folders(keep) as folder:
        plan = Plan(
            statements=statements,
            seed=secrets.randbelow(10**9) if seed is None else seed,
            description=demo_description(today()),
            write_settings=_write_settings,
            database_url=database_url,
            quiet=quiet,
            erasures=erasures,
        )
        outcome = Campaign(plan, folder).run()
    click.echo(json.dumps(outcome.to_json(), ensure_ascii=False) if as_json else outcome.to_text())
    if not outcome.is_equal:
        context.exit(1)


def _write_settings(path: Path, keys: str) -> None:
    write_settings(path, origin=ORIGIN, demonstration=True, sequence_seconds=SEQUENCE_SECONDS, keys=keys)


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(ENDED_BY_SIGTERM)
