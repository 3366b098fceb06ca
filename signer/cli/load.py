"""`signer load`: fills a demonstration with statements of invented people, to try pages, forecasts and limits with."""

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from datetime import date, timedelta

import click
from sqlalchemy import Connection, Engine, delete, func, select

from signer.audit.entry import EntryKind
from signer.cli.instance import acting, open_instance, show
from signer.database import reading, writing
from signer.days import today
from signer.errors import SignerError
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.queries import read_initiatives
from signer.progress import progress
from signer.rehearsal.filling import LIKE_DEMO, Chunk, collected_days, fill, planned, shared_out
from signer.settings import Settings
from signer.statements.night import bring_home
from signer.statements.tables import arrival, day_list, erasure, received, settled, statement
from signer.tallies.daily_forecast import foresee, keep_forecast

FEW = 5_000
"""Fewer are sealed sooner than other processes have started."""
NOWHERE = ".invalid"
"""Where the log of a demonstration or rehearsal is: a name that nobody can ever reach (RFC 2606)."""


class NotForTrying(SignerError):
    """The instance may be a real one, or has statements already; nothing was stored."""


class Unfinished(SignerError):
    """Somebody ended it half-way, or a process that sealed is gone; what was stored is complete."""


@click.command()
@click.option("--like-demo", is_flag=True, help="As many as the demonstration's initiative had in each Member State.")
@click.option("--count", type=click.IntRange(1, 10_000_000), help="So many, in the same shares.")
@click.option("--add", is_flag=True, help="Add to the statements that there are.")
@click.option("--processes", type=click.IntRange(min=0), help="How many seal at once; as many as cores without it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def load(
    *,
    like_demo: bool,
    count: int | None,
    add: bool,
    processes: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fill a demonstration with statements of invented people, spread over the days since it began.

    Each is read by the rules and sealed like a citizen's, so that batches open and numbers reconcile: two cores take a
    minute for --like-demo. Never for a live instance: refused unless it is a demonstration, opened, and empty.
    """
    if like_demo == (count is not None):
        raise click.UsageError("say how many: --like-demo, or --count N")
    settings, engine = open_instance()
    initiative = require_demonstration(settings, engine, add=add)
    counts = dict(LIKE_DEMO) if count is None else shared_out(count)
    total, on, began = sum(counts.values()), today(), time.monotonic()
    if processes is None:
        processes = 0 if total < FEW else os.cpu_count() or 1
    _note(settings, engine, initiative, total)
    chunks = planned(counts, collected_days(initiative, on))
    stored = fill(engine, settings, initiative, chunks, processes=processes)
    done = 0
    try:
        for _ in progress(_one_by_one(stored), total=total, label="statements", quiet=quiet):
            done += 1
    except (KeyboardInterrupt, BrokenProcessPool):
        raise Unfinished(
            f"ended after {done} of {total} statements, which are complete and agree; go on with --add"
        ) from None
    _list_again(engine, settings, initiative, on=on)
    reckon(engine, initiative, on=on)
    seconds = round(time.monotonic() - began, 1)
    found = {"initiative": initiative.registration_number, "statements": total, "seconds": seconds}
    show(found, as_json=as_json, text=f"{total} statements of invented people in {seconds} seconds")


def _list_again(engine: Engine, settings: Settings, initiative: Initiative, *, on: date) -> None:
    """Grow the log over the new leaves, and list the days again: invented ones came to days that were over."""
    with writing(engine) as connection:
        connection.execute(delete(day_list).filter_by(initiative_id=initiative.id))
    bring_home(engine, settings, initiative, on - timedelta(days=1))


def require_demonstration(settings: Settings, engine: Engine, *, add: bool) -> Initiative:
    """Return the initiative that statements may be invented for. Raises NotForTrying.

    Everything has to speak for a demonstration: that every page says so, that its log can have no readers, that one
    initiative is collecting, and that there are no statements yet.
    """
    if not settings.demonstration:
        raise NotForTrying(
            "this instance is no demonstration (setting 'demonstration'); statements are invented only in one"
        )
    host = settings.log_origin.partition("/")[0]
    if not host.endswith(NOWHERE):
        raise NotForTrying(f"the log of this instance is at {host}; that of a demonstration ends with {NOWHERE}")
    with reading(engine) as connection:
        collecting = [found for found in read_initiatives(connection) if found.status is Status.COLLECTING]
        if len(collecting) != 1:
            raise NotForTrying(f"{len(collecting)} initiatives are collecting here, expected one")
        if not add and (there := _count_statements(connection)):
            raise NotForTrying(
                f"there are {there} statements already; make a new demonstration, or say --add to add to them"
            )
    return collecting[0]


def reckon(engine: Engine, initiative: Initiative, *, on: date) -> None:
    """Make the forecast of the day again, as the morning's periodic work would have."""
    with writing(engine) as connection:
        keep_forecast(connection, initiative.id, foresee(connection, initiative, on=on), on=on)


def _count_statements(connection: Connection) -> int:
    """Return how many there are, or were: counted by every trace that one leaves."""
    counted = [func.count()] * 4 + [func.coalesce(func.sum(received.c.statements), 0)]
    tables = (statement, settled, arrival, erasure, received)
    return max(
        int(connection.scalar(select(number).select_from(table)) or 0)
        for number, table in zip(counted, tables, strict=True)
    )


def _note(settings: Settings, engine: Engine, initiative: Initiative, total: int) -> None:
    with acting(settings, engine) as unit:
        unit.record(EntryKind.STATEMENTS_INVENTED, initiative.registration_number, statements=total)


def _one_by_one(chunks: Iterable[Chunk]) -> Iterator[None]:
    for chunk in chunks:
        yield from [None] * chunk.statements
