"""Nobody comes in by a password alone: codes of an app, recovery codes and passkeys, each good for one log-on.

The passkeys are of an authenticator in software: a P-256 key, attestation `none`, counting its signatures.
"""

import hashlib
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import cbor2
import flask_security.utils
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask_security import naive_utcnow
from passlib.totp import TOTP
from sqlalchemy import select
from werkzeug.test import TestResponse

from signer.accounts.invite import invite
from signer.accounts.manage import reset_second_factor
from signer.accounts.tables import account, webauthn_credential
from signer.audit.entry import Entry
from signer.audit.read import latest_entries
from signer.database import reading, writing
from signer.web.console.app import create_console
from signer.web.console.guards import guard_of
from signer.web.requests import FORM
from signer.web.service import Service
from tests.conftest import NUMBER
from tests.web.console.people import KEY, Human, invited
from tests.web.console.standing import OWNER, another_browser, standing
from tests.web.pages import Page

HOME, LOG_ON, CODE = "/console/", "/console/log-on", "/console/log-on/code"
RECOVERY, PASSKEY, CHOICE = "/console/log-on/recovery-code", "/console/log-on/passkey", "/console/log-on/second-factor"
ACCOUNT, APP, PASSKEYS = "/console/account", "/console/account/authenticator", "/console/account/passkeys"
CODES, AGAIN, PASSWORD = "/console/account/recovery-codes", "/console/password-again", "/console/account/password"
MOMENT = 1_795_000_005
"""Five seconds into a half minute of November 2026."""
ORIGIN, RP_ID = "http://localhost", "localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Service]]:
    """An application that the tests share."""
    with standing(tmp_path_factory.mktemp("factors")) as there:
        yield there


@pytest.fixture
def app(place: tuple[Flask, Service]) -> Flask:
    """The application."""
    return place[0]


@pytest.fixture
def service(place: tuple[Flask, Service]) -> Service:
    """Its service."""
    return place[1]


@pytest.fixture
def person(app: Flask, service: Service) -> Human:
    """Somebody whom no other test knows, logged on by password and authenticator."""
    return stranger(app, service)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the server's clock for codes to so many seconds after MOMENT."""

    def at(seconds: float) -> None:
        monkeypatch.setattr(TOTP, "now", staticmethod(lambda: MOMENT + seconds))

    return at


def stranger(app: Flask, service: Service) -> Human:
    """Return a new owner, logged on."""
    human = invited(app, service, f"{secrets.token_hex(6)}@initiative.example", OWNER)
    human.forget_codes(service)
    return human


def is_inside(human: Human) -> bool:
    """Whether the browser is let in to the first page."""
    return human.client.get(HOME).status_code == 200


def code_at(human: Human, seconds: float) -> str:
    """What the app shows so many seconds after MOMENT."""
    return str(TOTP(key=human.key).generate(time=int(MOMENT + seconds)).token)


def log_of(service: Service, human: Human) -> list[Entry]:
    """What the audit log has of somebody's account, the newest first."""
    with reading(service.engine) as connection:
        number = connection.scalar(select(account.c.id).where(account.c.email == human.email))
        found = latest_entries(connection, 200)
    return [one for one in found if one.actor == f"account:{number}" or one.details.get("account") == number]


def last_change(service: Service, human: Human) -> object:
    """The latest change of somebody's second factors."""
    return next(one for one in log_of(service, human) if one.kind == "second_factor_changed").details["change"]


def failures(service: Service, human: Human) -> list[object]:
    """The steps at which somebody's log-on has failed, the newest first."""
    return [one.details["step"] for one in log_of(service, human) if one.kind == "log_on_failed"]


# --- the authenticator app


def test_a_wrong_code_lets_nobody_in_and_is_written_down(person: Human, service: Service) -> None:
    person.log_off()
    asked = person.give_password()
    wrong = f"{(int(code_at(person, 0)) + 1) % 1_000_000:06}"

    refused = person.fill(asked, CODE, code=wrong)

    assert Page(refused).problems()
    assert not is_inside(person)
    assert failures(service, person) == ["second_factor"]


