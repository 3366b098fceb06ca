"""Acts of somebody who runs the service, as tests take them: the tester's, on May Day, unless they say otherwise."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from signer.audit.unit_of_work import UnitOfWork, unit_of_work
from signer.batches.export import brought_up_to_date, export, record_export
from signer.batches.freeze import freeze, prepare
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary
from signer.batches.reconcile import require_reconciled
from signer.database import reading, writing
from signer.initiatives.initiative import Initiative
from signer.retention.erase import erase
from signer.sealing.code import Code
from signer.settings import Settings

MAY_DAY = date(2027, 5, 1)
TESTER = "command:test"

Rest = ParamSpec("Rest")
Result = TypeVar("Result")


def unit(connection: Connection, settings: Settings, *, on: date = MAY_DAY, actor: str = TESTER) -> UnitOfWork:
    """Return the unit of work of an open transaction, which may hold several acts."""
    return UnitOfWork(connection, settings, actor, on)


def act(
    engine: Engine, settings: Settings, *, on: date = MAY_DAY, actor: str = TESTER
) -> Callable[[Callable[Concatenate[UnitOfWork, Rest], Result]], Callable[Rest, Result]]:
    """Return what runs a use case in a transaction of its own: `act(engine, settings, on=day)(freeze)(number, …)`."""

    def running(use_case: Callable[Concatenate[UnitOfWork, Rest], Result]) -> Callable[Rest, Result]:
        def run(*arguments: Rest.args, **options: Rest.kwargs) -> Result:
            with unit_of_work(engine, settings, on=on, actor=actor) as opened:
                return use_case(opened, *arguments, **options)

        return run

    return running


def export_to(
    folder: Path, engine: Engine, settings: Settings, batch: BatchSummary, *, on: date = MAY_DAY, actor: str = TESTER
) -> Path:
    """Export a batch as the command does: it reads in one transaction and is recorded in another."""
    require_reconciled(engine)
    there = brought_up_to_date(engine, settings, batch, lambda: unit_of_work(engine, settings, on=on, actor=actor))
    recording = act(engine, settings, on=on, actor=actor)(record_export)
    with reading(engine) as connection:
        return export(connection, settings, there, folder, recorded=lambda: recording(there))


def erase_now(engine: Engine, settings: Settings, initiative: Initiative, code: Code, *, on: date = MAY_DAY) -> None:
    """Erase a statement in a transaction of its own, as the service does."""
    with writing(engine) as connection:
        erase(connection, settings, initiative, code, on=on)


def freeze_now(
    engine: Engine,
    settings: Settings,
    member_state: str,
    *,
    number: str,
    until: date | None = None,
    final: bool = False,
    on: date = MAY_DAY,
    actor: str = TESTER,
) -> Manifest:
    """Prepare and freeze a batch, as page and command do."""
    prepared = prepare(engine, settings, number, member_state, until=until, final=final, on=on)
    return act(engine, settings, on=on, actor=actor)(freeze)(prepared)
