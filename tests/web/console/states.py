"""Every page of the console in every state, over a real service on SQLite: for validators, eyes and cameras.

The states are brought about as people do, one after the other: some of them spoil what the later ones would need.
"""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select, text, update
from werkzeug.test import TestResponse

from signer.accounts.invite import invite
from signer.accounts.roles import HeldRole, Role
from signer.accounts.tables import account, webauthn_credential
from signer.audit.entry import Kind
from signer.audit.record import record_event
from signer.batches.certify import certify
from signer.batches.export import record_export
from signer.batches.freeze import freeze
from signer.batches.pass_on import hand_over, receive
from signer.batches.queries import BatchSummary, Certificate, list_batches
from signer.database import StoreUnavailable, reading, writing
from signer.initiatives.initiative import InitiativeText
from signer.initiatives.manage import import_description
from signer.rehearsal.invented import Inventor
from signer.scheme.load import load_scheme
from signer.sealing.code import Code
from signer.tallies.runs import Work, note_run
from signer.web.app import create_app
from signer.web.service import Service, open_service
from tests.conftest import END, MAY_DAY, NUMBER, TESTER, Instance, describe, make_instance
from tests.signing import record
from tests.solved import new_check
from tests.web.console.campaign_states import campaign
from tests.web.console.numbers_states import numbers
from tests.web.console.people import PASSWORD, Human
from tests.web.pages import Page

OTHER = "2027/000043"
"""An initiative beside ours: who has a role for both has to choose."""
LONG_TITLE = (
    "Civil society initiative for a ban on biometric mass surveillance practices in all publicly accessible places"
)
HOME, LOG_ON, CODE = "/console/", "/console/log-on", "/console/log-on/code"
PEOPLE, BATCHES, AUDIT = f"/console/people/{NUMBER}/", f"/console/batches/{NUMBER}/", f"/console/audit/{NUMBER}/"
OWNER, AUDITOR, ADMINISTRATOR = HeldRole(Role.OWNER, NUMBER), HeldRole(Role.AUDITOR, NUMBER), Role.ADMINISTRATOR
AFTER = END + timedelta(days=20)
RECEIVED, ISSUED, LATE = AFTER + timedelta(days=10), AFTER + timedelta(days=60), AFTER + timedelta(days=250)
SIGNED = {"DE": 26, "FR": 14, "AT": 9, "PL": 6, "IT": 3, "ES": 2, "SE": 1}
"""Member State to the number of its statements."""
OFFICE, LETTER = "Federal Office of Administration, division 3", "BVA-2028-114"
CERTIFICATE = {
    "issued_on": ISSUED.isoformat(),
    "reference": "Certificate 114",
    "valid_online": "24",
    "valid_paper": "0",
}
OWN_WORDS = {"new_password": "seven slow copper kettles", "new_password_confirm": "seven slow copper kettles"}
States = dict[str, TestResponse]


@dataclass
class DatedService(Service):
    """The service on a day that the test sets, which fails when told to."""

    day: date = MAY_DAY
    failure: Exception | None = None

    def today(self) -> date:
        """Return the day."""
        if self.failure:
            raise self.failure
        return self.day