NO_CODES = [
    "",
    " ",
    "12345",
    "1234567",
    "abcdef",
    "١٢٣٤٥٦",
    "²²²²²²",
    "１２３４５６",
    "-12345",
    "1e5",
    "12345\x00",
    "9" * 5000,
]


@pytest.mark.parametrize("code", NO_CODES, ids=lambda code: repr(code[:10]))
def test_what_is_no_code_is_asked_for_again(person: Human, code: str) -> None:
    person.log_off()
    asked = person.give_password()

    refused = person.fill(asked, CODE, code=code)

    assert refused.status_code == 200
    assert Page(refused).problems()
    assert not is_inside(person)


def test_a_code_works_once(person: Human, clock: Callable[[float], None]) -> None:
    """Whoever has looked over a shoulder is as fast as the half minute lasts."""
    person.log_off()
    clock(0)
    used = code_at(person, 0)
    person.fill(person.give_password(), CODE, code=used)
    assert is_inside(person)

    person.log_off()
    refused = person.fill(person.give_password(), CODE, code=used)

    assert Page(refused).problems()
    assert not is_inside(person)


def test_of_two_browsers_that_wait_for_a_code_one_gets_in_by_it(person: Human, clock: Callable[[float], None]) -> None:
    clock(0)
    person.log_off()
    first, second = another_browser(person), another_browser(person)
    pages = [human.give_password() for human in (first, second)]
    code = code_at(person, 0)

    for human, page in zip((first, second), pages, strict=True):
        human.fill(page, CODE, code=code)

    assert (is_inside(first), is_inside(second)) == (True, False)


