"""`signer daily`: the night, for where no worker could run it."""

import click

from signer.audit.actor import command_line
from signer.batches.reconcile import Unreconciled
from signer.cli.instance import open_instance
from signer.days import today
from signer.service.night import run_night


@click.command()
def daily() -> None:
    """Complete the days that are over, reconcile the counts, and empty the write-ahead log.

    The service does the same each night at 00:10 in Brussels; running it again does no harm.
    """
    settings, engine = open_instance()
    found = run_night(engine, settings, on=today(), actor=command_line())
    if found.disagreement:
        raise Unreconciled(found.disagreement)
    click.echo("the days before today are complete: settled, counted, listed, in the order of their random ids")
    click.echo("reconciled: received = kept + erased for every Member State and day; as many leaves in the log")
    if found.is_log_empty:
        click.echo("the write-ahead log has nothing of them any more")
    else:
        click.echo("the write-ahead log still tells in which order they came; run `signer doctor`", err=True)
    if not found.are_tables_tidy:
        click.echo("a table, named above, still tells in which order rows came; the next night ends that", err=True)
