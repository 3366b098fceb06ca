"""What is done to accounts: giving and taking roles, deactivating, resetting a second factor."""

import secrets

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from signer.accounts.log_on import end_sessions
from signer.accounts.queries import UnknownAccount, read_roles
from signer.accounts.roles import HeldRole, Role, givable
from signer.accounts.tables import account, account_role, invitation, webauthn_credential
from signer.audit.actor import actor_of
from signer.audit.entry import EntryKind
from signer.audit.record import record_event
from signer.errors import SignerError
from signer.settings import Settings

IDS = range(1, 1 << 31)
"""Numbers that an account can have; a database takes no others, not even to look for them."""


class RoleNotHeld(SignerError):
    """The account does not hold the role that was to be taken."""


def give_role(connection: Connection, settings: Settings, account_id: int, held: HeldRole, *, actor: str) -> None:
    """Give an account a role; one that it holds already is no error and changes nothing."""
    if connection.scalar(select(account_role.c.account_id).where(*_is(account_id, held))) is not None:
        return
    values = {"account_id": account_id, "role": held.role, "initiative": held.initiative}
    connection.execute(insert(account_role).values(values))
    details = {"account": account_id, "role": held.role.value}
    record_event(connection, settings, EntryKind.ROLE_GIVEN, actor=actor, initiative=held.initiative, details=details)


def take_role(connection: Connection, settings: Settings, account_id: int, held: HeldRole, *, actor: str) -> None:
    """Take a role from an account; its invitations to what it may no longer give are void then.

    account_id: any number, also one that no account can have. Raises RoleNotHeld.
    """
    if account_id not in IDS or not connection.execute(delete(account_role).where(*_is(account_id, held))).rowcount:
        raise RoleNotHeld(f"account {account_id} does not hold the role {held.role}; nothing was taken")
    _void_invitations(connection, account_id)
    details = {"account": account_id, "role": held.role.value}
    record_event(connection, settings, EntryKind.ROLE_TAKEN, actor=actor, initiative=held.initiative, details=details)


def deactivate(connection: Connection, settings: Settings, account_id: int, *, actor: str) -> None:
    """End an account: it is logged off, holds no role and cannot log on. Raises UnknownAccount.

    Invitations to it and by it are void. The row stays, so that the audit log's numbers name somebody; a new invitation
    makes it anew.
    """
    email = connection.scalar(select(account.c.email).where(account.c.id == account_id))
    if email is None:
        raise UnknownAccount(f"there is no account {account_id}")
    shut(connection, account_id)
    connection.execute(delete(account_role).where(account_role.c.account_id == account_id))
    connection.execute(delete(invitation).where(invitation.c.email == email))
    _void_invitations(connection, account_id)
    details = {"account": account_id}
    record_event(connection, settings, EntryKind.ACCOUNT_DEACTIVATED, actor=actor, details=details)


def shut(connection: Connection, account_id: int) -> None:
    """Log an account off and forget its password and second factors: only a new invitation opens it again."""
    connection.execute(update(account).where(account.c.id == account_id).values(active=False, password=None))
    _log_off(connection, account_id)
    forget_second_factors(connection, account_id)


def reset_second_factor(connection: Connection, settings: Settings, account_id: int, *, actor: str) -> None:
    """Forget an account's second factors and recovery codes; the next log-on by password sets one up anew."""
    _log_off(connection, account_id)
    forget_second_factors(connection, account_id)
    record_second_factor(connection, settings, account_id, change="reset", actor=actor)


def record_second_factor(
    connection: Connection, settings: Settings, account_id: int, *, change: str, actor: str
) -> None:
    """Write down that an account's second factors are no longer what they were. change: what happened, one word."""
    details: dict[str, str | int] = {"account": account_id, "change": change}
    record_event(connection, settings, EntryKind.SECOND_FACTOR_CHANGED, actor=actor, details=details)


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