@pytest.mark.parametrize(("seconds", "let_in"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_half_a_minute(
    person: Human, clock: Callable[[float], None], seconds: int, let_in: bool
) -> None:
    clock(0)
    person.log_off()

    person.fill(person.give_password(), CODE, code=code_at(person, seconds))

    assert is_inside(person) is let_in


def test_after_a_code_no_earlier_one_is_taken(person: Human, clock: Callable[[float], None]) -> None:
    """The code of the next half minute was given; the one still shown elsewhere is worth nothing any more."""
    clock(0)
    person.log_off()
    person.fill(person.give_password(), CODE, code=code_at(person, 30))
    person.log_off()

    person.fill(person.give_password(), CODE, code=code_at(person, 0))
    assert not is_inside(person)

    clock(60)
    person.fill(person.give_password(), CODE, code=code_at(person, 60))
    assert is_inside(person)


def test_a_code_of_somebody_else_lets_nobody_in(
    person: Human, app: Flask, service: Service, clock: Callable[[float], None]
) -> None:
    clock(0)
    other = stranger(app, service)
    person.log_off()

    person.fill(person.give_password(), CODE, code=code_at(other, 0))

    assert not is_inside(person)


def show_new_key(human: Human) -> tuple[str, str, str]:
    """Begin to change the app; return where the code goes, the form's token, and the new key."""
    shown = human.send(APP, APP)
    (action,) = [form.get("action") for form in Page(shown).tree.forms if f"{APP}/" in str(form.get("action"))]
    found = KEY.search(shown.text)
    assert found
    return action, Page(shown).inputs("/log-off")["csrf_token"], found[1]


def test_a_new_app_takes_the_place_of_the_old_one(
    person: Human, service: Service, clock: Callable[[float], None]
) -> None:
    clock(0)
    person.log_off()
    person.fill(person.give_password(), CODE, code=code_at(person, 0))
    old = replace(person)
    action, token, person.key = show_new_key(person)

    # In the half minute whose code of the old app was taken: another app has another code.
    changed = person.client.post(action, data={"csrf_token": token, "code": code_at(person, 0)})

    assert changed.headers["Location"] == ACCOUNT
    assert last_change(service, person) == "authenticator"
    person.log_off()
    for human, seconds, let_in in ((person, 0, False), (old, 30, False), (person, 30, True)):
        person.fill(person.give_password(), CODE, code=code_at(human, seconds))
        assert is_inside(person) is let_in


def test_a_wrong_code_of_the_new_app_leaves_the_old_one(
    person: Human, service: Service, clock: Callable[[float], None]
) -> None:
    clock(0)
    action, token, _ = show_new_key(person)

    person.client.post(action, data={"csrf_token": token, "code": "000000"})

    person.log_off()
    person.fill(person.give_password(), CODE, code=code_at(person, 0))
    assert is_inside(person)
    assert len([one for one in log_of(service, person) if one.kind == "second_factor_changed"]) == 1


@pytest.mark.parametrize("setup", ["disable", "email", "sms", "", "none"])
def test_the_app_cannot_be_switched_off_or_changed_for_mail(person: Human, setup: str) -> None:
    """A page that offers no such thing does not make it impossible to send it."""
    token = Page(person.client.get(ACCOUNT)).inputs("/log-off")["csrf_token"]

    person.client.post(APP, data={"csrf_token": token, "setup": setup})

    person.log_off()
    assert Page(person.give_password()).inputs(CODE)
    assert not is_inside(person)


def test_a_log_on_that_had_got_half_way_cannot_replace_the_app_that_was_set_up_meanwhile(
    app: Flask, service: Service
) -> None:
    """Somebody who knew the password before there was a second factor would keep a way round it."""
    email = f"{secrets.token_hex(6)}@initiative.example"
    with writing(service.engine) as connection:
        token = invite(connection, service.settings, email, OWNER, actor="command:test", now=datetime.now(UTC))
    owner = Human(app, email)
    owner_page = owner.accept(token)
    eve = another_browser(owner)
    eve_page = eve.fill(eve.give_password(), APP)
    found = KEY.search(eve_page.text)
    assert found
    eve.key = found[1]

    owner.set_up_authenticator(owner_page)
    eve.fill(eve_page, CODE, code=eve.code())

    assert (is_inside(owner), is_inside(eve)) == (True, False)
    owner.log_off()
    owner.fill(owner.give_password(), CODE, code=owner.code())
    assert is_inside(owner)


def test_after_a_reset_the_password_leads_to_setting_an_app_up_and_no_further(person: Human, service: Service) -> None:
    with writing(service.engine) as connection:
        number = connection.scalar(select(account.c.id).where(account.c.email == person.email))
        assert number
        reset_second_factor(connection, service.settings, number, actor="command:test")
    assert not is_inside(person)

    setup = person.give_password()
    assert not is_inside(person)
    person.set_up_authenticator(setup)

    assert is_inside(person)


# --- recovery codes


def recovery_codes(human: Human) -> list[str]:
    """Have new codes made."""
    shown = Page(human.send(CODES, CODES))
    return [str(item.text_content()).strip() for item in shown.tree.xpath("//main//li")]


def use_recovery_code(human: Human, code: str) -> TestResponse:
    """Log on by password and recovery code."""
    human.give_password()
    return human.send(RECOVERY, RECOVERY, code=code)


def test_a_recovery_code_logs_on_once_in_place_of_the_app(person: Human, service: Service) -> None:
    codes = recovery_codes(person)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[0-9a-f]{4}(-[0-9a-f]{4}){2}", code) for code in codes)
    person.log_off()

    use_recovery_code(person, codes[3])
    assert is_inside(person)
    assert last_change(service, person) == "recovery_code_used"
    assert "9" in Page(person.client.get(ACCOUNT)).words("//dl")

    person.log_off()
    refused = use_recovery_code(person, codes[3])
    assert Page(refused).problems()
    assert not is_inside(person)
    use_recovery_code(person, codes[4])
    assert is_inside(person)


def test_a_wrong_recovery_code_lets_nobody_in_and_is_written_down(person: Human, service: Service) -> None:
    codes = recovery_codes(person)
    person.log_off()

    for wrong in ("0000-0000-0000", codes[0].upper() + "x", codes[0][:-1], f"{codes[0]},{codes[1]}", ",", "\x00"):
        use_recovery_code(person, wrong)

        assert not is_inside(person)
    assert failures(service, person) == ["second_factor"] * 6
    use_recovery_code(person, codes[0])
    assert is_inside(person)


def test_new_codes_make_the_earlier_ones_void(person: Human, service: Service) -> None:
    earlier = recovery_codes(person)
    newer = recovery_codes(person)
    assert last_change(service, person) == "recovery_codes_made"
    person.log_off()

    use_recovery_code(person, earlier[0])
    assert not is_inside(person)
    use_recovery_code(person, newer[0])
    assert is_inside(person)


def test_a_recovery_code_of_somebody_else_is_worth_nothing(person: Human, app: Flask, service: Service) -> None:
    theirs = recovery_codes(stranger(app, service))
    recovery_codes(person)
    person.log_off()

    use_recovery_code(person, theirs[0])

    assert not is_inside(person)


def test_an_account_without_recovery_codes_has_none_to_guess(person: Human) -> None:
    person.log_off()

    for guess in ("", " ", "None", "[]"):
        use_recovery_code(person, guess)
        assert not is_inside(person)


def test_the_database_holds_neither_recovery_codes_nor_the_key_of_the_app(person: Human, service: Service) -> None:
    """Who has a backup alone can use none of it."""
    codes = recovery_codes(person)

    with reading(service.engine) as connection:
        stored = repr(connection.execute(select(account).where(account.c.email == person.email)).one())

    assert not [secret for secret in (*codes, person.key, person.key.replace("-", "")) if secret in stored]
    assert person.password not in stored


def test_codes_are_shown_when_they_are_made_and_not_by_opening_the_page(person: Human) -> None:
    codes = recovery_codes(person)

    assert not [code for code in codes if code in person.client.get(CODES).text]


# --- passkeys


@dataclass
class Passkey:
    """An authenticator in software, with one key.

    counter: how often it has signed. flags: what it claims of whoever sits there.
    """

    counter: int = 0
    flags: int = PRESENT
    rp_id: str = RP_ID
    origin: str = ORIGIN
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def create(self, challenge: str) -> dict[str, object]:
        """Answer `navigator.credentials.create`."""
        return self._answer(
            clientDataJSON=self._client_data("webauthn.create", challenge),
            attestationObject=self.statement(),
            transports=["internal", "usb"],
        )

    def statement(self) -> str:
        """What is said of the new key, by nobody but itself."""
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(self.flags | ATTESTED) + attested + cbor2.dumps(self._cose_key())
        return to_base64url(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}))

    def sign(self, challenge: str, *, kind: str = "webauthn.get") -> dict[str, object]:
        """Answer `navigator.credentials.get`."""
        self.counter += 1
        data, client_data = self._data(self.flags), self._client_data(kind, challenge)
        digest = hashlib.sha256(from_base64url(client_data)).digest()
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=to_base64url(data),
            signature=to_base64url(self.key.sign(data + digest, ec.ECDSA(hashes.SHA256()))),
            userHandle=None,
        )

    def _answer(self, **response: object) -> dict[str, object]:
        name = to_base64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> str:
        client_data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return to_base64url(json.dumps(client_data).encode())

    def _cose_key(self) -> dict[int, object]:
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


