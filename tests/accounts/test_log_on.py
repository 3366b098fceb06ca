"""Sessions are begun and ended in the database, codes are spent in it, and the log keeps each log-on."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import Connection, select, update

from signer.accounts.log_on import (
    LONGEST_SESSION,
    begin_session,
    end_session,
    end_sessions,
    holds_session,
    record_failure,
    spend_code,
    spend_recovery_code,
)
from signer.accounts.tables import account, account_session
from signer.database import reading, writing
from tests.accounts.conftest import NOW, member, newest, row
from tests.acts import unit
from tests.conftest import Instance

LATER = NOW + timedelta(hours=3)


def begun(instance: Instance, account_id: int, *, hours: float = 0) -> str:
    with writing(instance.engine) as connection:
        return begin_session(unit(connection, instance.settings), account_id, now=NOW + timedelta(hours=hours))


def is_held(instance: Instance, account_id: int, session_id: str, *, after: timedelta = timedelta(0)) -> bool:
    with reading(instance.engine) as connection:
        return holds_session(connection, account_id, session_id, now=NOW + after)


def test_a_session_is_held_by_its_account_alone(kept: Instance, email: str) -> None:
    account_id, other = member(kept, email), member(kept, f"other.{email}")

    session_id = begun(kept, account_id)

    assert is_held(kept, account_id, session_id)
    assert not is_held(kept, other, session_id)
    assert not any(is_held(kept, account_id, wrong) for wrong in ("", session_id[:-1], session_id.swapcase(), "\0"))


def test_every_log_on_has_an_id_of_its_own(kept: Instance, email: str) -> None:
    account_id = member(kept, email)

    ids = [begun(kept, account_id) for _ in range(5)]

    assert len(set(ids)) == 5
    assert all(len(session_id) >= 43 for session_id in ids)


def test_the_database_holds_nothing_that_could_stand_in_a_cookie(kept: Instance, email: str) -> None:
    session_id = begun(kept, member(kept, email))

    with reading(kept.engine) as connection:
        stored = connection.execute(select(account_session)).all()

    assert session_id not in repr(stored)
    assert all(len(one.id_sha256) == 32 for one in stored)


def test_a_session_lasts_twelve_hours_at_most(kept: Instance, email: str) -> None:
    account_id = member(kept, email)
    session_id = begun(kept, account_id)

    assert timedelta(hours=12) == LONGEST_SESSION
    assert is_held(kept, account_id, session_id, after=LONGEST_SESSION - timedelta(seconds=1))
    assert not is_held(kept, account_id, session_id, after=LONGEST_SESSION)


def test_a_session_that_is_over_leaves_no_row_behind(kept: Instance, email: str) -> None:
    account_id = member(kept, email)
    begun(kept, account_id)

    begun(kept, account_id, hours=12)

    with reading(kept.engine) as connection:
        theirs = select(account_session.c.made_at).where(account_session.c.account_id == account_id)
        (only,) = connection.scalars(theirs)
    assert only == NOW + timedelta(hours=12)


def test_who_logs_off_at_one_browser_stays_logged_on_at_the_other(kept: Instance, email: str) -> None:
    account_id = member(kept, email)
    here, there = begun(kept, account_id), begun(kept, account_id)

    with writing(kept.engine) as connection:
        end_session(unit(connection, kept.settings), account_id, here)

    assert not is_held(kept, account_id, here)
    assert is_held(kept, account_id, there)


def test_every_session_of_an_account_can_be_ended_but_one(kept: Instance, email: str) -> None:
    account_id, other = member(kept, email), member(kept, f"other.{email}")
    here, there, elsewhere = begun(kept, account_id), begun(kept, account_id), begun(kept, other)

    with writing(kept.engine) as connection:
        end_sessions(connection, account_id, but=here)
    assert [is_held(kept, account_id, one) for one in (here, there)] == [True, False]

    with writing(kept.engine) as connection:
        end_sessions(connection, account_id)
    assert not is_held(kept, account_id, here)
    assert is_held(kept, other, elsewhere)


def test_the_account_remembers_this_log_on_and_the_one_before(kept: Instance, email: str) -> None:
    """Shown at each log-on: whoever sees a time at which they were not there knows that somebody else was."""
    account_id = member(kept, email)
    assert (row(kept, email).current_login_at, row(kept, email).login_count) == (None, 0)

    begun(kept, account_id)
    assert (row(kept, email).last_login_at, row(kept, email).current_login_at) == (None, NOW)

    begun(kept, account_id, hours=3)
    known = row(kept, email)
    assert (known.last_login_at, known.current_login_at, known.login_count) == (NOW, LATER, 2)


def test_log_on_log_off_and_a_failed_try_are_written_down_with_the_number_alone(kept: Instance, email: str) -> None:
    account_id = member(kept, email)
    session_id = begun(kept, account_id)
    with writing(kept.engine) as connection:
        end_session(unit(connection, kept.settings), account_id, session_id)
        for step in ("password", "second_factor"):
            record_failure(unit(connection, kept.settings), account_id, step=step)

    owner = f"account:{account_id}"
    assert newest(kept, 4) == [
        ("logged_on", owner, "", {}),
        ("logged_off", owner, "", {}),
        # Whoever tried is not known to be the owner.
        ("log_on_failed", "service", "", {"account": account_id, "step": "password"}),
        ("log_on_failed", "service", "", {"account": account_id, "step": "second_factor"}),
    ]


def test_the_code_of_a_half_minute_is_taken_once_and_no_earlier_one_after_it(kept: Instance, email: str) -> None:
    account_id, other = member(kept, email), member(kept, f"other.{email}")
    with writing(kept.engine) as connection:
        taken = [spend_code(connection, account_id, counter) for counter in (10, 10, 9, 11, 10, 11)]
        assert spend_code(connection, other, 10)

    assert taken == [True, False, False, True, False, False]
    assert row(kept, email).totp_counter == 11


def sealed(instance: Instance, account_id: int, codes: list[str] | None) -> None:
    with writing(instance.engine) as connection:
        connection.execute(update(account).where(account.c.id == account_id).values(mf_recovery_codes=codes))


def test_a_recovery_code_is_taken_once_and_the_others_stay(kept: Instance, email: str) -> None:
    account_id = member(kept, email)
    sealed(kept, account_id, ["one", "two", "three"])

    with writing(kept.engine) as connection:
        first = spend_recovery_code(connection, account_id, lambda code: code == "two")
        again = spend_recovery_code(connection, account_id, lambda code: code == "two")
        wrong = spend_recovery_code(connection, account_id, lambda code: code == "nine")

    assert (first, again, wrong) == (True, False, False)
    assert row(kept, email).mf_recovery_codes == ["one", "three"]


@pytest.mark.parametrize("codes", [None, []])
def test_an_account_without_recovery_codes_has_none_that_fits(
    kept: Instance, email: str, codes: list[str] | None
) -> None:
    """Kept as one text, no codes must not read back as one that is empty."""
    account_id = member(kept, email)
    sealed(kept, account_id, codes)

    with writing(kept.engine) as connection:
        assert not spend_recovery_code(connection, account_id, lambda _: True)
    assert row(kept, email).mf_recovery_codes == []


def by_app(connection: Connection, account_id: int) -> bool:
    return spend_code(connection, account_id, 10)


def by_recovery_code(connection: Connection, account_id: int) -> bool:
    return spend_recovery_code(connection, account_id, lambda code: code == "one")


@pytest.mark.parametrize("spend", [by_app, by_recovery_code])
def test_of_two_who_send_the_same_code_at_once_one_is_let_in(
    kept: Instance, email: str, spend: Callable[[Connection, int], bool]
) -> None:
    """Whoever looks over a shoulder may be as fast as the owner."""
    account_id = member(kept, email)
    sealed(kept, account_id, ["one", "two"])
    answers = []

    def send_too() -> None:
        with writing(kept.engine) as connection:
            answers.append(spend(connection, account_id))

    second = Thread(target=send_too)
    with writing(kept.engine) as connection:
        answers.append(spend(connection, account_id))
        second.start()
        second.join(0.3)
        assert second.is_alive()
    second.join(20)

    assert answers == [True, False]
