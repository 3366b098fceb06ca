"""Every page of the console in every state, over a real service on SQLite: for validators, eyes and cameras.

The states are brought about as people do, one after the other: some of them spoil what the later ones would need.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from signer.accounts.roles import HeldRole, Role
from signer.audit.entry import EntryKind
from signer.audit.record import record_event
from signer.database import StoreUnavailable, writing
from signer.initiatives.initiative import InitiativeText
from signer.initiatives.lifecycle import import_description
from signer.tallies.job_log import Work, note_run
from signer.web.console.addresses import CONSOLE
from signer.web.console.app import create_console
from signer.web.site import open_site
from tests.acts import MAY_DAY, TESTER, unit
from tests.conftest import NUMBER, describe
from tests.web.console.account_states import invitations, logging_on, own_account
from tests.web.console.batch_states import ISSUED, LATE, batches, certifying, freeze_final, take
from tests.web.console.campaign_states import campaign
from tests.web.console.numbers_states import numbers
from tests.web.console.paths import AUDIT, BATCHES, HOME, PEOPLE
from tests.web.console.people import Human, number_of, token_of
from tests.web.console.stage import ADMINISTRATOR, AUDITOR, Stage, States
from tests.web.console.standing import OWNER

OTHER = "2027/000043"
"""An initiative beside ours: who has a role for both has to choose."""
LONG_TITLE = (
    "Civil society initiative for a ban on biometric mass surveillance practices in all publicly accessible places"
)


def every_state(there: Stage) -> States:
    """Return every page of the console in every state, by what it is."""
    owner, auditor = there.join("Ottoline Invented", OWNER), there.join("Bartholomew Madeup", AUDITOR)
    administrator = there.join("Petronella Fictional", ADMINISTRATOR)
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
    }
    states |= as_they_open(there, (owner, auditor, administrator), states)
    states |= spoiled(there, auditor, administrator)
    return {f"console, {name}": state for name, state in states.items()}


def as_they_open(there: Stage, people: Iterable[Human], states: States) -> States:
    """Return each page that no state has yet and whose address says nothing but an initiative, as it opens.

    So a new page is looked at by every check before anybody has thought of its states.
    """
    console = create_console(open_site(there.service.settings, there.service))
    addresses = console.url_map.bind("localhost")
    seen = {state.request.path.removeprefix(CONSOLE) for state in states.values()}
    shown = {addresses.match(path)[0] for path in seen if addresses.test(path)}
    opened: States = {}
    for rule in console.url_map.iter_rules():
        if rule.endpoint in shown or "GET" not in (rule.methods or ()) or rule.arguments - {"number"}:
            continue
        address = CONSOLE + addresses.build(rule.endpoint, dict.fromkeys(rule.arguments, NUMBER))
        answers = (person.client.get(address) for person in people)
        page = next((one for one in answers if one.status_code == HTTPStatus.OK and one.mimetype == "text/html"), None)
        if page:
            opened[f"{rule.endpoint}, as it opens"] = page
    return opened


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
    number = number_of(there.service, leaving.email)
    sent = {"csrf_token": token_of(owner), "account": str(number), "role": "reader"}
    states["people, role taken"] = owner.client.post(f"{PEOPLE}take", data=sent, follow_redirects=True)
    states["role taken meanwhile"] = owner.client.post(f"{PEOPLE}take", data=sent)
    states["home, without a role"] = leaving.client.get(HOME)
    typing = there.somebody("typing@initiative.example")
    states["no longer logged on"] = typing.client.post(PEOPLE, data={"email": "rosalind@initiative.example"})
    return states


def choosing(there: Stage, auditor: Human, administrator: Human) -> States:
    """Which initiative, for who has several."""
    with writing(there.service.engine) as connection:
        other = replace(describe(OTHER), texts={"en": InitiativeText(LONG_TITLE, "We ask for a law.", "", "")})
        import_description(unit(connection, there.service.settings), other)
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
        for kind in (EntryKind.RECONCILED, EntryKind.BACKUP_TAKEN):
            record_event(connection, there.service.settings, kind, actor=TESTER)
    states["operation, in order"] = administrator.client.get(path)
    with writing(there.service.engine) as connection:
        note_run(connection, Work.LEADER, at=datetime.now(UTC) - timedelta(minutes=20))
        record_event(
            connection, there.service.settings, EntryKind.NOT_RECONCILED, actor=TESTER, details={"found": "rows"}
        )
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
    freeze_final(there, "NL")
    frozen = auditor.client.get(f"{BATCHES}NL/1/")
    there.execute("DELETE FROM statement WHERE member_state = 'NL'")
    states = {
        "batches, disagreement": auditor.client.get(BATCHES),
        "batch, download refused": auditor.client.get(f"{BATCHES}NL/1/file"),
        "batch, step refused": take(auditor, frozen, "open-again", reason="numbers that do not agree"),
    }
    there.execute(
        "DROP TRIGGER audit_entry_no_update", "UPDATE audit_entry SET actor = 'command:nobody' WHERE number = 9"
    )
    states["audit log, broken"] = administrator.client.get("/console/audit/?verify=1")
    there.execute("ALTER TABLE account RENAME TO mislaid")
    states["error 503, nobody is known"] = administrator.client.get(HOME)
    return states
