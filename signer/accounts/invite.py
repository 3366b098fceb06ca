"""Inviting a person to a role, and what happens when they accept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import Connection, delete, insert, select, update

from signer.accounts.manage import forget_second_factors, give_role, shut
from signer.accounts.queries import UnknownAccount, read_roles
from signer.accounts.roles import HeldRole, Role
from signer.accounts.tables import account, invitation
from signer.audit.actor import actor_of
from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.errors import SignerError
from signer.settings import Settings

TOKEN_BYTES = 32
VALID_FOR = timedelta(days=7)
PAGE = "/console/invitation"
"""The page on which an invitation is accepted."""
USED = "this invitation was used or replaced, or it has expired; ask for a new one"


class UnknownInvitation(SignerError):
    """The link is not that of an invitation: it was used, replaced by a newer one, or has expired."""


class NoRole(SignerError):
    """The account holds no role that it could be opened for again."""


@dataclass(frozen=True)
class Invitation:
    """What somebody was invited to.

    account_id: the active account of this address; None if accepting makes one, or revives a deactivated one.
    """

    email: str
    held: HeldRole
    account_id: int | None


def invitation_link(settings: Settings, token: str) -> str:
    """Return the address by which an invitation is accepted; a path alone where the settings name no `public_url`.

    Never from a request: its Host header is what somebody claims.
    """
    return f"{settings.public_url}{PAGE}?{urlencode({'token': token})}"


def invite(unit: UnitOfWork, email: str, held: HeldRole, *, now: datetime) -> str:
    """Invite the person behind an address (in normal form) to a role; return the token that accepts it, once.

    An earlier invitation to the same role is void then. The database keeps the token's digest only: who reads it
    cannot accept.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    same = (invitation.c.email == email, invitation.c.role == held.role, invitation.c.initiative == held.initiative)
    unit.connection.execute(delete(invitation).where(*same))
    unit.connection.execute(delete(invitation).where(invitation.c.expires_at <= now))
    unit.connection.execute(
        insert(invitation).values(
            token_sha256=_digest(token),
            email=email,
            role=held.role,
            initiative=held.initiative,
            invited_by=unit.actor,
            expires_at=now + VALID_FOR,
        )
    )
    unit.record(EntryKind.ACCOUNT_INVITED, held.initiative, role=held.role.value, days=VALID_FOR.days)
    return token


def renew(unit: UnitOfWork, account_id: int, *, now: datetime) -> str:
    """Let somebody who can no longer log on choose password and second factor anew; return the token that does it.

    The account is logged off and shut until then; it keeps its roles. Other invitations to its address are void: each
    would open it as well.
    Raises UnknownAccount, or NoRole if it holds none: then it is invited anew.
    """
    found = unit.connection.execute(select(account.c.email).where(account.c.id == account_id)).one_or_none()
    if found is None:
        raise UnknownAccount(f"there is no account {account_id}")
    held = read_roles(unit.connection, account_id)
    if not held:
        raise NoRole("the account holds no role; invite its owner to one instead")
    shut(unit.connection, account_id)
    unit.connection.execute(delete(invitation).where(invitation.c.email == found.email))
    unit.record(EntryKind.ACCOUNT_CHANGED, account=account_id, change="renewed")
    return invite(unit, found.email, held[0], now=now)


def find_invitation(connection: Connection, token: str, *, now: datetime) -> Invitation:
    """Return the invitation that `token` accepts. Raises UnknownInvitation."""
    row = connection.execute(
        select(invitation).where(invitation.c.token_sha256 == _digest(token), invitation.c.expires_at > now)
    ).one_or_none()
    if row is None:
        raise UnknownInvitation(USED)
    known = connection.scalar(select(account.c.id).where(account.c.email == row.email, account.c.active))
    return Invitation(row.email, HeldRole(Role(row.role), row.initiative), known)


def accept(unit: UnitOfWork, token: str, *, name: str, password_hash: str, now: datetime) -> int:
    """Accept the invitation of `token`, and return the account's id. The token is spent.

    An active account gets the role and nothing else: the link is no way around its password. Otherwise the account is
    made, or opened again with a new password and no second factor yet.
    name, password_hash: left alone for an active account.
    Raises UnknownInvitation.
    """
    accepted = find_invitation(unit.connection, token, now=now)
    invited_by = unit.connection.scalar(
        delete(invitation).where(invitation.c.token_sha256 == _digest(token)).returning(invitation.c.invited_by)
    )
    if invited_by is None:
        # Somebody else has pressed the button at the same moment; only one of them can be whom it was meant for.
        raise UnknownInvitation(USED)
    account_id = accepted.account_id or _make(unit.connection, accepted.email, name, password_hash, now)
    if accepted.account_id is None:
        unit.by(actor_of(account_id)).record(EntryKind.ACCOUNT_MADE, invited_by=invited_by)
    give_role(unit.by(invited_by), account_id, accepted.held)
    return account_id


def _make(connection: Connection, email: str, name: str, password_hash: str, now: datetime) -> int:
    fresh = {"name": name, "password": password_hash, "active": True, "fs_uniquifier": secrets.token_hex(32)}
    deactivated: int | None = connection.scalar(select(account.c.id).where(account.c.email == email))
    if deactivated is None:
        new = insert(account).values(email=email, made_at=now, login_count=0, **fresh).returning(account.c.id)
        made: int = connection.execute(new).scalar_one()
        return made
    connection.execute(update(account).where(account.c.id == deactivated).values(**fresh))
    forget_second_factors(connection, deactivated)
    return deactivated


def _digest(token: str) -> bytes:
    # 32 random bytes need no salt and no slow hash.
    return hashlib.sha256(token.encode()).digest()
