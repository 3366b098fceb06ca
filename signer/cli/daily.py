"""`signer daily`: what should be done once a day, in a quiet hour."""

import click
from sqlalchemy import Engine, text

from signer.audit.entry import EntryKind
from signer.batches.reconcile import Unreconciled, require_reconciled
from signer.cli.instance import acting, open_instance
from signer.database import is_sqlite, reading, writing
from signer.settings import Settings
from signer.tallies.rollup import roll_up


@click.command()
def daily() -> None:
    """Reconcile the counts, and rewrite PostgreSQL's rows in the order of their random ids."""
    settings, engine = open_instance()
    roll_up(engine)
    try:
        with reading(engine) as connection:
            require_reconciled(connection)
    except Unreconciled as disagreement:
        _write_down(settings, engine, EntryKind.NOT_RECONCILED, found=str(disagreement))
        raise
    _write_down(settings, engine, EntryKind.RECONCILED)
    click.echo("reconciled: received = kept + erased for every Member State and day; as many leaves in the log")
    if not is_sqlite(engine):
        # Rows lie in the order in which they came until they are rewritten; SQLite keeps them by id anyway.
        with writing(engine) as connection:
            connection.execute(text("CLUSTER statement USING statement_pkey"))
            connection.execute(text("CLUSTER leaf USING leaf_pkey"))
            connection.execute(text("CLUSTER spent_check USING spent_check_pkey"))
        click.echo("statements, leaves and spent human checks are rewritten in the order of their random ids")


def _write_down(settings: Settings, engine: Engine, kind: EntryKind, **details: str) -> None:
    with acting(settings, engine) as unit:
        unit.record(kind, **details)
