"""Use cases on accounts: giving and taking roles, deactivating, resetting a second factor."""

import secrets

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from signer.accounts.log_on import end_sessions
from signer.accounts.queries import UnknownAccount, read_roles
from signer.accounts.roles import HeldRole, Role, givable
from signer.accounts.tables import account, account_role, invitation, webauthn_credential
from signer.audit.actor import actor_of
from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.database import IDS
from signer.errors import SignerError


class RoleNotHeld(SignerError):
    """The account does not hold the role that was to be taken."""


def give_role(unit: UnitOfWork, account_id: int, held: HeldRole) -> None:
    """Give an account a role; one that it holds already is no error and changes nothing."""
    if unit.connection.scalar(select(account_role.c.account_id).where(*_is(account_id, held))) is not None:
        return
    values = {"account_id": account_id, "role": held.role, "initiative": held.initiative}
    unit.connection.execute(insert(account_role).values(values))
    unit.record(EntryKind.ROLE_GIVEN, held.initiative, account=account_id, role=held.role.value)


def take_role(unit: UnitOfWork, account_id: int, held: HeldRole) -> None:
    """Take a role from an account; its invitations to what it may no longer give are void then.

    account_id: any number, also one that no account can have. Raises RoleNotHeld.
    """
    taken = delete(account_role).where(*_is(account_id, held))
    if account_id not in IDS or not unit.connection.execute(taken).rowcount:
        raise RoleNotHeld(f"account {account_id} does not hold the role {held.role}; nothing was taken")
    _void_invitations(unit.connection, account_id)
    unit.record(EntryKind.ROLE_TAKEN, held.initiative, account=account_id, role=held.role.value)


def deactivate(unit: UnitOfWork, account_id: int) -> None:
    """End an account: it is logged off, holds no role and cannot log on. Raises UnknownAccount.

    Invitations to it and by it are void. The row stays, so that the audit log's numbers name somebody; a new invitation
    makes it anew.
    """
    email = unit.connection.scalar(select(account.c.email).where(account.c.id == account_id))
    if email is None:
        raise UnknownAccount(f"there is no account {account_id}")
    shut(unit.connection, account_id)
    unit.connection.execute(delete(account_role).where(account_role.c.account_id == account_id))
    unit.connection.execute(delete(invitation).where(invitation.c.email == email))
    _void_invitations(unit.connection, account_id)
    unit.record(EntryKind.ACCOUNT_DEACTIVATED, account=account_id)


def shut(connection: Connection, account_id: int) -> None:
    """Log an account off and forget its password and second factors: only a new invitation opens it again."""
    connection.execute(update(account).where(account.c.id == account_id).values(active=False, password=None))
    _log_off(connection, account_id)
    forget_second_factors(connection, account_id)


def reset_second_factor(unit: UnitOfWork, account_id: int) -> None:
    """Forget an account's second factors and recovery codes; the next log-on by password sets one up anew."""
    _log_off(unit.connection, account_id)
    forget_second_factors(unit.connection, account_id)
    record_second_factor(unit, account_id, change="reset")


def record_second_factor(unit: UnitOfWork, account_id: int, *, change: str) -> None:
    """Write down that an account's second factors are no longer what they were. change: what happened, one word."""
    unit.record(EntryKind.SECOND_FACTOR_CHANGED, account=account_id, change=change)


def forget_second_factors(connection: Connection, account_id: int) -> None:
    """Remove whatever an account could show besides its password."""
    nothing = dict.fromkeys(("tf_primary_method", "tf_totp_secret", "totp_counter", "mf_recovery_codes"))
    connection.execute(update(account).where(account.c.id == account_id).values(nothing))
    connection.execute(delete(webauthn_credential).where(webauthn_credential.c.account_id == account_id))


def _log_off(connection: Connection, account_id: int) -> None:
    end_sessions(connection, account_id)
    # Also what is signed but kept by nobody, such as a half-done log-on.
    connection.execute(update(account).where(account.c.id == account_id).values(fs_uniquifier=secrets.token_hex(32)))


def _void_invitations(connection: Connection, account_id: int) -> None:
    """Forget invitations that the account has made and could not make any more: who was shut out opens no side door."""
    held = read_roles(connection, account_id)
    made = connection.execute(select(invitation).where(invitation.c.invited_by == actor_of(account_id))).all()
    void = [one.token_sha256 for one in made if Role(one.role) not in givable(held, one.initiative)]
    connection.execute(delete(invitation).where(invitation.c.token_sha256.in_(void)))


def _is(account_id: int, held: HeldRole) -> tuple[ColumnElement[bool], ...]:
    return (
        account_role.c.account_id == account_id,
        account_role.c.role == held.role,
        account_role.c.initiative == held.initiative,
    )
