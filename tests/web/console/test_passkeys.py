"""A passkey is a second factor beside the password: it signs for one log-on, of the account that it was added to."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from signer.accounts.tables import webauthn_credential
from signer.database import reading
from signer.service.service import Service
from tests.web.console.passkey import (
    PRESENT,
    VERIFIED,
    Passkey,
    add,
    begin_to_add,
    begin_to_use,
    names_of,
    to_base64url,
    use,
)
from tests.web.console.paths import CHOICE, CODE, PASSKEY, PASSKEYS
from tests.web.console.people import Human, another_browser, is_inside
from tests.web.console.second_factors import failures, last_change, log_of
from tests.web.console.standing import stranger
from tests.web.pages import Page

pytestmark = pytest.mark.together


def stored_counter(service: Service, passkey: Passkey) -> int | None:
    with reading(service.engine) as connection:
        of_passkey = webauthn_credential.c.credential_id == passkey.credential_id
        return connection.scalar(select(webauthn_credential.c.sign_count).where(of_passkey))


def test_a_passkey_that_was_added_logs_on_in_place_of_the_code(person: Human, service: Service) -> None:
    passkey = Passkey(flags=PRESENT | VERIFIED)

    add(person, passkey)
    assert names_of(person) == "Passkeys my telephone"
    assert last_change(service, person) == "passkey_added"
    use(person, passkey)

    assert is_inside(person)
    assert log_of(service, person)[0].kind == "logged_on"
    assert stored_counter(service, passkey) == 1


def test_the_app_can_still_be_chosen_beside_a_passkey(person: Human) -> None:
    add(person, Passkey())
    person.log_off()

    asked = person.fill(person.give_password(), CHOICE, which="authenticator")
    person.fill(asked, CODE, code=person.code())

    assert is_inside(person)


def test_a_passkey_alone_is_no_log_on(person: Human) -> None:
    """It is the second factor: without the password before it, the page is not there."""
    add(person, Passkey())
    person.log_off()

    assert person.client.get(PASSKEY).status_code == 404


def test_a_passkey_that_did_not_ask_who_sits_there_is_enough_beside_the_password(person: Human) -> None:
    passkey = Passkey(flags=PRESENT)
    add(person, passkey)

    use(person, passkey)

    assert is_inside(person)


def test_a_passkey_of_another_account_is_refused_and_written_down(person: Human, app: Flask, service: Service) -> None:
    """With a passkey of one's own and a stolen password of somebody else's one must not come in as them."""
    mallory, mallorys = stranger(app, service), Passkey()
    add(mallory, mallorys)
    add(person, Passkey())

    refused = use(person, mallorys)

    assert not is_inside(person)
    assert "belongs to another account" in refused.text
    assert failures(service, person) == ["second_factor"]
    assert failures(service, mallory) == []


def test_a_passkey_that_nobody_has_added_is_refused_and_written_down(person: Human, service: Service) -> None:
    add(person, Passkey())

    use(person, Passkey())

    assert not is_inside(person)
    assert failures(service, person) == ["second_factor"]


Forge = Callable[[Passkey, str], dict[str, object]]
FORGERIES: dict[str, Forge] = {
    "another challenge": lambda passkey, _: passkey.sign(to_base64url(b"another challenge")),
    "another origin": lambda passkey, challenge: replace(passkey, origin="https://evil.example").sign(challenge),
    "another site's key": lambda passkey, challenge: replace(passkey, rp_id="evil.example").sign(challenge),
    "another key": lambda passkey, challenge: replace(passkey, key=Passkey().key).sign(challenge),
    "nobody there": lambda passkey, challenge: replace(passkey, flags=0).sign(challenge),
    "made for adding": lambda passkey, challenge: passkey.sign(challenge, kind="webauthn.create"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_what_was_not_signed_for_this_log_on_is_refused(person: Human, service: Service, forge: Forge) -> None:
    passkey = Passkey()
    add(person, passkey)
    begun = begin_to_use(person)

    begun.answer(person, forge(passkey, begun.challenge))

    assert not is_inside(person)
    assert failures(service, person) == ["second_factor"]
    use(person, replace(passkey, counter=9))
    assert is_inside(person)


def test_an_answer_is_not_taken_a_second_time(person: Human, service: Service) -> None:
    """Whoever has recorded one gets in nowhere by sending it again."""
    passkey = Passkey()
    add(person, passkey)
    begun = begin_to_use(person)
    recorded = passkey.sign(begun.challenge)
    begun.answer(person, recorded)
    assert is_inside(person)
    again = begin_to_use(person)

    replace(again, action=begun.action).answer(person, recorded)
    again.answer(person, recorded)

    assert not is_inside(person)
    assert stored_counter(service, passkey) == 1


def test_a_copy_of_a_passkey_that_counts_from_before_is_refused(person: Human) -> None:
    passkey = Passkey()
    add(person, passkey)
    copied = replace(passkey)
    for _ in range(2):
        use(person, passkey)

    use(person, copied)

    assert not is_inside(person)


def test_a_token_of_another_page_or_made_up_begins_anew(person: Human) -> None:
    passkey = Passkey()
    add(person, passkey)
    begun = begin_to_use(person)
    forged = replace(begun, action=f"{PASSKEY}/made-up")

    refused = forged.answer(person, passkey.sign(begun.challenge))

    assert refused.status_code == 200
    assert not is_inside(person)


def test_a_removed_passkey_logs_nobody_on(person: Human, service: Service) -> None:
    passkey = Passkey()
    add(person, passkey)
    person.log_off()
    waiting = begin_to_use(person)
    other = another_browser(person)
    other.fill(other.fill(other.give_password(), CHOICE, which="authenticator"), CODE, code=person.code())

    other.send(PASSKEYS, f"{PASSKEYS}/remove", name="my telephone")

    assert names_of(other) == "Passkeys none"
    assert last_change(service, person) == "passkey_removed"
    waiting.answer(person, passkey.sign(waiting.challenge))
    assert not is_inside(person)
    assert Page(person.give_password()).inputs(CODE)


def test_only_a_passkey_of_ones_own_can_be_removed(person: Human, app: Flask, service: Service) -> None:
    other = stranger(app, service)
    add(other, Passkey(), name="theirs")
    add(person, Passkey(), name="mine")

    person.send(PASSKEYS, f"{PASSKEYS}/remove", name="theirs")

    assert (names_of(person), names_of(other)) == ("Passkeys mine", "Passkeys theirs")


def test_one_passkey_is_not_added_to_two_accounts_nor_twice_under_one_name(
    person: Human, app: Flask, service: Service
) -> None:
    passkey, other = Passkey(), stranger(app, service)
    add(person, passkey)

    add(other, passkey)
    assert names_of(other) == "Passkeys none"

    waiting = begin_to_add(person, name="second")
    add(person, Passkey(), name="second")
    waiting.answer(person, Passkey().create(waiting.challenge))
    assert names_of(person) == "Passkeys my telephone, second"
    assert Page(person.send(PASSKEYS, PASSKEYS, name="second")).problems()


@pytest.mark.parametrize("name", ["", " ", "\x00", "a\nb", "\u202e", "x" * 300])
def test_a_passkey_has_a_name_that_can_be_read(person: Human, name: str) -> None:
    assert Page(person.send(PASSKEYS, PASSKEYS, name=name)).problems()
