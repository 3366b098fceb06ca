"""The console's pages for coming in, and for one's own account, in every state."""

from datetime import UTC, datetime
from http import HTTPStatus

from sqlalchemy import insert, update

from signer.accounts.roles import HeldRole, Role
from signer.accounts.tables import account, webauthn_credential
from signer.database import writing
from tests.conftest import NUMBER
from tests.web.console.paths import CODE, LOG_ON
from tests.web.console.people import PASSWORD, Human, number_of
from tests.web.console.stage import ADMINISTRATOR, Stage, States

OWN_WORDS = {"new_password": "seven slow copper kettles", "new_password_confirm": "seven slow copper kettles"}


def invitations(there: Stage, owner: Human) -> States:
    """From the link to the second factor; the same for who has an account already."""
    new = there.somebody("wilhelmina@initiative.example")
    token = there.token(new.email, HeldRole(Role.EDITOR, NUMBER))
    link = f"/console/invitation?token={token}"
    opened = new.client.get(link)
    wrong = new.fill(opened, "/console/invitation", name="", password="wilhelmina1", password_again="x")
    setup = new.accept(token, "Wilhelmina Supposed")
    shown = new.fill(setup, "/console/account/authenticator")
    reader = f"/console/invitation?token={there.token(owner.email, HeldRole(Role.READER, NUMBER))}"
    return {
        "invitation, new account": opened,
        "invitation, errors": wrong,
        "set up the authenticator": setup,
        "set up the authenticator, key": shown,
        "set up the authenticator, wrong code": new.fill(shown, CODE, code="000000"),
        "set up the authenticator, again": new.client.get("/console/account/authenticator"),
        "invitation, used": new.client.get(link),
        "invitation, existing account": owner.client.get(reader),
        "invitation, role accepted": owner.send(reader, "/console/invitation"),
        "invitation, to the whole instance": owner.client.get(
            f"/console/invitation?token={there.token('a@initiative.example', ADMINISTRATOR)}"
        ),
    }


def logging_on(there: Stage, owner: Human) -> States:
    """By password and each of the second factors."""
    states: States = {}
    stranger = there.somebody("nobody@initiative.example")
    states["log on"] = stranger.client.get(LOG_ON)
    states["log on, nothing typed"] = stranger.fill(states["log on"], LOG_ON)
    states["log on, wrong"] = stranger.give_password("wrong")
    states["log on, first"] = stranger.client.get("/console/account", follow_redirects=True)
    while states.setdefault("log on, too many tries", states["log on"]).status_code != HTTPStatus.TOO_MANY_REQUESTS:
        states["log on, too many tries"] = stranger.give_password("wrong")

    away = _at_another_browser(there, owner)
    states["code"] = away.give_password()
    states["code, wrong"] = away.fill(states["code"], CODE, code="12345")
    states["recovery code"] = away.client.get("/console/log-on/recovery-code")
    states["recovery code, wrong"] = away.fill(
        states["recovery code"], "/console/log-on/recovery-code", code="aaaa-bbbb-cccc"
    )
    # Whoever has a passkey besides chooses.
    give_passkey(there, owner.email, "My telephone")
    chooser = _at_another_browser(there, owner)
    states["choose the second factor"] = chooser.give_password()
    states["choose the second factor, nothing chosen"] = chooser.fill(
        states["choose the second factor"], "/console/log-on/second-factor"
    )
    passkey = chooser.fill(states["choose the second factor"], "/console/log-on/second-factor", which="webauthn")
    states["use a passkey"] = passkey
    states["use a passkey, asked for"] = chooser.fill(passkey, "/console/log-on/passkey")
    return states


def own_account(there: Stage, owner: Human) -> States:
    """What somebody changes of their own log-on."""
    states = {
        "account": owner.client.get("/console/account"),
        "session": owner.client.get("/console/session"),
        "log off, opened directly": owner.client.get("/console/log-off"),
        "password again": owner.client.get("/console/password-again"),
        "change the authenticator": owner.client.get("/console/account/authenticator"),
        "recovery codes": owner.client.get("/console/account/recovery-codes"),
        "passkeys": owner.client.get("/console/account/passkeys"),
        "change the password": owner.client.get("/console/account/password"),
    }
    states["password again, wrong"] = owner.fill(states["password again"], "/console/password-again", password="x")
    states["change the authenticator, key"] = owner.fill(
        states["change the authenticator"], "/console/account/authenticator"
    )
    states["recovery codes, made"] = owner.fill(states["recovery codes"], "/console/account/recovery-codes")
    states["account, with recovery codes"] = owner.client.get("/console/account")
    states["passkeys, no name"] = owner.fill(states["passkeys"], "/console/account/passkeys")
    states["passkeys, asked for"] = owner.fill(states["passkeys"], "/console/account/passkeys", name="My key ring")
    page = states["change the password"]
    states["change the password, errors"] = owner.fill(
        page, "/console/account/password", password="x", new_password="short", new_password_confirm="else"
    )
    states["change the password, changed"] = owner.fill(
        page, "/console/account/password", password=PASSWORD, **OWN_WORDS
    )
    owner.password = OWN_WORDS["new_password"]
    return states


def give_passkey(there: Stage, email: str, name: str) -> None:
    """Give an account a passkey that no browser holds."""
    owner = number_of(there.service, email)
    with writing(there.service.engine) as connection:
        connection.execute(update(account).where(account.c.id == owner).values(fs_webauthn_user_handle="invented"))
        connection.execute(
            insert(webauthn_credential).values(
                account_id=owner,
                credential_id=name.encode(),
                public_key=b"invented",
                sign_count=0,
                transports=[],
                backup_state=False,
                device_type="single_device",
                lastuse_datetime=datetime.now(UTC),
                name=name,
                usage="secondary",
            )
        )


def _at_another_browser(there: Stage, human: Human) -> Human:
    other = there.somebody(human.email)
    other.key, other.password = human.key, human.password
    return other
