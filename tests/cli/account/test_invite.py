"""`signer account invite`: how the first owner comes in."""

import pytest
from sqlalchemy import Engine

from signer.accounts.invite import accept
from signer.accounts.roles import HeldRole, Role
from signer.database import writing
from signer.settings import Settings
from tests.acts import unit
from tests.cli.account.conftest import NUMBER, OTTOLINE, OWNER, SECOND, Run, held_by, known, now, token_of


def test_the_first_owner_gets_a_link_that_makes_the_account(run: Run, engine: Engine, settings: Settings) -> None:
    invited = run("invite", OTTOLINE, "--role", "owner")

    assert invited.status == 0
    (link,) = invited.out.splitlines()
    assert link.startswith("/console/invitation?token=")
    with writing(engine) as connection:
        accept(unit(connection, settings), token_of(link), name="Ottoline", password_hash="hash", now=now())
    assert known(engine, OTTOLINE).roles == (OWNER,)


def test_without_a_public_address_the_operator_is_told_to_put_it_in_front(run: Run) -> None:
    said = run("invite", OTTOLINE, "--role", "owner").err

    assert "works once, for 7 days" in said
    assert "public_url" in said


def test_with_a_public_address_the_link_is_whole_and_nothing_has_to_be_added(run: Run, settings: Settings) -> None:
    path = settings.instance / "settings.toml"
    path.write_text(f'public_url = "https://support.example.org"\n{path.read_text()}')

    invited = run("invite", OTTOLINE, "--role", "owner")

    assert invited.out.startswith("https://support.example.org/console/invitation?token=")
    assert "public_url" not in invited.err


def test_nothing_but_the_link_stands_on_standard_output(run: Run) -> None:
    """It is piped into a mail or copied as it is."""
    invited = run("invite", OTTOLINE, "--role", "owner")

    assert len(invited.out.splitlines()) == 1
    assert token_of(invited.out) not in invited.err


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_role_can_be_invited_to(run: Run, engine: Engine, role: str) -> None:
    held = held_by(engine, token_of(run("invite", OTTOLINE, "--role", role).out))

    assert held == HeldRole(Role(role), "" if role == "administrator" else NUMBER)


def test_an_administrator_is_one_for_the_whole_instance(run: Run) -> None:
    refused = run("invite", OTTOLINE, "--role", "administrator", "--initiative", NUMBER)

    assert refused.refusal() == "an administrator is one for the whole instance; name no initiative"


@pytest.mark.usefixtures("two_initiatives")
def test_of_several_initiatives_one_has_to_be_named(run: Run, engine: Engine) -> None:
    unnamed = run("invite", OTTOLINE, "--role", "owner")
    named = run("invite", OTTOLINE, "--role", "owner", "--initiative", SECOND)
    formal = run("invite", OTTOLINE, "--role", "reader", "--initiative", "ECI(2027)000043")

    assert unnamed.refusal() == "there are 2 initiatives; name one with --initiative"
    assert held_by(engine, token_of(named.out)) == HeldRole(Role.OWNER, SECOND)
    assert held_by(engine, token_of(formal.out)) == HeldRole(Role.READER, SECOND)
    assert run("invite", OTTOLINE, "--role", "administrator").status == 0


@pytest.mark.usefixtures("two_initiatives")
def test_an_owner_is_invited_before_the_initiative_is_there_and_nobody_else(run: Run, engine: Engine) -> None:
    """Who imports it at the console has to be its owner before."""
    there = ["--initiative", "ECI(2031)000001", "--new"]

    invited = run("invite", OTTOLINE, "--role", "owner", *there)

    assert held_by(engine, token_of(invited.out)) == HeldRole(Role.OWNER, "2031/000001")
    for refused in (
        run("invite", OTTOLINE, "--role", "editor", *there),
        run("invite", OTTOLINE, "--role", "owner", "--new"),
    ):
        assert refused.status == 2
        assert "--new goes with --role owner and --initiative" in refused.err
