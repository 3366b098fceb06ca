"""Giving and taking roles, shutting accounts, forgetting second factors: each does what it says and is written down."""

import pytest
from sqlalchemy import func, insert, select, update

from signer.accounts.log_on import begin_session, holds_session
from signer.accounts.manage import (
    RoleNotHeld,
    deactivate,
    give_role,
    record_second_factor,
    reset_second_factor,
    take_role,
)
from signer.accounts.queries import UnknownAccount, find_account, read_accounts, read_roles, read_waiting
from signer.accounts.roles import HeldRole, MisplacedRole, Role, givable
from signer.accounts.tables import account, account_role, webauthn_credential
from signer.audit.read import read_head
from signer.database import reading, writing
from tests.accounts.conftest import (
    AUDITOR,
    NOW,
    OWNER,
    OWNER_THERE,
    READER,
    THEIRS,
    invited,
    member,
    newest,
    passkey,
    roles,
    row,
    whole_log,
)
from tests.acts import TESTER, unit
from tests.cases import every_case
from tests.conftest import NUMBER, Instance

NOBODY = 2_000_000_000


def give(instance: Instance, account_id: int, held: HeldRole) -> None:
    with writing(instance.engine) as connection:
        give_role(unit(connection, instance.settings), account_id, held)


def take(instance: Instance, account_id: int, held: HeldRole) -> None:
    with writing(instance.engine) as connection:
        take_role(unit(connection, instance.settings), account_id, held)


def equipped(instance: Instance, email: str) -> tuple[int, str]:
    """Make an account with an authenticator, recovery codes and a passkey; return its number and a session of it."""
    account_id = member(instance, email)
    factors = {
        "tf_primary_method": "authenticator",
        "tf_totp_secret": "sealed",
        "totp_counter": 58_000_000,
        "mf_recovery_codes": ["one", "two"],
        "fs_webauthn_user_handle": f"handle{account_id}",
    }
    with writing(instance.engine) as connection:
        connection.execute(update(account).where(account.c.id == account_id).values(factors))
        connection.execute(insert(webauthn_credential).values(passkey(account_id)))
        return account_id, begin_session(unit(connection, instance.settings), account_id, now=NOW)


def has_second_factor(instance: Instance, email: str) -> bool:
    kept = row(instance, email)
    with reading(instance.engine) as connection:
        passkeys = connection.scalar(select(func.count()).where(webauthn_credential.c.account_id == kept.id))
    return any([kept.tf_primary_method, kept.tf_totp_secret, kept.totp_counter, kept.mf_recovery_codes, passkeys])


def is_logged_on(instance: Instance, account_id: int, session_id: str) -> bool:
    with reading(instance.engine) as connection:
        return holds_session(connection, account_id, session_id, now=NOW)


def head(instance: Instance) -> str:
    with reading(instance.engine) as connection:
        return read_head(connection)


def test_a_role_is_given_and_taken_and_both_are_written_down(kept: Instance, email: str) -> None:
    account_id = member(kept, email)

    give(kept, account_id, READER)
    take(kept, account_id, OWNER)

    assert roles(kept, email) == (READER,)
    assert newest(kept, 2) == [
        ("role_given", TESTER, NUMBER, {"account": account_id, "role": "reader"}),
        ("role_taken", TESTER, NUMBER, {"account": account_id, "role": "owner"}),
    ]


def test_giving_a_role_twice_changes_nothing(kept: Instance, email: str) -> None:
    account_id = member(kept, email)
    before = head(kept)

    give(kept, account_id, OWNER)

    assert roles(kept, email) == (OWNER,)
    assert head(kept) == before


@pytest.mark.parametrize("held", [READER, OWNER_THERE, HeldRole(Role.ADMINISTRATOR)])
def test_a_role_that_is_not_held_cannot_be_taken(kept: Instance, email: str, held: HeldRole) -> None:
    """The role of another initiative is another role."""
    account_id = member(kept, email)
    before = head(kept)

    with pytest.raises(RoleNotHeld, match=f"account {account_id} does not hold the role {held.role}"):
        take(kept, account_id, held)

    assert roles(kept, email) == (OWNER,)
    assert head(kept) == before


@every_case("account_id", [0, -1, NOBODY, 2**31, 2**63, 10**40, -(10**40)])
def test_a_number_that_no_account_has_or_can_have_holds_nothing(kept: Instance, account_id: int) -> None:
    """The number comes from a form: one that is too large for the database must not end as a fault of ours."""
    with pytest.raises(RoleNotHeld):
        take(kept, account_id, OWNER)


def test_roles_of_two_initiatives_do_not_touch_each_other(kept: Instance, email: str) -> None:
    account_id = member(kept, email)
    give(kept, account_id, OWNER_THERE)

    take(kept, account_id, OWNER)

    assert roles(kept, email) == (OWNER_THERE,)
    with reading(kept.engine) as connection:
        assert givable(read_roles(connection, account_id), NUMBER) == frozenset()
        assert Role.OWNER in givable(read_roles(connection, account_id), THEIRS)


