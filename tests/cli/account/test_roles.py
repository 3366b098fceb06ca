"""`signer account list`, `give` and `take`: who holds which role, and that each change is written down."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from signer.accounts.invite import accept
from signer.accounts.log_on import begin_session
from signer.accounts.roles import HeldRole, Role
from signer.audit.actor import command_line
from signer.database import writing
from signer.settings import Settings
from tests.acts import unit
from tests.cli.account.conftest import (
    BARTHOLOMEW,
    NUMBER,
    OTTOLINE,
    OWNER,
    SECOND,
    Ended,
    Run,
    entries,
    known,
    now,
    token_of,
)


def test_before_the_first_account_the_list_says_what_to_do(run: Run) -> None:
    assert run("list") == Ended(0, "no account yet; next: signer account invite EMAIL --role owner\n", "")
    assert json.loads(run("list", "--json").out) == []


def test_the_list_shows_roles_factors_and_invitations_that_wait(run: Run, join: Callable[..., int]) -> None:
    join(OTTOLINE)
    run("give", OTTOLINE, "--role", "auditor")
    run("invite", BARTHOLOMEW, "--role", "reader")

    shown = run("list")

    accounts, waiting = shown.out.splitlines()
    assert accounts == f"{OTTOLINE}  Ottoline Invented  active  two factors  auditor of {NUMBER}, owner of {NUMBER}"
    assert waiting.startswith(f"{BARTHOLOMEW}  invited until ")
    assert waiting.endswith(f" UTC  reader of {NUMBER}")


def test_the_list_as_json_is_for_programs_and_holds_no_secret(
    run: Run, join: Callable[..., int], engine: Engine, settings: Settings
) -> None:
    account_id = join(OTTOLINE)
    at = datetime(2027, 5, 1, 9, 30, tzinfo=UTC)
    with writing(engine) as connection:
        begin_session(unit(connection, settings), account_id, now=at)

    (row,) = json.loads(run("list", "--json").out)

    assert row == {
        "email": OTTOLINE,
        "name": "Ottoline Invented",
        "active": True,
        "two_factors": True,
        "last_log_on": "2027-05-01T09:30:00+00:00",
        "roles": [{"role": "owner", "initiative": NUMBER}],
    }


def test_a_role_is_given_and_taken(run: Run, join: Callable[..., int], engine: Engine) -> None:
    join(OTTOLINE)

    assert run("give", "Ottoline@Initiative.EXAMPLE", "--role", "reader").out == f"{OTTOLINE} is reader of {NUMBER}\n"
    assert known(engine, OTTOLINE).roles == (OWNER, HeldRole(Role.READER, NUMBER))
    assert run("take", OTTOLINE, "--role", "owner").out == f"{OTTOLINE} is no longer owner of {NUMBER}\n"
    assert run("give", OTTOLINE, "--role", "administrator").out == f"{OTTOLINE} is administrator of the instance\n"
    assert known(engine, OTTOLINE).roles == (HeldRole(Role.ADMINISTRATOR), HeldRole(Role.READER, NUMBER))


def test_a_role_that_is_not_held_cannot_be_taken(run: Run, join: Callable[..., int]) -> None:
    account_id = join(OTTOLINE)

    assert run("take", OTTOLINE, "--role", "auditor").refusal() == (
        f"account {account_id} does not hold the role auditor; nothing was taken"
    )


@pytest.mark.usefixtures("two_initiatives")
def test_a_role_of_one_of_two_initiatives_is_taken_there_alone(run: Run, engine: Engine, settings: Settings) -> None:
    for number in (NUMBER, SECOND):
        token = token_of(run("invite", OTTOLINE, "--role", "owner", "--initiative", number).out)
        with writing(engine) as connection:
            accept(unit(connection, settings), token, name="Ottoline", password_hash="hash", now=now())

    assert run("take", OTTOLINE, "--role", "owner").refusal().startswith("there are 2 initiatives")
    run("take", OTTOLINE, "--role", "owner", "--initiative", NUMBER)

    assert known(engine, OTTOLINE).roles == (HeldRole(Role.OWNER, SECOND),)


def test_whatever_is_done_is_written_down_with_the_user_who_typed_it(
    run: Run, join: Callable[..., int], engine: Engine
) -> None:
    account_id = join(OTTOLINE)
    run("give", OTTOLINE, "--role", "reader")
    run("take", OTTOLINE, "--role", "reader")
    run("reset-second-factor", OTTOLINE, "--yes")
    run("renew", OTTOLINE, "--yes")
    run("deactivate", OTTOLINE, "--yes")

    actor = command_line()
    assert actor.startswith("command:")
    assert entries(engine) == [
        ("account_invited", actor, NUMBER),
        ("account_made", f"account:{account_id}", ""),
        ("role_given", actor, NUMBER),
        ("role_given", actor, NUMBER),
        ("role_taken", actor, NUMBER),
        ("second_factor_changed", actor, ""),
        ("account_changed", actor, ""),
        ("account_invited", actor, NUMBER),
        ("account_deactivated", actor, ""),
    ]