@dataclass
class Stage:
    """A running console and the people who come to it."""

    instance: Instance
    service: DatedService
    app: Flask
    _addresses: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def somebody(self, email: str) -> Human:
        """Return a person at a browser and a line of their own: the limits of one do not hold for another."""
        human = Human(self.app, email)
        human.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{next(self._addresses)}"
        return human

    def token(self, email: str, held: HeldRole) -> str:
        """Invite somebody at the command line and return what accepts it."""
        with writing(self.service.engine) as connection:
            return invite(connection, self.service.settings, email, held, actor=TESTER, now=datetime.now(UTC))

    def join(self, name: str, held: HeldRole) -> Human:
        """Return somebody who holds a role and is logged on."""
        human = self.somebody(f"{name.split(maxsplit=1)[0].lower()}@initiative.example")
        human.set_up_authenticator(human.accept(self.token(human.email, held), name))
        return human

    def newest(self, member_state: str) -> BatchSummary:
        """Return the newest batch of a Member State."""
        with reading(self.service.engine) as connection:
            batches = list_batches(connection, NUMBER)
        return [there for there in batches if there.member_state == member_state][-1]

    def execute(self, *statements: str) -> None:
        """Do to the database what nobody should."""
        with writing(self.service.engine) as connection:
            for statement in statements:
                connection.execute(text(statement))


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Make an instance in `folder` and open the service over it."""
    instance = make_instance(f"sqlite:///{folder / 'signer.sqlite3'}", folder)
    opened = open_service(instance.settings)
    service = DatedService(opened.settings, opened.engine, opened.store, opened.catalogue)
    yield Stage(instance, service, create_app(instance.settings, service))
    service.close()
    instance.store.close()
    instance.engine.dispose()


def sign(instance: Instance, counted: Mapping[str, int]) -> None:
    """Record statements of invented citizens, a day after the other. counted: Member State to their number."""
    scheme = load_scheme("eu")
    for member_state, count in counted.items():
        inventor = Inventor(scheme, member_state, on=MAY_DAY, seed=1)
        collection = instance.collection(member_state)
        for number in range(count):
            person = inventor.person(number)
            record(
                instance.store,
                collection,
                person.fields,
                code=Code.new(),
                check_id=new_check(),
                on=MAY_DAY + timedelta(days=number),
                confirmed=person.confirmed,
            )


def every_state(there: Stage) -> States:
    """Return every page of the console in every state, by what it is."""
    owner, auditor = there.join("Ottoline Invented", OWNER), there.join("Bartholomew Madeup", AUDITOR)
    administrator = there.join("Petronella Fictional", HeldRole(ADMINISTRATOR))
    states = {
        **invitations(there, owner),
        **logging_on(there, owner),
        **own_account(there, owner),
        **people(there, owner, administrator),
        **batches(there, owner, auditor),
        **certifying(there, auditor),
        **campaign(there, owner),
        **choosing(there, auditor, administrator),
        **audit_log(auditor, administrator),
        **operation(there, administrator),
        **errors(there, owner, auditor),
        **numbers(there),
        **spoiled(there, auditor, administrator),
    }
    return {f"console, {name}": state for name, state in states.items()}


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
            f"/console/invitation?token={there.token('a@initiative.example', HeldRole(ADMINISTRATOR))}"
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
        "log off": owner.client.get("/console/log-off"),
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


def people(there: Stage, owner: Human, administrator: Human) -> States:
    """Who works on the initiative."""
    states = {"home, owner": owner.client.get(HOME), "home, administrator": administrator.client.get(HOME)}
    states["people"] = owner.client.get(PEOPLE)
    states["people, errors"] = owner.fill(states["people"], PEOPLE, email="nobody")
    states["people, link to hand over"] = owner.fill(
        states["people"], PEOPLE, email="rosalind@initiative.example", role="editor"
    )
    states["people, waiting"] = owner.client.get(PEOPLE)
    states["people, administrator"] = administrator.client.get(PEOPLE)
    leaving = there.join("Leopold Pretended", HeldRole(Role.READER, NUMBER))
    with reading(there.service.engine) as connection:
        number = connection.scalar(select(account.c.id).where(account.c.email == leaving.email))
    sent = {"csrf_token": _token_of(states["people"]), "account": str(number), "role": "reader"}
    states["people, role taken"] = owner.client.post(f"{PEOPLE}take", data=sent, follow_redirects=True)
    states["role taken meanwhile"] = owner.client.post(f"{PEOPLE}take", data=sent)
    states["home, without a role"] = leaving.client.get(HOME)
    typing = there.somebody("typing@initiative.example")
    states["no longer logged on"] = typing.client.post(PEOPLE, data={"email": "rosalind@initiative.example"})
    return states


def batches(there: Stage, owner: Human, auditor: Human) -> States:
    """From the first statement to the authority's desk."""
    states = {"home, auditor": auditor.client.get(HOME), "batches, nothing received": auditor.client.get(BATCHES)}
    sign(there.instance, SIGNED)
    there.service.day = MAY_DAY + timedelta(days=40)
    page = states["batches, open statements"] = auditor.client.get(BATCHES)
    states["batches, owner"] = owner.client.get(BATCHES)
    states["batches, nothing chosen"] = auditor.fill(page, BATCHES, until="soon")
    states["batches, final too early"] = auditor.fill(page, BATCHES, member_state="DE", final="y")
    states["batches, nothing to freeze"] = auditor.fill(page, BATCHES, member_state="MT")
    states["batch, interim"] = auditor.fill(page, BATCHES, member_state="DE")
    states["batches, interim"] = auditor.client.get(BATCHES)

    there.service.day = AFTER
    states["batch, final"] = auditor.fill(page, BATCHES, member_state="DE", final="y")
    states["batch, superseded"] = auditor.client.get(f"{BATCHES}DE/1/")
    states["batches, final twice"] = auditor.fill(page, BATCHES, member_state="DE", final="y")
    final, path = states["batch, final"], f"{BATCHES}DE/2/"
    digest = there.newest("DE").digest
    states["batch, hand-over without a word"] = _take(auditor, final, "hand-over")
    states["batch, hand-over before export"] = _take(auditor, final, "hand-over", recipient=OFFICE, digest=digest)
    auditor.client.get(f"{path}file").close()
    states["batch, exported"] = auditor.client.get(path)
    states["batch, hand-over of another file"] = _take(auditor, final, "hand-over", recipient=OFFICE, digest="0" * 64)
    states["batch, as the owner sees it"] = owner.client.get(path)
    states["batch, handed over"] = _take(auditor, final, "hand-over", recipient=OFFICE, digest=digest)
    states["batch, handed over meanwhile"] = _take(auditor, final, "hand-over", recipient=OFFICE, digest=digest)
    states["batch, download too late"] = auditor.client.get(f"{path}file")
    states["batch, opened too late"] = _take(auditor, final, "open-again", reason="two letters of a title were wrong")
    again = auditor.fill(page, BATCHES, member_state="AT", final="y")
    states["batch, opened without a reason"] = _take(auditor, again, "open-again")
    states["batch, void"] = _take(auditor, again, "open-again", reason="two letters of a title were wrong")
    return states


