"""Reading accounts, what they hold, and invitations that wait."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from signer.accounts.roles import HeldRole, Role
from signer.accounts.tables import account, account_role, invitation
from signer.audit.actor import actor_of
from signer.errors import SignerError


class UnknownAccount(SignerError):
    """There is no such account."""


@dataclass(frozen=True)
class Account:
    """A person who can log on, or could.

    two_factors: whether a second factor has been set up. last_log_on: the latest one.
    """

    id: int
    email: str
    name: str
    active: bool
    two_factors: bool
    last_log_on: datetime | None
    roles: tuple[HeldRole, ...]


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that nobody has accepted yet."""

    email: str
    held: HeldRole
    expires_at: datetime


def read_accounts(connection: Connection) -> tuple[Account, ...]:
    """Return all accounts with their roles, deactivated ones too, by address."""
    roles: dict[int, list[HeldRole]] = {}
    for row in connection.execute(select(account_role)):
        roles.setdefault(row.account_id, []).append(HeldRole(Role(row.role), row.initiative))
    rows = connection.execute(select(account).order_by(account.c.email))
    return tuple(_account(row, roles.get(row.id, ())) for row in rows)


def read_names(connection: Connection) -> Mapping[str, str]:
    """Return actors, as the logs name them (`account:7`), to the names of those people."""
    return {actor_of(row.id): row.name for row in connection.execute(select(account.c.id, account.c.name))}


def find_account(connection: Connection, email: str) -> Account:
    """Return the account of an address in normal form. Raises UnknownAccount."""
    row = connection.execute(select(account).filter_by(email=email)).one_or_none()
    if row is None:
        raise UnknownAccount("there is no account with this e-mail address")
    return _account(row, read_roles(connection, row.id))


def read_roles(connection: Connection, account_id: int) -> tuple[HeldRole, ...]:
    """Return what an account holds, in a fixed order."""
    rows = connection.execute(select(account_role).where(account_role.c.account_id == account_id))
    return tuple(sorted(HeldRole(Role(row.role), row.initiative) for row in rows))


def read_waiting(connection: Connection, *, now: datetime) -> tuple[OpenInvitation, ...]:
    """Return the invitations that can still be accepted, by address."""
    rows = connection.execute(select(invitation).where(invitation.c.expires_at > now).order_by(invitation.c.email))
    return tuple(OpenInvitation(row.email, HeldRole(Role(row.role), row.initiative), row.expires_at) for row in rows)


def _account(row: Row[tuple[object, ...]], roles: Iterable[HeldRole]) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        active=row.active,
        two_factors=bool(row.tf_primary_method),
        last_log_on=row.current_login_at,
        roles=tuple(sorted(roles)),
    )
