"""A role permits what its table says, for its initiative, and nothing else."""

import pytest

from signer.accounts.roles import PERMISSIONS, WHOLE_INSTANCE, HeldRole, MisplacedRole, Permission, Role, may
from tests.cases import every_case

OURS, THEIRS = "2021/000001", "2022/000002"


def held(role: Role) -> tuple[HeldRole, ...]:
    return (HeldRole(role, WHOLE_INSTANCE if role is Role.ADMINISTRATOR else OURS),)


@every_case("permission", Permission)
def test_who_holds_nothing_may_do_nothing(permission: Permission) -> None:
    assert not may((), permission, OURS)
    assert not may((), permission, WHOLE_INSTANCE)


@every_case("permission", Permission)
@every_case("role", Role)
def test_a_role_permits_its_table_and_no_more(role: Role, permission: Permission) -> None:
    assert may(held(role), permission, OURS) is (permission in PERMISSIONS[role])


@every_case("permission", Permission)
@every_case("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_a_role_of_one_initiative_permits_nothing_elsewhere(role: Role, permission: Permission) -> None:
    assert not may(held(role), permission, THEIRS)
    assert not may(held(role), permission, WHOLE_INSTANCE)


def test_every_permission_is_somebodys() -> None:
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_only_auditors_touch_batches() -> None:
    """An organiser who could void a batch could make statements disappear; an administrator needs none."""
    for permission in (Permission.CHANGE_BATCHES, Permission.DOWNLOAD_BATCHES):
        assert [role for role in Role if permission in PERMISSIONS[role]] == [Role.AUDITOR]


def test_an_administrator_is_one_for_all_initiatives_and_the_others_for_one() -> None:
    with pytest.raises(MisplacedRole):
        HeldRole(Role.ADMINISTRATOR, OURS)
    with pytest.raises(MisplacedRole):
        HeldRole(Role.OWNER)