def certifying(there: Stage, auditor: Human) -> States:
    """What the authorities answer, until it is enough."""
    states: States = {}
    path = f"{BATCHES}DE/2/"
    there.service.day = ISSUED
    handed_over = auditor.client.get(path)
    states["batch, receipt without a word"] = _take(auditor, handed_over, "receive")
    states["batch, receipt too early"] = _take(
        auditor, handed_over, "receive", received_on=MAY_DAY.isoformat(), reference=LETTER
    )
    received = _take(auditor, handed_over, "receive", received_on=RECEIVED.isoformat(), reference=LETTER)
    states["batch, received"] = received
    states["batch, certificate without a word"] = _take(auditor, received, "certify", invalid_duplicate="-1")
    states["batch, certificate of too many"] = _take(
        auditor, received, "certify", **CERTIFICATE | {"valid_online": "27"}
    )
    for member_state in ("FR", "PL", "IT"):
        _freeze(there, member_state)
    _pass_on(there, "FR")
    states["batches, handed over"] = auditor.client.get(BATCHES)
    states["batch, certified"] = _take(auditor, received, "certify", **CERTIFICATE, invalid_duplicate="2")
    states["batches, certified"] = auditor.client.get(BATCHES)
    there.service.day = LATE
    states["batches, overdue"] = auditor.client.get(BATCHES)
    there.service.day = ISSUED
    for member_state in ("PL", "IT"):
        _pass_on(there, member_state)
    for member_state in ("AT", "ES", "SE"):
        _freeze(there, member_state)
        _pass_on(there, member_state)
    for member_state in ("FR", "PL", "IT", "AT", "ES", "SE"):
        _certify(there, member_state)
    _certify(there, "DE")
    states["batches, enough"] = auditor.client.get(BATCHES)
    return states


def choosing(there: Stage, auditor: Human, administrator: Human) -> States:
    """Which initiative, for who has several."""
    with writing(there.service.engine) as connection:
        other = replace(describe(OTHER), texts={"en": InitiativeText(LONG_TITLE, "We ask for a law.", "", "")})
        import_description(connection, there.service.settings, other, actor=TESTER)
    alone = auditor.client.get("/console/audit/", follow_redirects=True)
    auditor.send(
        f"/console/invitation?token={there.token(auditor.email, HeldRole(Role.AUDITOR, OTHER))}", "/console/invitation"
    )
    return {
        "audit log, the only one": alone,
        "choose batches": auditor.client.get("/console/batches/"),
        "choose an audit log": auditor.client.get("/console/audit/"),
        "home, several initiatives": auditor.client.get(HOME),
        "home, administrator of several": administrator.client.get(HOME),
    }


def audit_log(auditor: Human, administrator: Human) -> States:
    """What was done."""
    return {
        "audit log": administrator.client.get("/console/audit/"),
        "audit log, older": administrator.client.get("/console/audit/?before=20"),
        "audit log, none older": administrator.client.get("/console/audit/?before=1"),
        "audit log of one initiative": auditor.client.get(AUDIT),
        "audit log, verified": administrator.client.get("/console/audit/?verify=1"),
    }


