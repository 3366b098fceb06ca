"""`signer load` fills a demonstration, and refuses whatever might be anything else."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from signer.cli.load import NotForTrying, load, reckon, require_demonstration
from signer.database import reading, writing
from signer.initiatives.initiative import Status
from signer.initiatives.lifecycle import change_status, import_description
from signer.tallies.daily_forecast import read_forecast
from tests.acts import MAY_DAY, unit
from tests.cli.conftest import Run
from tests.conftest import NUMBER, Instance, describe
from tests.counts import receive


def demonstration(instance: Instance, **changes: object) -> Instance:
    """The same instance, as a demonstration."""
    return replace(instance, settings=replace(instance.settings, demonstration=True, **changes))  # type: ignore[arg-type]


def test_a_demonstration_without_statements_is_filled(on_sqlite: Instance) -> None:
    tried = demonstration(on_sqlite)

    assert require_demonstration(tried.settings, tried.engine, add=False).registration_number == NUMBER


def test_a_live_instance_is_refused(on_sqlite: Instance) -> None:
    with pytest.raises(NotForTrying, match="no demonstration"):
        require_demonstration(on_sqlite.settings, on_sqlite.engine, add=True)


def test_an_instance_whose_log_can_have_readers_is_refused(on_sqlite: Instance) -> None:
    """Somebody may have set `demonstration` by mistake, or opened a real one as a trial."""
    tried = demonstration(on_sqlite, log_origin="support.example.org/log")

    with pytest.raises(NotForTrying, match=r"support\.example\.org"):
        require_demonstration(tried.settings, tried.engine, add=True)


def test_statements_that_are_there_are_not_mixed_with_invented_ones_unasked(on_sqlite: Instance) -> None:
    tried = demonstration(on_sqlite)
    receive(tried, {"DE": 3})

    with pytest.raises(NotForTrying, match="3 statements already"):
        require_demonstration(tried.settings, tried.engine, add=False)
    assert require_demonstration(tried.settings, tried.engine, add=True)


def test_without_one_initiative_that_collects_it_is_refused(on_sqlite: Instance) -> None:
    tried = demonstration(on_sqlite)
    with writing(tried.engine) as connection:
        import_description(unit(connection, tried.settings), describe("2027/000043"))
        change_status(unit(connection, tried.settings), NUMBER, Status.CLOSED)

    with pytest.raises(NotForTrying, match="0 initiatives are collecting"):
        require_demonstration(tried.settings, tried.engine, add=False)


def test_the_days_figures_are_reckoned_anew(on_sqlite: Instance) -> None:
    """Periodic work found an empty collection this morning, and made no forecast."""
    receive(on_sqlite, {"DE": 10_000}, on=MAY_DAY - timedelta(days=1))

    reckon(on_sqlite.engine, on_sqlite.initiative, on=MAY_DAY)

    with reading(on_sqlite.engine) as connection:
        made_on, made = read_forecast(connection, on_sqlite.initiative.id) or pytest.fail("there is no forecast")
    assert made_on == MAY_DAY
    assert made.received.low >= 10_000


def test_the_command_fills_a_demonstration_and_its_numbers_agree(signer: Run) -> None:
    assert signer("demo", "--prepare-only").code == 0

    loaded = signer("load", "--count", 60, "--json")
    again = signer("load", "--count", 60)

    assert loaded.code == 0, loaded.stderr
    assert json.loads(loaded.stdout)["statements"] == 60
    assert "statements: 60 of 60 (100 %)" in loaded.stderr
    assert again.code == 1
    assert "60 statements already" in again.stderr


@pytest.mark.parametrize("arguments", [[], ["--like-demo", "--count", "3"], ["--count", "0"]])
def test_it_wants_to_be_told_how_many(arguments: list[str]) -> None:
    assert CliRunner().invoke(load, arguments).exit_code == 2
