"""`signer daily`: what should be done once a day, in a quiet hour."""

import click
from sqlalchemy import text

from signer.batches.reconcile import require_batches_whole
from signer.cli.instance import open_instance
from signer.database import is_sqlite, reading, writing
from signer.tallies.reconcile import require_reconciled
from signer.tallies.rollup import roll_up


@click.command()
def daily() -> None:
    """Reconcile the counts, and rewrite PostgreSQL's rows in the order of their random ids."""
    _, engine = open_instance()
    roll_up(engine)
    with reading(engine) as connection:
        require_reconciled(connection)
        require_batches_whole(connection)
    click.echo("reconciled: received = kept + erased for every Member State and day; as many leaves in the log")
    if not is_sqlite(engine):
        # Rows lie in the order in which they came until they are rewritten; SQLite keeps them by id anyway.
        with writing(engine) as connection:
            connection.execute(text("CLUSTER statement USING statement_pkey"))
            connection.execute(text("CLUSTER leaf USING leaf_pkey"))
            connection.execute(text("CLUSTER spent_check USING spent_check_pkey"))
        click.echo("statements, leaves and spent human checks are rewritten in the order of their random ids")