@dataclass
class Keyless(Passkey):
    """Claims a key that is no point of its curve; `kind` as COSE numbers kinds of keys."""

    kind: int = 2

    def _cose_key(self) -> dict[int, object]:
        return {1: self.kind, 3: -7, -1: 1, -2: bytes(32), -3: b"\x01" * 32}


def to_base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Ceremony:
    """A page that waits for the browser's passkey: where its form goes, what it holds, and what was asked for."""

    action: str
    token: str
    options: dict[str, object]

    @property
    def challenge(self) -> str:
        """What has to be signed."""
        return str(self.options["challenge"])

    def answer(self, human: Human, credential: object) -> TestResponse:
        """Send what the browser's passkey has said, as the page's script does."""
        text = credential if isinstance(credential, str) else json.dumps(credential)
        return human.client.post(
            self.action, data={"csrf_token": self.token, "credential": text}, follow_redirects=True
        )


def ceremony(page: TestResponse) -> Ceremony:
    """What a page of passkeys asks for."""
    (form,) = Page(page).tree.xpath("//form[@data-passkey]")
    (token,) = form.xpath(".//input[@name='csrf_token']/@value")
    return Ceremony(form.get("action"), token, json.loads(form.get("data-options")))


def begin_to_add(human: Human, name: str = "my telephone") -> Ceremony:
    return ceremony(human.send(PASSKEYS, PASSKEYS, name=name))


