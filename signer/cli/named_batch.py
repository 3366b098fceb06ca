"""Arguments by which commands name an initiative and a batch, and the row of a certificate."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import Engine

from signer.audit.unit_of_work import UnitOfWork
from signer.batches.queries import BatchSummary, Certificate, find_batch
from signer.batches.reconcile import require_reconciled
from signer.cli.instance import acting, open_instance
from signer.database import reading
from signer.initiatives.initiative import UnknownInitiative
from signer.initiatives.queries import read_initiatives
from signer.registration_number import normal_number
from signer.settings import Settings


def of_initiative(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option by which its initiative is named."""
    help_ = "Registration number; needed where there are several initiatives."
    return click.option("--initiative", "number", help=help_)(command)


def one_batch(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the arguments by which one batch is named: Member State and number."""
    command = click.argument("batch_number", metavar="NUMBER", type=int)(command)
    return of_initiative(click.argument("member_state")(command))


def day_option(name: str, help_: str, *, required: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return an option that takes a day in ISO form."""
    return click.option(name, type=click.DateTime(["%Y-%m-%d"]), help=help_, required=required)


as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def find_named(number: str | None, member_state: str, batch_number: int) -> tuple[Settings, Engine, BatchSummary]:
    """Return the instance and the batch that a command names. Raises UnknownInitiative or UnknownBatch."""
    settings, engine = open_instance()
    with reading(engine) as connection:
        return settings, engine, find_batch(connection, number_of(engine, number), member_state, batch_number)


@contextmanager
def agreeing(settings: Settings, engine: Engine) -> Iterator[UnitOfWork]:
    """Give the unit of work of one step of a batch, once the numbers agree. Raises Unreconciled."""
    require_reconciled(engine)
    with acting(settings, engine) as unit:
        yield unit


def number_of(engine: Engine, number: str | None) -> str:
    """Return the registration number that was given, or that of the only initiative."""
    if number:
        return normal_number(number)
    with reading(engine) as connection:
        numbers = [found.registration_number for found in read_initiatives(connection)]
    if len(numbers) != 1:
        raise UnknownInitiative(f"there are {len(numbers)} initiatives; name one with --initiative")
    return numbers[0]


def certificate_row(certificate: Certificate | None) -> dict[str, object] | None:
    """Return a certificate as JSON has it."""
    if certificate is None:
        return None
    return {**vars(certificate), "issued_on": certificate.issued_on.isoformat(), "invalid": dict(certificate.invalid)}
