"""What a view of the console works with: the service, who is logged on, and what they may do."""

from contextlib import AbstractContextManager
from typing import cast

from flask import g
from flask_login import current_user

from signer.accounts.queries import read_roles
from signer.accounts.roles import WHOLE_INSTANCE, HeldRole, Permission, may
from signer.audit.actor import SERVICE, actor_of
from signer.audit.unit_of_work import UnitOfWork, unit_of_work
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.initiatives.queries import find_initiative, read_initiatives
from signer.web.site import site


def is_logged_on() -> bool:
    """Tell whether somebody has logged on, by both factors."""
    return bool(current_user.is_authenticated)


def account_id() -> int:
    """Return the number of the account that is logged on."""
    return cast("int", current_user.id)


def acting() -> AbstractContextManager[UnitOfWork]:
    """Give the unit of work of one act of who is logged on."""
    return acting_as(account_id())


def acting_as(account: int) -> AbstractContextManager[UnitOfWork]:
    """Give the unit of work of one act of an account, by its number: who is logging on is not logged on yet."""
    return _unit_of(actor_of(account))


def acting_as_service() -> AbstractContextManager[UnitOfWork]:
    """Give the unit of work of what nobody is known to have done, such as a failed log-on."""
    return _unit_of(SERVICE)


def _unit_of(actor: str) -> AbstractContextManager[UnitOfWork]:
    return unit_of_work(site().service.engine, site().settings, actor=actor, on=site().service.today())


def held_roles() -> tuple[HeldRole, ...]:
    """Return what is held by the account that is logged on, as it is now; nothing if there is none."""
    if not is_logged_on():
        return ()
    if "held_roles" not in g:
        with reading(site().service.engine) as connection:
            g.held_roles = read_roles(connection, account_id())
    return cast("tuple[HeldRole, ...]", g.held_roles)


def allowed(permission: Permission, initiative: str = WHOLE_INSTANCE) -> bool:
    """Tell whether who is logged on has `permission` for an initiative, by its registration number."""
    return may(held_roles(), permission, initiative)


def allowed_somewhere(permission: Permission) -> bool:
    """Tell whether who is logged on has `permission` for any initiative, or for the whole instance."""
    return any(may([held], permission, held.initiative) for held in held_roles())


def initiatives_with(permission: Permission) -> tuple[Initiative, ...]:
    """Return the initiatives for which who is logged on has `permission`, drafts too, by number."""
    with reading(site().service.engine) as connection:
        found = read_initiatives(connection)
    return tuple(initiative for initiative in found if allowed(permission, initiative.registration_number))


def my_initiatives() -> tuple[Initiative, ...]:
    """Return the initiatives that who is logged on has any permission for."""
    with reading(site().service.engine) as connection:
        found = read_initiatives(connection)
    return tuple(
        initiative
        for initiative in found
        if any(allowed(permission, initiative.registration_number) for permission in Permission)
    )


def the_initiative(number: str) -> Initiative:
    """Return the initiative that the address names, a draft too. Raises UnknownInitiative."""
    with reading(site().service.engine) as connection:
        g.initiative = find_initiative(connection, number)
    return cast("Initiative", g.initiative)