def add(human: Human, passkey: Passkey, name: str = "my telephone") -> TestResponse:
    begun = begin_to_add(human, name)
    return begun.answer(human, passkey.create(begun.challenge))


def begin_to_use(human: Human) -> Ceremony:
    """Give the password and choose the passkey."""
    human.log_off() if is_inside(human) else None
    chosen = human.fill(human.give_password(), CHOICE, which="webauthn")
    return ceremony(human.fill(chosen, PASSKEY))


def use(human: Human, passkey: Passkey) -> TestResponse:
    begun = begin_to_use(human)
    return begun.answer(human, passkey.sign(begun.challenge))


def names_of(human: Human) -> str:
    """What the account's page says of passkeys."""
    return Page(human.client.get(ACCOUNT)).words("//dt[text()='Passkeys']/..")


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


def broken(credential: dict[str, object], **response: object) -> dict[str, object]:
    """`credential` with something else in its response."""
    kept = credential["response"]
    assert isinstance(kept, dict)
    return credential | {"response": kept | response}


Break = Callable[[dict[str, object]], object]
GARBAGE: dict[str, Break] = {
    "nothing": lambda _: "",
    "no json": lambda _: "{",
    "another kind": lambda _: "[1]",
    "too deep": lambda _: "[" * 20_000,
    "empty": lambda _: {},
    "no strings": lambda credential: credential | {"id": 1, "rawId": None},
    "a kind that is no word": lambda credential: credential | {"type": []},
    "an id that is not its own": lambda credential: credential | {"id": to_base64url(b"another")},
    "odd letters": lambda credential: credential | {"rawId": "\N{SNOWMAN}"},
    "no client data": lambda credential: broken(credential, clientDataJSON=to_base64url(b"\xff")),
    "client data of another kind": lambda credential: broken(credential, clientDataJSON=to_base64url(b"[]")),
    "client data too deep": lambda credential: broken(credential, clientDataJSON=to_base64url(b"[" * 9_000)),
}
GARBAGE_TO_ADD: dict[str, Break] = GARBAGE | {
    "no statement": lambda credential: broken(credential, attestationObject=""),
    "a broken statement": lambda credential: broken(credential, attestationObject=to_base64url(b"\xa1\x63fmt")),
    "a statement of numbers": lambda credential: broken(credential, attestationObject=to_base64url(cbor2.dumps([1]))),
    "a statement too deep": lambda credential: broken(credential, attestationObject=to_base64url(b"\x81" * 9_000)),
    "a key of no kind": lambda credential: broken(credential, attestationObject=Keyless(kind=99).statement()),
}
GARBAGE_TO_USE: dict[str, Break] = GARBAGE | {
    "no data": lambda credential: broken(credential, authenticatorData=""),
    "broken data": lambda credential: broken(credential, authenticatorData=to_base64url(b"short")),
    "no signature": lambda credential: broken(credential, signature=""),
    "a signature that is none": lambda credential: broken(credential, signature=to_base64url(b"\x30\x00")),
    "a handle of somebody else": lambda credential: broken(credential, userHandle=to_base64url(b"somebody else")),
    "a handle that is no word": lambda credential: broken(credential, userHandle=[]),
}