def operation(there: Stage, administrator: Human) -> States:
    """How the service itself stands: before anything has run, in order, and as nobody wants to see it."""
    path = "/console/operation"
    states = {"operation, nothing has run": administrator.client.get(path)}
    there.service.day = MAY_DAY
    with writing(there.service.engine) as connection:
        for work in Work:
            note_run(connection, work, at=datetime.now(UTC))
        for kind in (Kind.RECONCILED, Kind.BACKUP_TAKEN):
            record_event(connection, there.service.settings, kind, actor=TESTER)
    states["operation, in order"] = administrator.client.get(path)
    with writing(there.service.engine) as connection:
        note_run(connection, Work.ROLL_UP, at=datetime.now(UTC) - timedelta(minutes=20))
        record_event(connection, there.service.settings, Kind.NOT_RECONCILED, actor=TESTER, details={"found": "rows"})
    there.service.day = LATE + timedelta(days=200)
    states["operation, out of order"] = administrator.client.get(path)
    there.service.day = ISSUED
    return states


def errors(there: Stage, owner: Human, auditor: Human) -> States:
    """One page for each status."""
    states = {
        "error 400": owner.client.post(PEOPLE, data={"csrf_token": "x"}),
        "error 403": owner.client.get("/console/audit/2027/000099/"),
        "error 403, from elsewhere": owner.client.post(PEOPLE, headers={"Sec-Fetch-Site": "cross-site"}),
        "error 404": owner.client.get("/console/nowhere"),
        "error 404, logged off": there.somebody("x").client.get("/console/nowhere"),
        "error 404, no such batch": auditor.client.get(f"{BATCHES}DE/9/"),
        "error 405": auditor.client.get(f"{BATCHES}DE/2/certify"),
        "error 413": auditor.client.post(BATCHES, data={"until": "x" * 70_000}),
        "error 415": auditor.client.post(BATCHES, json={}),
        "error 416": auditor.client.get(f"{BATCHES}DE/2/file", headers={"Range": "bytes=9999999-"}),
    }
    there.service.failure = RuntimeError("invented")
    states["error 500"] = auditor.client.get(BATCHES)
    there.service.failure = StoreUnavailable("the database is locked")
    states["error 503"] = auditor.client.get(BATCHES)
    there.service.failure = None
    return states


def spoiled(there: Stage, auditor: Human, administrator: Human) -> States:
    """What is seen where somebody has been at the database."""
    sign(there.instance, {"NL": 2})
    _freeze(there, "NL")
    frozen = auditor.client.get(f"{BATCHES}NL/1/")
    there.execute("UPDATE statement SET batch = NULL WHERE member_state = 'NL'")
    states = {
        "batches, disagreement": auditor.client.get(BATCHES),
        "batch, download refused": auditor.client.get(f"{BATCHES}NL/1/file"),
        "batch, step refused": _take(auditor, frozen, "open-again", reason="numbers that do not agree"),
    }
    there.execute(
        "DROP TRIGGER audit_entry_no_update", "UPDATE audit_entry SET actor = 'command:nobody' WHERE number = 9"
    )
    states["audit log, broken"] = administrator.client.get("/console/audit/?verify=1")
    there.execute("ALTER TABLE account RENAME TO mislaid")
    states["error 503, nobody is known"] = administrator.client.get(HOME)
    return states


def give_passkey(there: Stage, email: str, name: str) -> None:
    """Give an account a passkey that no browser holds."""
    with writing(there.service.engine) as connection:
        owner = connection.scalar(select(account.c.id).where(account.c.email == email))
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


def _token_of(page: TestResponse) -> str:
    return str(Page(page).tree.xpath("//input[@name='csrf_token']/@value")[0])


def _take(human: Human, page: TestResponse, step: str, **values: str) -> TestResponse:
    """Send the form of a step with `values`, from a page that may have been open for long."""
    (action,) = {form.get("action") for form in Page(page).tree.forms if str(form.get("action")).endswith(f"/{step}")}
    return human.fill(page, str(action), **values)


def _freeze(there: Stage, member_state: str) -> None:
    engine, settings, on = there.service.engine, there.service.settings, there.service.day
    freeze(engine, settings, NUMBER, member_state, until=None, final=True, on=on, actor=TESTER)


def _pass_on(there: Stage, member_state: str) -> None:
    engine, settings, on = there.service.engine, there.service.settings, there.service.day
    batch = there.newest(member_state)
    record_export(engine, settings, batch, on=on, actor=TESTER)
    hand_over(engine, settings, batch, recipient=OFFICE, digest=batch.digest, on=on, actor=TESTER)
    receive(engine, settings, batch, reference=LETTER, received_on=on, on=on, actor=TESTER)


def _certify(there: Stage, member_state: str) -> None:
    batch = there.newest(member_state)
    certificate = Certificate(ISSUED, "Certificate 7", batch.count, 190_000, {})
    certify(there.service.engine, there.service.settings, batch, certificate, on=ISSUED, actor=TESTER)
