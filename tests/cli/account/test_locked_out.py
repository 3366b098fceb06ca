"""`signer account deactivate`, `reset-second-factor` and `renew`: who is locked out, and how they come back."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, insert, select

from signer.accounts.invite import UnknownInvitation, accept
from signer.accounts.log_on import begin_session, holds_session
from signer.accounts.roles import HeldRole, Role
from signer.accounts.tables import account, webauthn_credential
from signer.database import reading, writing
from signer.settings import Settings
from tests.accounts.conftest import passkey
from tests.acts import unit
from tests.cli.account.conftest import (
    NUMBER,
    OTTOLINE,
    OWNER,
    Ended,
    Run,
    entries,
    held_by,
    known,
    now,
    token_of,
)


@pytest.mark.parametrize(
    "case",
    [
        ("deactivate", f"would lose owner of {NUMBER} and be shut"),
        ("reset-second-factor", "would set up a second factor at the next log-on"),
        ("renew", "would be logged off and shut until a new link is used"),
    ],
)
def test_what_locks_somebody_out_is_a_dry_run_without_yes(
    run: Run, join: Callable[..., int], engine: Engine, settings: Settings, case: tuple[str, str]
) -> None:
    command, said = case
    account_id = join(OTTOLINE)
    with writing(engine) as connection:
        session_id = begin_session(unit(connection, settings), account_id, now=now())
    before, log = state(engine, account_id), entries(engine)

    dry = run(command, OTTOLINE)

    assert (dry.status, dry.err) == (0, "")
    assert dry.out == f"dry run: {OTTOLINE} {said}; add --yes to do it\n"
    assert state(engine, account_id) == before
    assert entries(engine) == log
    with reading(engine) as connection:
        assert holds_session(connection, account_id, session_id, now=now())


def state(engine: Engine, account_id: int) -> tuple[object, ...]:
    with reading(engine) as connection:
        return tuple(connection.execute(select(account).where(account.c.id == account_id)).one())


def test_deactivating_shuts_the_account_until_it_is_invited_again(
    run: Run, join: Callable[..., int], engine: Engine, settings: Settings
) -> None:
    account_id = join(OTTOLINE)
    waiting = token_of(run("invite", OTTOLINE, "--role", "reader").out)
    with writing(engine) as connection:
        session_id = begin_session(unit(connection, settings), account_id, now=now())

    shut = run("deactivate", OTTOLINE, "--yes")

    assert shut == Ended(0, f"{OTTOLINE} is shut; to open it again: signer account invite\n", "")
    with reading(engine) as connection:
        assert not holds_session(connection, account_id, session_id, now=now())
    assert run("list").out == f"{OTTOLINE}  Ottoline Invented  shut  no second factor yet\n"
    with pytest.raises(UnknownInvitation):
        held_by(engine, waiting)
    assert held_by(engine, token_of(run("invite", OTTOLINE, "--role", "owner").out)) == OWNER


def test_a_reset_leaves_password_and_roles_and_forgets_every_second_factor(
    run: Run, join: Callable[..., int], engine: Engine
) -> None:
    account_id = join(OTTOLINE)
    with writing(engine) as connection:
        connection.execute(insert(webauthn_credential).values(passkey(account_id)))

    reset = run("reset-second-factor", OTTOLINE, "--yes")

    assert reset == Ended(0, f"{OTTOLINE} sets up a second factor at the next log-on\n", "")
    assert (known(engine, OTTOLINE).active, known(engine, OTTOLINE).two_factors) == (True, False)
    assert known(engine, OTTOLINE).roles == (OWNER,)
    with reading(engine) as connection:
        assert connection.execute(select(webauthn_credential)).all() == []
        assert connection.scalar(select(account.c.password)) == "hash"


def test_renewing_prints_a_link_by_which_the_owner_comes_back_with_all_roles(
    run: Run, join: Callable[..., int], engine: Engine, settings: Settings
) -> None:
    account_id = join(OTTOLINE)
    run("give", OTTOLINE, "--role", "auditor")

    renewed = run("renew", OTTOLINE, "--yes")

    assert renewed.status == 0
    assert not known(engine, OTTOLINE).active
    with writing(engine) as connection:
        back = accept(
            unit(connection, settings), token_of(renewed.out), name="Ottoline", password_hash="new hash", now=now()
        )
    assert back == account_id
    assert known(engine, OTTOLINE).active
    assert known(engine, OTTOLINE).roles == (HeldRole(Role.AUDITOR, NUMBER), OWNER)


def test_who_holds_no_role_is_invited_rather_than_renewed(run: Run, join: Callable[..., int], engine: Engine) -> None:
    join(OTTOLINE)
    run("take", OTTOLINE, "--role", "owner")

    assert run("renew", OTTOLINE, "--yes").refusal() == ("the account holds no role; invite its owner to one instead")
    assert known(engine, OTTOLINE).active