@pytest.fixture(scope="module")
def keyholder(place: tuple[Flask, Service]) -> tuple[Human, Passkey]:
    """Somebody with a passkey, who answers with nonsense and changes nothing by it."""
    human, passkey = stranger(*place), Passkey()
    add(human, passkey)
    return human, passkey


@pytest.mark.parametrize("break_", GARBAGE_TO_ADD.values(), ids=GARBAGE_TO_ADD)
def test_nonsense_in_place_of_a_passkey_adds_none(keyholder: tuple[Human, Passkey], break_: Break) -> None:
    human, passkey = keyholder
    if not is_inside(human):
        use(human, passkey)
    begun = begin_to_add(human, name="nonsense")

    refused = begun.answer(human, break_(Passkey().create(begun.challenge)))

    assert refused.status_code == 200
    assert names_of(human) == "Passkeys my telephone"


@pytest.mark.parametrize("break_", GARBAGE_TO_USE.values(), ids=GARBAGE_TO_USE)
def test_nonsense_in_place_of_a_passkey_logs_nobody_on(keyholder: tuple[Human, Passkey], break_: Break) -> None:
    human, passkey = keyholder
    begun = begin_to_use(human)

    refused = begun.answer(human, break_(passkey.sign(begun.challenge)))

    assert refused.status_code == 200
    assert not is_inside(human)


def test_a_key_that_lies_on_no_curve_logs_nobody_on(person: Human) -> None:
    """Such a key is believed when it is added, and must be no fault of ours when it is used."""
    keyless = Keyless()
    add(person, keyless)

    refused = use(person, keyless)

    assert refused.status_code == 200
    assert not is_inside(person)


@pytest.mark.parametrize("extensions", [{"credProps": {"rk": True}}, "no json", [1], 7, None])
def test_what_a_browser_says_of_its_passkey_besides_is_not_kept(person: Human, extensions: object) -> None:
    """The page of passkeys would have to read it again."""
    passkey = Passkey()
    begun = begin_to_add(person)

    begun.answer(person, passkey.create(begun.challenge) | {"extensions": extensions})

    assert names_of(person) == "Passkeys my telephone"
    assert person.client.get(PASSKEYS).status_code == 200


# --- always two, and the password once more before anything changes


OPEN_TO_ALL = {"security.login", "security.logout", "security.two_factor_setup", "invitation", "accept_invitation"}
"""Whoever comes; what each of them shows is their own tests' matter."""
ADDRESS = {
    "number": NUMBER,
    "token": "x",
    "member_state": "DE",
    "batch_number": "1",
    "step": "receive",
    "name": "days.csv",
    "event_id": "1",
    "entry_id": "1",
    "language": "en",
    "wanted": "pause",
}


def test_between_password_and_second_factor_no_page_opens(person: Human, service: Service) -> None:
    """Every address of the console, with the cookie of a log-on that has got half-way."""
    console = create_console(service.settings, service)
    person.log_off()
    person.give_password()
    tried = 0
    for rule in console.url_map.iter_rules():
        guard = guard_of(console, rule.endpoint)
        if rule.endpoint in OPEN_TO_ALL or (guard and guard.on_the_way):
            continue
        path = "/console" + re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: ADDRESS[found[1]], rule.rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = person.client.open(path, method=method, content_type=FORM if method == "POST" else None)
            assert answer.status_code in {302, 401, 403}, (path, method)
            assert answer.headers.get("Location", f"{LOG_ON}?next=").startswith(f"{LOG_ON}?next="), path
            assert not is_inside(person)
            tried += 1
    assert tried > 20


def test_asking_to_be_remembered_or_for_another_page_changes_nothing(person: Human) -> None:
    person.log_off()

    for extra in ({"remember": "y"}, {"next": "/console/account"}, {"submit": "Login", "code": "123456"}):
        asked = person.send(LOG_ON, LOG_ON, email=person.email, password=person.password, **extra)
        assert Page(asked).inputs(CODE)
        assert not is_inside(person)
    person.fill(asked, CODE, code=person.code())

    assert is_inside(person)
    assert [cookie.key for cookie in person.client._cookies.values()] == ["console"]


