"""`signer account` refuses in one line, or says how it is meant, and has changed nothing."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from signer.settings import Settings
from tests.cases import every_case
from tests.cli.account.conftest import BARTHOLOMEW, OTTOLINE, Run, entries
from tests.cli.conftest import environment_in


@pytest.mark.parametrize("command", [["invite"], ["give"], ["take"]])
def test_an_initiative_that_is_not_there_is_named(run: Run, join: Callable[..., int], command: list[str]) -> None:
    join(OTTOLINE)

    refused = run(*command, OTTOLINE, "--role", "owner", "--initiative", "2031/000001")

    assert refused.refusal() == "there is no initiative 2031/000001"


EVERY_COMMAND = [
    ["invite", "--role", "owner"],
    ["give", "--role", "owner"],
    ["take", "--role", "owner"],
    ["deactivate"],
    ["deactivate", "--yes"],
    ["reset-second-factor"],
    ["reset-second-factor", "--yes"],
    ["renew"],
    ["renew", "--yes"],
]


NO_ADDRESSES = ["", "ottoline", "ottoline@", "a@b@c.example", "o@initiative.example\nx", "-"]


@every_case("command", EVERY_COMMAND, ids=" ".join)
def test_what_is_no_address_is_refused_without_being_repeated(run: Run, engine: Engine, command: list[str]) -> None:
    for address in NO_ADDRESSES:
        refused = run(*command, "--", address)

        assert refused.refusal() == "this is not an e-mail address; expected one like name@example.org"
    assert entries(engine) == []


@every_case("command", EVERY_COMMAND[1:], ids=" ".join)
def test_an_account_that_is_not_there_is_not_made_by_the_way(run: Run, engine: Engine, command: list[str]) -> None:
    """Also not said to be there by a dry run."""
    assert run(*command, OTTOLINE).refusal() == "there is no account with this e-mail address"
    assert entries(engine) == []


@every_case(
    "arguments",
    [
        [],
        ["invite"],
        ["invite", OTTOLINE],
        ["invite", OTTOLINE, "--role", "king"],
        ["invite", OTTOLINE, BARTHOLOMEW, "--role", "owner"],
        ["give", OTTOLINE],
        ["deactivate"],
        ["deactivate", OTTOLINE, "--force"],
        ["remove", OTTOLINE],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_two_and_says_how_it_is_meant(run: Run, arguments: list[str]) -> None:
    wrong = run(*arguments)

    assert wrong.status == 2
    assert "Usage: signer account" in wrong.out + wrong.err
    assert "Traceback" not in wrong.err


def test_a_missing_key_of_the_log_keeps_everything_as_it_was(run: Run, engine: Engine, settings: Settings) -> None:
    (settings.secrets / "audit-key").unlink()

    assert "audit-key" in run("invite", OTTOLINE, "--role", "owner").refusal()
    assert entries(engine) == []


def test_as_an_operator_types_it_an_error_is_one_line(made: Path) -> None:
    """The real program, in a process of its own."""

    def signer(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "signer.cli.main", *arguments]
        environ = os.environ | environment_in(made)
        return subprocess.run(command, capture_output=True, text=True, env=environ, check=False, timeout=60)

    listed = signer("account", "list")
    refused = signer("account", "deactivate", OTTOLINE, "--yes")

    assert (listed.returncode, listed.stderr) == (0, "")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "signer: there is no account with this e-mail address\n"


def test_without_an_instance_the_command_says_what_to_do(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNER_INSTANCE", str(tmp_path / "nowhere"))

    assert "signer init" in run("list").refusal()
