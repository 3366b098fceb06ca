"""An invitation makes one account or gives one role, once, to whoever holds its link, for as long as it stands."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import func, insert, select, update

from signer.accounts.invite import (
    TOKEN_BYTES,
    VALID_FOR,
    Invitation,
    NoRole,
    UnknownInvitation,
    accept,
    find_invitation,
    renew,
)
from signer.accounts.log_on import begin_session, holds_session
from signer.accounts.manage import deactivate, give_role, take_role
from signer.accounts.queries import UnknownAccount, read_waiting
from signer.accounts.roles import HeldRole, Role
from signer.accounts.tables import account, invitation, webauthn_credential
from signer.audit.record import AUDIT_KEY
from signer.database import reading, writing
from signer.settings import MissingSecret
from tests.accounts.conftest import (
    AUDITOR,
    NOW,
    OWNER,
    OWNER_THERE,
    READER,
    accepted,
    invited,
    member,
    newest,
    passkey,
    roles,
    row,
    whole_log,
)
from tests.acts import unit
from tests.conftest import NUMBER, Instance

EDITOR = HeldRole(Role.EDITOR, NUMBER)


def found(instance: Instance, token: str, *, now: datetime = NOW) -> Invitation:
    with reading(instance.engine) as connection:
        return find_invitation(connection, token, now=now)


def waiting(instance: Instance, email: str, *, now: datetime = NOW) -> list[HeldRole]:
    with reading(instance.engine) as connection:
        return [one.held for one in read_waiting(connection, now=now) if one.email == email]


def test_accepting_makes_an_account_with_the_role_and_no_second_factor(kept: Instance, email: str) -> None:
    token = invited(kept, email)

    account_id = accepted(kept, token, name="Ottoline Invented", password="a hash")

    made = row(kept, email)
    assert (made.id, made.name, made.password, made.active) == (account_id, "Ottoline Invented", "a hash", True)
    assert (made.tf_primary_method, made.tf_totp_secret, made.mf_recovery_codes) == (None, None, [])
    assert roles(kept, email) == (OWNER,)


def test_the_log_says_who_invited_whom_by_number_without_address_name_or_token(kept: Instance, email: str) -> None:
    """The log is exported and shown to auditors: it names people by the number of their account."""
    token = invited(kept, email, actor="command:root")
    account_id = accepted(kept, token, name="Bartholomew Madeup")

    assert newest(kept, 3) == [
        ("account_invited", "command:root", NUMBER, {"role": "owner", "days": 7}),
        ("account_made", f"account:{account_id}", "", {"invited_by": "command:root"}),
        ("role_given", "command:root", NUMBER, {"account": account_id, "role": "owner"}),
    ]
    log = whole_log(kept)
    assert not [secret for secret in (email, "Bartholomew Madeup", token) if secret in log]


def test_an_invitation_shows_what_it_is_to(kept: Instance, email: str) -> None:
    assert found(kept, invited(kept, email, READER)) == Invitation(email, READER, None)

    account_id = member(kept, email)

    assert found(kept, invited(kept, email, AUDITOR)) == Invitation(email, AUDITOR, account_id)


def test_an_administrator_is_invited_to_the_whole_instance(kept: Instance, email: str) -> None:
    member(kept, email, HeldRole(Role.ADMINISTRATOR))

    assert roles(kept, email) == (HeldRole(Role.ADMINISTRATOR),)


def test_the_database_holds_nothing_that_accepts_an_invitation(kept: Instance, email: str) -> None:
    token = invited(kept, email)

    with reading(kept.engine) as connection:
        stored = connection.execute(select(invitation).where(invitation.c.email == email)).one()

    assert len(token) >= TOKEN_BYTES
    assert token.encode() not in b"".join(bytes(value) for value in stored if isinstance(value, bytes))
    assert token not in repr(stored)


def test_a_link_works_once(kept: Instance, email: str) -> None:
    token = invited(kept, email)
    accepted(kept, token)

    with pytest.raises(UnknownInvitation):
        accepted(kept, token, password="another hash")

    assert row(kept, email).password == "hash"


def test_of_two_who_press_the_button_at_once_one_is_refused(kept: Instance, email: str) -> None:
    """Otherwise whoever has seen the link could put their own password in place of the one just chosen."""
    token = invited(kept, email)
    refusals: list[UnknownInvitation] = []

    def press_too() -> None:
        try:
            accepted(kept, token, name="Eve", password="a hash of eve's")
        except UnknownInvitation as refusal:
            refusals.append(refusal)

    second = Thread(target=press_too)
    with writing(kept.engine) as connection:
        accept(unit(connection, kept.settings), token, name="Ottoline Invented", password_hash="hash", now=NOW)
        second.start()
        second.join(0.3)
        assert second.is_alive()
    second.join(20)

    assert len(refusals) == 1
    assert (row(kept, email).name, row(kept, email).password) == ("Ottoline Invented", "hash")


def test_an_invitation_stands_for_a_week(kept: Instance, email: str) -> None:
    token = invited(kept, email)

    assert found(kept, token, now=NOW + VALID_FOR - timedelta(seconds=1)).email == email
    with pytest.raises(UnknownInvitation):
        accepted(kept, token, now=NOW + VALID_FOR)
    assert timedelta(days=7) == VALID_FOR


def test_used_replaced_expired_and_made_up_links_are_refused_in_the_same_words(kept: Instance, email: str) -> None:
    """The answer does not tell whether there ever was such an invitation."""
    used, expired = invited(kept, email), invited(kept, f"late.{email}", now=NOW - VALID_FOR)
    accepted(kept, used)
    replaced = invited(kept, email, READER)
    invited(kept, email, READER)

    said = set()
    for token in (used, expired, replaced, "made-up", "", "\N{SNOWMAN}", "x" * 10_000):
        with pytest.raises(UnknownInvitation) as refused:
            found(kept, token)
        said.add(str(refused.value))

    assert len(said) == 1


def test_a_newer_invitation_to_the_same_role_replaces_the_older_one_only(kept: Instance, email: str) -> None:
    older, other = invited(kept, email, READER), invited(kept, email, EDITOR)
    newer = invited(kept, email, READER)

    with pytest.raises(UnknownInvitation):
        found(kept, older)
    assert [found(kept, token).held for token in (newer, other)] == [READER, EDITOR]


def test_expired_invitations_are_forgotten(kept: Instance, email: str) -> None:
    """They hold an address, and nobody needs it any more."""
    invited(kept, email, now=NOW - VALID_FOR)

    invited(kept, f"next.{email}")

    with reading(kept.engine) as connection:
        assert connection.scalar(select(func.count()).where(invitation.c.email == email)) == 0


def test_an_active_account_gets_the_role_and_nothing_else(kept: Instance, email: str) -> None:
    """The link is no way around the password of an account that there is."""
    account_id = member(kept, email)
    before = row(kept, email)

    assert accepted(kept, invited(kept, email, READER), name="Eve", password="eve's") == account_id

    assert row(kept, email) == before
    assert roles(kept, email) == (OWNER, READER)
    assert "account_made" not in [kind for kind, *_ in newest(kept, 2)]


def test_a_deactivated_account_comes_back_with_the_new_role_a_new_password_and_no_second_factor(
    kept: Instance, email: str
) -> None:
    account_id = member(kept, email)
    with writing(kept.engine) as connection:
        deactivate(unit(connection, kept.settings), account_id)
        # As an older release might have left it.
        leftover = {"tf_primary_method": "authenticator", "tf_totp_secret": "x", "totp_counter": 3}
        connection.execute(update(account).where(account.c.id == account_id).values(leftover))
        connection.execute(insert(webauthn_credential).values(passkey(account_id)))

    assert accepted(kept, invited(kept, email, READER), name="New Name", password="new hash") == account_id

    made = row(kept, email)
    assert (made.name, made.password, made.active) == ("New Name", "new hash", True)
    assert (made.tf_primary_method, made.tf_totp_secret, made.totp_counter) == (None, None, None)
    assert roles(kept, email) == (READER,)
    with reading(kept.engine) as connection:
        of_account = webauthn_credential.c.account_id == account_id
        assert connection.scalar(select(func.count()).where(of_account)) == 0


def lose_role(instance: Instance, inviter: int) -> None:
    with writing(instance.engine) as connection:
        take_role(unit(connection, instance.settings), inviter, OWNER)


def lose_account(instance: Instance, inviter: int) -> None:
    with writing(instance.engine) as connection:
        deactivate(unit(connection, instance.settings), inviter)


@pytest.mark.parametrize("lose", [lose_role, lose_account])
def test_an_invitation_falls_with_the_right_to_make_it(
    kept: Instance, email: str, lose: Callable[[Instance, int], None]
) -> None:
    """An owner who is shut out must not come back under another address by a link made the day before."""
    inviter = member(kept, email)
    token = invited(kept, f"friend.{email}", OWNER, actor=f"account:{inviter}")

    lose(kept, inviter)

    with pytest.raises(UnknownInvitation):
        accepted(kept, token)
    assert waiting(kept, f"friend.{email}") == []


def test_an_invitation_stays_while_its_maker_may_still_make_it(kept: Instance, email: str) -> None:
    inviter = member(kept, email)
    with writing(kept.engine) as connection:
        give_role(unit(connection, kept.settings), inviter, OWNER_THERE)
        give_role(unit(connection, kept.settings), inviter, READER)
    here = invited(kept, f"here.{email}", READER, actor=f"account:{inviter}")
    there = invited(kept, f"there.{email}", OWNER_THERE, actor=f"account:{inviter}")
    by_others = invited(kept, f"others.{email}", READER)

    with writing(kept.engine) as connection:
        take_role(unit(connection, kept.settings), inviter, READER)
    assert [found(kept, token).held for token in (here, there, by_others)] == [READER, OWNER_THERE, READER]

    lose_role(kept, inviter)
    assert [found(kept, token).held for token in (there, by_others)] == [OWNER_THERE, READER]
    with pytest.raises(UnknownInvitation):
        found(kept, here)


def test_what_cannot_be_written_into_the_log_invites_nobody(kept: Instance, email: str) -> None:
    key = kept.settings.secrets / AUDIT_KEY
    content = key.read_text()
    key.unlink()
    try:
        with pytest.raises(MissingSecret):
            invited(kept, email)
    finally:
        key.write_text(content)
        key.chmod(0o600)

    assert waiting(kept, email) == []


def renewed(instance: Instance, account_id: int) -> str:
    with writing(instance.engine) as connection:
        return renew(unit(connection, instance.settings, actor="command:root"), account_id, now=NOW)


def test_renewing_shuts_the_account_until_its_owner_has_chosen_anew_and_keeps_the_roles(
    kept: Instance, email: str
) -> None:
    account_id = member(kept, email)
    with writing(kept.engine) as connection:
        give_role(unit(connection, kept.settings), account_id, AUDITOR)
        session_id = begin_session(unit(connection, kept.settings), account_id, now=NOW)
    mark = row(kept, email).fs_uniquifier

    token = renewed(kept, account_id)

    shut = row(kept, email)
    assert (shut.active, shut.password, shut.fs_uniquifier == mark) == (False, None, False)
    with reading(kept.engine) as connection:
        assert not holds_session(connection, account_id, session_id, now=NOW)
    assert newest(kept, 2)[0] == (
        "account_changed", "command:root", "", {"account": account_id, "change": "renewed"}
    )  # fmt: skip
    assert accepted(kept, token, password="new hash") == account_id
    assert (row(kept, email).active, row(kept, email).password) == (True, "new hash")
    assert roles(kept, email) == (AUDITOR, OWNER)


def test_renewing_makes_every_other_link_to_the_address_void(kept: Instance, email: str) -> None:
    """Each of them would open the account with all that it holds, for whoever reads the mail."""
    account_id = member(kept, email)
    in_the_mail = invited(kept, email, READER)

    token = renewed(kept, account_id)

    with pytest.raises(UnknownInvitation):
        accepted(kept, in_the_mail, password="eve's")
    assert found(kept, token).email == email


def test_an_account_without_a_role_is_not_renewed_but_invited(kept: Instance, email: str) -> None:
    account_id = member(kept, email)
    with writing(kept.engine) as connection:
        take_role(unit(connection, kept.settings), account_id, OWNER)

    with pytest.raises(NoRole, match="invite"):
        renewed(kept, account_id)
    assert row(kept, email).active

    with pytest.raises(UnknownAccount):
        renewed(kept, 2_000_000_000)


def test_the_moment_of_an_invitation_comes_back_with_its_offset(kept: Instance, email: str) -> None:
    """SQLite keeps no offset: a moment read without one would be off by hours, or compare with none."""
    invited(kept, email)

    with reading(kept.engine) as connection:
        (one,) = [one for one in read_waiting(connection, now=NOW) if one.email == email]

    assert one.expires_at == NOW + VALID_FOR
    assert one.expires_at.utcoffset() == timedelta(0)