def test_a_program_that_asks_for_json_needs_both_factors_too(person: Human) -> None:
    """The library would answer programs, with other rules; here nothing does."""
    person.log_off()
    token = Page(person.client.get(LOG_ON)).inputs(LOG_ON)["csrf_token"]
    typed = {"csrf_token": token, "email": person.email, "password": person.password}

    answered = person.client.post(f"{LOG_ON}?include_auth_token", data=typed, headers={"Accept": "application/json"})
    as_json = person.client.post(LOG_ON, json=typed)

    assert answered.status_code == 302
    assert as_json.status_code == 415
    basic = {"Authorization": "Basic " + urlsafe_b64encode(f"{person.email}:{person.password}".encode()).decode()}
    assert person.client.get(HOME, headers=basic).status_code == 302
    assert person.client.get(HOME, headers={"Authentication-Token": "x"}).status_code == 302


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets eleven minutes pass since the password was typed."""
    return lambda: monkeypatch.setattr(
        flask_security.utils, "naive_utcnow", lambda: naive_utcnow() + timedelta(minutes=11)
    )


@pytest.mark.parametrize("path", [APP, CODES, PASSKEYS])
def test_who_was_away_types_the_password_before_a_second_factor_changes(
    person: Human, later: Callable[[], None], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Somebody else may sit at the screen by now."""
    assert person.client.get(path).status_code == 200
    later()

    asked = person.client.get(path)
    assert asked.headers["Location"].startswith(f"{AGAIN}?next=")
    page = person.client.get(asked.headers["Location"])
    wrong = person.fill(page, AGAIN, password="another password of words")
    assert Page(wrong).problems()
    assert person.client.get(path).status_code == 302

    monkeypatch.undo()
    right = person.fill(page, AGAIN, password=person.password)
    assert (right.status_code, right.request.path) == (200, path)


def test_the_last_step_asks_for_the_password_too_whoever_began(
    person: Human, app: Flask, service: Service, later: Callable[[], None]
) -> None:
    """The token of a change is nobody's in particular: one begun at another account must not end at an open screen."""
    mallory = stranger(app, service)
    add(person, Passkey(), name="mine")
    action, _, mallory.key = show_new_key(mallory)
    passkey, begun = Passkey(), begin_to_add(mallory)
    token = Page(person.client.get(ACCOUNT)).inputs("/log-off")["csrf_token"]
    later()

    answers = [
        person.client.post(action, data={"csrf_token": token, "code": mallory.code()}),
        person.client.post(
            begun.action, data={"csrf_token": token, "credential": json.dumps(passkey.create(begun.challenge))}
        ),
        person.client.post(f"{PASSKEYS}/remove", data={"csrf_token": token, "name": "mine"}),
        person.client.post(CODES, data={"csrf_token": token}),
        person.client.post(APP, data={"csrf_token": token, "setup": "authenticator"}),
        person.client.post(PASSKEYS, data={"csrf_token": token, "name": "another"}),
    ]

    assert all(answer.headers["Location"].startswith(f"{AGAIN}?next=") for answer in answers)
    assert names_of(person) == "Passkeys mine"
    person.log_off()
    chosen = person.fill(person.give_password(), CHOICE, which="authenticator")
    person.fill(chosen, CODE, code=person.code())
    assert is_inside(person)


def test_a_password_is_changed_by_who_knows_the_old_one(person: Human) -> None:
    new = "nine brown paper kites"

    wrong = person.send(PASSWORD, PASSWORD, password="a guess of many", new_password=new, new_password_confirm=new)
    assert Page(wrong).problems()
    person.send(PASSWORD, PASSWORD, password=person.password, new_password=new, new_password_confirm=new)

    person.log_off()
    assert Page(person.give_password()).title.startswith("Error:")
    assert Page(person.give_password(new)).inputs(CODE)
