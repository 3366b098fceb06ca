"""`signer account`: the first owner, and emergencies. Everything else is done at the console."""

from datetime import UTC, datetime

import click
from sqlalchemy import Connection, Engine

from signer.accounts.address import normal_address
from signer.accounts.invite import invitation_link, invite, renew
from signer.accounts.manage import deactivate, give_role, reset_second_factor, take_role
from signer.accounts.queries import Account, find_account, read_accounts, read_waiting
from signer.accounts.roles import WHOLE_INSTANCE, HeldRole, Role
from signer.cli.instance import acting, open_instance, show
from signer.cli.named_batch import as_json_option, number_of, of_initiative
from signer.database import reading
from signer.initiatives.queries import find_initiative
from signer.registration_number import normal_number
from signer.settings import Settings

role_option = click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
yes_option = click.option("--yes", is_flag=True, help="Really do it; without it, only say what would be done.")


@click.group()
def account() -> None:
    """Invite the first people to the console, and help those who are locked out."""


@account.command("invite")
@click.argument("email")
@role_option
@of_initiative
@click.option("--new", is_flag=True, help="The initiative is not here yet: its owner will import it at the console.")
def invite_one(email: str, role: str, number: str | None, *, new: bool) -> None:
    """Print the link by which the owner of EMAIL accepts a role. Hand it over by a way that you trust."""
    settings, engine = open_instance()
    held = _owner_to_be(role, number) if new else _held(engine, role, number)
    with acting(settings, engine) as unit:
        token = invite(unit, normal_address(email), held, now=datetime.now(UTC))
    _show_link(settings, token)


@account.command("list")
@as_json_option
def list_all(*, as_json: bool) -> None:
    """List the accounts with their roles, and the invitations that wait."""
    _, engine = open_instance()
    with reading(engine) as connection:
        accounts, waiting = read_accounts(connection), read_waiting(connection, now=datetime.now(UTC))
    lines = [
        f"{there.email}  {there.name}  {'active' if there.active else 'shut'}  "
        f"{'two factors' if there.two_factors else 'no second factor yet'}  {_roles(there)}".rstrip()
        for there in accounts
    ]
    lines += [f"{one.email}  invited until {one.expires_at:%Y-%m-%d %H:%M} UTC  {_role(one.held)}" for one in waiting]
    rows = [
        {
            "email": there.email,
            "name": there.name,
            "active": there.active,
            "two_factors": there.two_factors,
            "last_log_on": there.last_log_on.isoformat() if there.last_log_on else None,
            "roles": [{"role": held.role, "initiative": held.initiative} for held in there.roles],
        }
        for there in accounts
    ]
    text = "\n".join(lines) or "no account yet; next: signer account invite EMAIL --role owner"
    show(rows, as_json=as_json, text=text)


@account.command()
@click.argument("email")
@role_option
@of_initiative
def give(email: str, role: str, number: str | None) -> None:
    """Give an account a role."""
    settings, engine = open_instance()
    held = _held(engine, role, number)
    with acting(settings, engine) as unit:
        found = _find(unit.connection, email)
        give_role(unit, found.id, held)
    click.echo(f"{found.email} is {_role(held)}")


@account.command()
@click.argument("email")
@role_option
@of_initiative
def take(email: str, role: str, number: str | None) -> None:
    """Take a role from an account."""
    settings, engine = open_instance()
    held = _held(engine, role, number)
    with acting(settings, engine) as unit:
        found = _find(unit.connection, email)
        take_role(unit, found.id, held)
    click.echo(f"{found.email} is no longer {_role(held)}")


@account.command("deactivate")
@click.argument("email")
@yes_option
def deactivate_one(email: str, *, yes: bool) -> None:
    """End an account: it is logged off, loses its roles and cannot log on."""
    settings, engine = open_instance()
    if not yes:
        with reading(engine) as connection:
            found = _find(connection, email)
        click.echo(f"dry run: {found.email} would lose {_roles(found) or 'no role'} and be shut; add --yes to do it")
        return
    with acting(settings, engine) as unit:
        found = _find(unit.connection, email)
        deactivate(unit, found.id)
    click.echo(f"{found.email} is shut; to open it again: signer account invite")


@account.command("reset-second-factor")
@click.argument("email")
@yes_option
def reset_one(email: str, *, yes: bool) -> None:
    """Forget the second factors of somebody who has lost them and still knows the password.

    Whoever knows the password can set up a second factor from then on: be sure who asks.
    """
    settings, engine = open_instance()
    if not yes:
        with reading(engine) as connection:
            found = _find(connection, email)
        click.echo(f"dry run: {found.email} would set up a second factor at the next log-on; add --yes to do it")
        return
    with acting(settings, engine) as unit:
        found = _find(unit.connection, email)
        reset_second_factor(unit, found.id)
    click.echo(f"{found.email} sets up a second factor at the next log-on")


@account.command("renew")
@click.argument("email")
@yes_option
def renew_one(email: str, *, yes: bool) -> None:
    """Print a link by which somebody who has lost the password chooses password and second factor anew.

    The account is shut until then and keeps its roles. Be sure who asks.
    """
    settings, engine = open_instance()
    if not yes:
        with reading(engine) as connection:
            found = _find(connection, email)
        click.echo(f"dry run: {found.email} would be logged off and shut until a new link is used; add --yes to do it")
        return
    with acting(settings, engine) as unit:
        found = _find(unit.connection, email)
        token = renew(unit, found.id, now=datetime.now(UTC))
    _show_link(settings, token)


def _held(engine: Engine, role: str, number: str | None) -> HeldRole:
    """Return the role that was named; for an administrator of the whole instance, for others of one initiative."""
    wanted = Role(role)
    if wanted is Role.ADMINISTRATOR:
        return HeldRole(wanted, number or WHOLE_INSTANCE)
    named = number_of(engine, number)
    with reading(engine) as connection:
        return HeldRole(wanted, find_initiative(connection, named).registration_number)


def _owner_to_be(role: str, number: str | None) -> HeldRole:
    if role != Role.OWNER or not number:
        raise click.UsageError("--new goes with --role owner and --initiative: others are invited once it is here")
    return HeldRole(Role.OWNER, normal_number(number))


def _find(connection: Connection, email: str) -> Account:
    return find_account(connection, normal_address(email))


def _role(held: HeldRole) -> str:
    return f"{held.role} of {held.initiative}" if held.initiative else f"{held.role} of the instance"


def _roles(there: Account) -> str:
    return ", ".join(map(_role, there.roles))


def _show_link(settings: Settings, token: str) -> None:
    click.echo(invitation_link(settings, token))
    click.echo("It works once, for 7 days, and is not shown again.", err=True)
    if not settings.public_url:
        click.echo("Put the address of this service in front of it (setting public_url).", err=True)
