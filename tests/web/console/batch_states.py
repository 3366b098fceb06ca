"""The console's pages of batches in every state, from the first statement to the certificates."""

from datetime import timedelta

from werkzeug.test import TestResponse

from signer.batches.certify import certify
from signer.batches.export import record_export
from signer.batches.queries import Certificate
from signer.batches.transitions import hand_over, receive
from signer.sealing.code import Code
from tests.acts import MAY_DAY, act, erase_now, freeze_now
from tests.conftest import END, NUMBER
from tests.people import ADA
from tests.signing import record
from tests.web.console.paths import BATCHES, HOME
from tests.web.console.people import Human
from tests.web.console.stage import SIGNED, Stage, States, sign
from tests.web.pages import Page

AFTER = END + timedelta(days=20)
RECEIVED, ISSUED, LATE = AFTER + timedelta(days=10), AFTER + timedelta(days=60), AFTER + timedelta(days=250)
OFFICE, LETTER = "Federal Office of Administration, division 3", "BVA-2028-114"
CERTIFICATE = {
    "issued_on": ISSUED.isoformat(),
    "reference": "Certificate 114",
    "valid_online": "24",
    "valid_paper": "0",
}


def batches(there: Stage, owner: Human, auditor: Human) -> States:
    """From the first statement to the authority's desk."""
    states = {"home, auditor": auditor.client.get(HOME), "batches, nothing received": auditor.client.get(BATCHES)}
    sign(there.instance, SIGNED | {"NL": 2})
    regretted = Code.new()
    record(there.instance.store, there.instance.collection("FR"), ADA, code=regretted)
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
    states["batch, hand-over without a word"] = take(auditor, final, "hand-over")
    states["batch, hand-over before export"] = take(auditor, final, "hand-over", recipient=OFFICE, digest=digest)
    auditor.client.get(f"{path}file").close()
    states["batch, exported"] = auditor.client.get(path)
    states["batch, hand-over of another file"] = take(auditor, final, "hand-over", recipient=OFFICE, digest="0" * 64)
    states["batch, as the owner sees it"] = owner.client.get(path)
    states["batch, handed over"] = take(auditor, final, "hand-over", recipient=OFFICE, digest=digest)
    states["batch, handed over meanwhile"] = take(auditor, final, "hand-over", recipient=OFFICE, digest=digest)
    states["batch, download too late"] = auditor.client.get(f"{path}file")
    states["batch, opened too late"] = take(auditor, final, "open-again", reason="two letters of a title were wrong")
    again = auditor.fill(page, BATCHES, member_state="AT", final="y")
    states["batch, opened without a reason"] = take(auditor, again, "open-again")
    states["batch, void"] = take(auditor, again, "open-again", reason="two letters of a title were wrong")
    again = auditor.fill(page, BATCHES, member_state="FR", final="y")
    path, before = f"{BATCHES}FR/1/", there.newest("FR").digest
    auditor.client.get(f"{path}file").close()
    erase_now(there.instance.engine, there.instance.settings, there.instance.initiative, regretted, on=AFTER)
    states["batch, hand-over with what was erased"] = take(auditor, again, "hand-over", recipient=OFFICE, digest=before)
    auditor.client.get(f"{path}file").close()
    states["batch, file made again"] = auditor.client.get(path)
    take(auditor, again, "open-again", reason="two letters of a title were wrong")
    return states


def certifying(there: Stage, auditor: Human) -> States:
    """What the authorities answer, until it is enough."""
    states: States = {}
    path = f"{BATCHES}DE/2/"
    there.service.day = ISSUED
    handed_over = auditor.client.get(path)
    states["batch, receipt without a word"] = take(auditor, handed_over, "receive")
    states["batch, receipt too early"] = take(
        auditor, handed_over, "receive", received_on=MAY_DAY.isoformat(), reference=LETTER
    )
    received = take(auditor, handed_over, "receive", received_on=RECEIVED.isoformat(), reference=LETTER)
    states["batch, received"] = received
    states["batch, certificate without a word"] = take(auditor, received, "certify", invalid_duplicate="-1")
    states["batch, certificate of too many"] = take(
        auditor, received, "certify", **CERTIFICATE | {"valid_online": "27"}
    )
    for member_state in ("FR", "PL", "IT"):
        freeze_final(there, member_state)
    _move_on(there, "FR")
    states["batches, handed over"] = auditor.client.get(BATCHES)
    states["batch, certified"] = take(auditor, received, "certify", **CERTIFICATE, invalid_duplicate="2")
    states["batches, certified"] = auditor.client.get(BATCHES)
    there.service.day = LATE
    states["batches, overdue"] = auditor.client.get(BATCHES)
    there.service.day = ISSUED
    for member_state in ("PL", "IT"):
        _move_on(there, member_state)
    for member_state in ("AT", "ES", "SE"):
        freeze_final(there, member_state)
        _move_on(there, member_state)
    for member_state in ("FR", "PL", "IT", "AT", "ES", "SE"):
        _certify(there, member_state)
    _certify(there, "DE")
    states["batches, enough"] = auditor.client.get(BATCHES)
    return states


def take(human: Human, page: TestResponse, step: str, **values: str) -> TestResponse:
    """Send the form of a step with `values`, from a page that may have been open for long."""
    (action,) = {form.get("action") for form in Page(page).tree.forms if str(form.get("action")).endswith(f"/{step}")}
    return human.fill(page, str(action), **values)


def freeze_final(there: Stage, member_state: str) -> None:
    """Freeze the final batch of a Member State."""
    engine, settings, on = there.service.engine, there.service.settings, there.service.day
    freeze_now(engine, settings, member_state, number=NUMBER, final=True, on=on)


def _move_on(there: Stage, member_state: str) -> None:
    engine, settings, on = there.service.engine, there.service.settings, there.service.day
    batch = there.newest(member_state)
    act(engine, settings, on=on)(record_export)(batch)
    act(engine, settings, on=on)(hand_over)(batch, recipient=OFFICE, digest=batch.digest)
    act(engine, settings, on=on)(receive)(batch, reference=LETTER, received_on=on)


def _certify(there: Stage, member_state: str) -> None:
    batch = there.newest(member_state)
    certificate = Certificate(ISSUED, "Certificate 7", batch.count, 190_000, {})
    act(there.service.engine, there.service.settings, on=ISSUED)(certify)(batch, certificate)
