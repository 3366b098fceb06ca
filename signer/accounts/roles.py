"""Roles that an account can hold, and what each of them permits.

A role is held for one initiative, named by its registration number, or for the whole instance: the administrator's.
Least privilege: what is not in the table is not allowed, and no role includes another.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from signer.errors import SignerError

WHOLE_INSTANCE = ""
"""The initiative of a role that is held for all of them."""


class Role(StrEnum):
    """What a person is to an initiative or to the instance."""

    OWNER = "owner"
    EDITOR = "editor"
    READER = "reader"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a page or a button asks for."""

    SEE_NUMBERS = "see_numbers"
    IMPORT_INITIATIVE = "import_initiative"
    EDIT_TEXTS = "edit_texts"
    MANAGE_COLLECTION = "manage_collection"
    ENTER_PAPER = "enter_paper"
    SEE_BATCHES = "see_batches"
    CHANGE_BATCHES = "change_batches"
    DOWNLOAD_BATCHES = "download_batches"
    SEE_AUDIT = "see_audit"
    MANAGE_PEOPLE = "manage_people"
    SEE_OPERATION = "see_operation"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(
        {
            Permission.SEE_NUMBERS,
            Permission.IMPORT_INITIATIVE,
            Permission.EDIT_TEXTS,
            Permission.MANAGE_COLLECTION,
            Permission.ENTER_PAPER,
            Permission.SEE_BATCHES,
            Permission.SEE_AUDIT,
            Permission.MANAGE_PEOPLE,
        }
    ),
    Role.EDITOR: frozenset({Permission.SEE_NUMBERS, Permission.EDIT_TEXTS, Permission.ENTER_PAPER}),
    Role.READER: frozenset({Permission.SEE_NUMBERS}),
    # Who hands batches over is not who runs the campaign: an organiser must not be able to make statements disappear.
    Role.AUDITOR: frozenset(
        {
            Permission.SEE_NUMBERS,
            Permission.SEE_BATCHES,
            Permission.CHANGE_BATCHES,
            Permission.DOWNLOAD_BATCHES,
            Permission.SEE_AUDIT,
        }
    ),
    # Keeps the machine and the accounts, brings initiatives in, and reads no campaign.
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.IMPORT_INITIATIVE,
            Permission.MANAGE_PEOPLE,
            Permission.SEE_AUDIT,
            Permission.SEE_OPERATION,
        }
    ),
}


MAY_GIVE: Mapping[Role, frozenset[Role]] = {
    # Not the auditor: an owner who could make one could take both parts.
    Role.OWNER: frozenset({Role.OWNER, Role.EDITOR, Role.READER}),
    Role.ADMINISTRATOR: frozenset(Role) - {Role.ADMINISTRATOR},
}
"""Which roles of an initiative somebody may give and take on the pages; a command may give and take all."""


class MisplacedRole(SignerError):
    """A role is held for an initiative that belongs to the whole instance, or the other way round."""


@dataclass(frozen=True, order=True)
class HeldRole:
    """A role, and the registration number it is held for; empty for the whole instance.

    Raises MisplacedRole if the two do not fit.
    """

    role: Role
    initiative: str = WHOLE_INSTANCE

    def __post_init__(self) -> None:
        if self.role is Role.ADMINISTRATOR and self.initiative != WHOLE_INSTANCE:
            raise MisplacedRole("an administrator is one for the whole instance; name no initiative")
        if self.role is not Role.ADMINISTRATOR and self.initiative == WHOLE_INSTANCE:
            raise MisplacedRole(f"the role {self.role} is held for one initiative; name it")


def givable(roles: Collection[HeldRole], initiative: str) -> frozenset[Role]:
    """Return the roles that somebody who holds `roles` may give and take for an initiative."""
    given = [MAY_GIVE.get(held.role, frozenset()) for held in roles if held.initiative in {initiative, WHOLE_INSTANCE}]
    return frozenset().union(*given)


def may(roles: Collection[HeldRole], permission: Permission, initiative: str) -> bool:
    """Tell whether somebody who holds `roles` has `permission` for an initiative.

    initiative: registration number; WHOLE_INSTANCE for what concerns no single one.
    """
    return any(
        permission in PERMISSIONS[held.role] and held.initiative in {initiative, WHOLE_INSTANCE} for held in roles
    )