def test_the_database_itself_has_no_role_that_does_not_fit_its_initiative(kept: Instance, email: str) -> None:
    """A role is read through `HeldRole`: a row that somebody has put there is not quietly obeyed."""
    account_id = member(kept, email)
    misplaced = {"account_id": account_id, "role": "administrator", "initiative": NUMBER}
    with writing(kept.engine) as connection:
        connection.execute(insert(account_role).values(misplaced))
    try:
        with reading(kept.engine) as connection, pytest.raises(MisplacedRole):
            read_roles(connection, account_id)
    finally:
        with writing(kept.engine) as connection:
            connection.execute(account_role.delete().where(account_role.c.account_id == account_id))


def test_a_deactivated_account_keeps_its_row_and_nothing_that_opens_anything(kept: Instance, email: str) -> None:
    account_id, session_id = equipped(kept, email)
    invited(kept, email, READER)
    mark = row(kept, email).fs_uniquifier

    with writing(kept.engine) as connection:
        deactivate(unit(connection, kept.settings), account_id)

    shut = row(kept, email)
    assert (shut.id, shut.active, shut.password) == (account_id, False, None)
    assert shut.fs_uniquifier != mark
    assert roles(kept, email) == ()
    assert not is_logged_on(kept, account_id, session_id)
    assert not has_second_factor(kept, email)
    with reading(kept.engine) as connection:
        assert email not in [one.email for one in read_waiting(connection, now=NOW)]
    assert newest(kept, 1) == [("account_deactivated", TESTER, "", {"account": account_id})]


def test_an_account_that_there_is_not_cannot_be_deactivated(kept: Instance) -> None:
    with writing(kept.engine) as connection, pytest.raises(UnknownAccount, match=str(NOBODY)):
        deactivate(unit(connection, kept.settings), NOBODY)


def test_a_reset_forgets_every_second_factor_and_nothing_else(kept: Instance, email: str) -> None:
    account_id, session_id = equipped(kept, email)
    mark = row(kept, email).fs_uniquifier

    with writing(kept.engine) as connection:
        reset_second_factor(unit(connection, kept.settings), account_id)

    left = row(kept, email)
    assert (left.active, left.password) == (True, "hash")
    assert roles(kept, email) == (OWNER,)
    assert not has_second_factor(kept, email)
    # Both what is logged on and what has got half-way with the password.
    assert not is_logged_on(kept, account_id, session_id)
    assert left.fs_uniquifier != mark
    assert newest(kept, 1) == [("second_factor_changed", TESTER, "", {"account": account_id, "change": "reset"})]


def test_what_is_done_to_one_account_leaves_another_alone(kept: Instance, email: str) -> None:
    other = f"other.{email}"
    account_id, _ = equipped(kept, email)
    bystander, session_id = equipped(kept, other)
    before = row(kept, other)

    with writing(kept.engine) as connection:
        reset_second_factor(unit(connection, kept.settings), account_id)
        deactivate(unit(connection, kept.settings), account_id)

    assert row(kept, other) == before
    assert is_logged_on(kept, bystander, session_id)
    assert has_second_factor(kept, other)


def test_an_act_that_fails_half_way_leaves_neither_change_nor_entry(kept: Instance, email: str) -> None:
    account_id, session_id = equipped(kept, email)
    before = head(kept)

    def fail() -> None:
        with writing(kept.engine) as connection:
            deactivate(unit(connection, kept.settings), account_id)
            take_role(unit(connection, kept.settings), account_id, OWNER)

    with pytest.raises(RoleNotHeld):
        fail()

    assert row(kept, email).active
    assert is_logged_on(kept, account_id, session_id)
    assert head(kept) == before


def test_the_log_names_accounts_by_number_alone(kept: Instance, email: str) -> None:
    account_id, _ = equipped(kept, email)
    with writing(kept.engine) as connection:
        record_second_factor(unit(connection, kept.settings), account_id, change="passkey_added")
        deactivate(unit(connection, kept.settings), account_id)

    assert email not in whole_log(kept)
    assert "Ottoline" not in whole_log(kept)


def test_accounts_are_listed_with_what_they_hold_and_whether_they_have_two_factors(kept: Instance, email: str) -> None:
    account_id, _ = equipped(kept, email)
    member(kept, f"z.{email}", AUDITOR)
    give(kept, account_id, OWNER_THERE)

    with reading(kept.engine) as connection:
        listed = {one.email: one for one in read_accounts(connection)}
        assert find_account(connection, email) == listed[email]
        with pytest.raises(UnknownAccount):
            find_account(connection, "nobody@initiative.example")

    assert list(listed) == sorted(listed)
    assert listed[email].roles == (OWNER, OWNER_THERE)
    assert (listed[email].two_factors, listed[email].last_log_on) == (True, NOW)
    assert (listed[f"z.{email}"].two_factors, listed[f"z.{email}"].last_log_on) == (False, None)
