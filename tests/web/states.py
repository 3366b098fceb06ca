"""Every page in every state, brought about over the service without a database: for validators, eyes and cameras."""

from dataclasses import replace
from datetime import date
from http import HTTPStatus

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from signer.database import StoreUnavailable
from signer.initiatives.collection import CollectionClosed
from signer.initiatives.initiative import Sponsor, Status
from signer.sealing.code import Code
from signer.statements.store import AlreadyErased
from tests.solved import solved_by
from tests.web.factories import DECLARED, ELZBIETA, INITIATIVE, KLARA, MATTHIAS, MAY_DAY, SUPPORT, FakeService
from tests.web.pages import Page

READ = {
    "initiatives": "/en/",
    "initiative": INITIATIVE,
    "nationality": SUPPORT,
    "no nationality chosen": f"{SUPPORT}?continue=1",
    "none of these": f"{SUPPORT}?member_state=none",
    "details, address": f"{SUPPORT}/DE",
    "details, one number": f"{SUPPORT}/PL",
    "details, several documents": f"{SUPPORT}/HU",
    "erase": f"{INITIATIVE}erase",
    "documents": f"{INITIATIVE}documents",
    "funding, none": f"{INITIATIVE}funding",
    "privacy": "/en/privacy",
    "accessibility": "/en/accessibility",
    "counting": "/en/counting",
    "contact": "/en/contact",
    "numbers": "/en/numbers",
    "no such page": "/en/nowhere",
    "no such language": "/qq/",
    "no such initiative": "/en/initiatives/2021/000999/",
    "no such country": f"{SUPPORT}/XX",
    "check opened directly": f"{SUPPORT}/DE/check",
    "sign opened directly": f"{SUPPORT}/DE/sign",
}

COUNTER = f"{INITIATIVE}embed"
"""Shown within pages of other websites; it is unlike ours in what it may do and what leads on from it."""


def answers(client: FlaskClient, service: FakeService) -> dict[str, TestResponse]:
    """Bring about every kind of page that a form leads to."""
    waiting = client.post(f"{SUPPORT}/DE/check", data=KLARA)
    checked = client.post(f"{SUPPORT}/DE/check", data=KLARA | {"human_check": solved_by(client)})
    ready = Page(checked).inputs("/sign")
    sent = {
        "waiting": waiting,
        "waiting, too early": client.post(f"{SUPPORT}/DE/check", data=Page(waiting).inputs("/check")),
        "human check refused": client.post(f"{SUPPORT}/DE/check", data=KLARA | {"human_check": "x"}),
        "check": checked,
        "errors": client.post(f"{SUPPORT}/DE/check", data={"city": "\u202e"}),
        "doubts": client.post(f"{SUPPORT}/DE/check", data=KLARA | {"postal_code": "803"}),
        "errors and doubts": client.post(f"{SUPPORT}/PL/check", data=ELZBIETA | {"document_number": "1", "city": "x"}),
        "no document": client.post(f"{SUPPORT}/HU/check", data={"document_number": ""}),
        "back": client.post(f"{SUPPORT}/DE", data=KLARA),
        "not declared": client.post(f"{SUPPORT}/DE/sign", data=ready),
        "forged token": client.post(f"{SUPPORT}/DE/sign", data=ready | DECLARED | {"token": "x"}),
        "thanks": client.post(f"{SUPPORT}/DE/sign", data=ready | DECLARED),
        "human check spent": client.post(
            f"{SUPPORT}/DE/sign", data=Page(client.post(f"{SUPPORT}/DE/check", data=ready)).inputs("/sign") | DECLARED
        ),
        "malformed code": client.post(f"{INITIATIVE}erase", data={"code": "x"}),
        "erased": client.post(f"{INITIATIVE}erase", data={"code": Code.new().text, "confirm": "yes"}),
        "from elsewhere": client.post(f"{SUPPORT}/DE/check", headers={"Sec-Fetch-Site": "cross-site"}),
        "no form": client.post(f"{SUPPORT}/DE/check", json={}),
        "damaged": client.post(
            f"{SUPPORT}/DE/check", data=b"city=%ff", content_type="application/x-www-form-urlencoded"
        ),
        "too large": client.post(f"{SUPPORT}/DE/check", data={"city": "x" * 70_000}),
    }
    service.store.failure = StoreUnavailable("the database is locked")
    return sent | {"not saved": client.post(f"{SUPPORT}/DE/sign", data=ready | DECLARED)}


def refusals(client: FlaskClient, service: FakeService) -> dict[str, TestResponse]:
    """Bring about what one meets where a collection takes no statements, and where something is wrong with us."""
    (initiative,) = service.catalogue.opened
    answered = {}
    for name, status, day in (
        ("not yet open", Status.COLLECTING, date(2027, 2, 16)),
        ("over", Status.COLLECTING, date(2028, 2, 17)),
        ("closed", Status.CLOSED, MAY_DAY),
        ("paused", Status.PAUSED, MAY_DAY),
        ("withdrawn", Status.WITHDRAWN, MAY_DAY),
    ):
        reason = "We are mending a fault and go on tomorrow." if status is Status.PAUSED else ""
        service.catalogue.opened, service.day = [replace(initiative, status=status, pause_reason=reason)], day
        answered[f"signing, {name}"] = client.get(SUPPORT)
        answered[f"initiative, {name}"] = client.get(INITIATIVE)
    sponsors = (Sponsor(1, "Invented Foundation for Quiet", 12_000_00, MAY_DAY),)
    service.catalogue.opened, service.day = [replace(initiative, sponsors=sponsors)], MAY_DAY
    answered["funding"] = client.get(f"{INITIATIVE}funding")
    service.catalogue.opened = [initiative]
    ready = Page(client.post(f"{SUPPORT}/AT/check", data=MATTHIAS | {"human_check": solved_by(client)})).inputs("/sign")
    for name, failure in (
        ("erased before", AlreadyErased("erased")),
        ("closed meanwhile", CollectionClosed("closed")),
        ("fault of ours", RuntimeError("invented")),
    ):
        service.store.failure = failure  # type: ignore[assignment]
        answered[name] = client.post(f"{SUPPORT}/AT/sign", data=ready | DECLARED)
    service.store.failure = None
    service.catalogue.failure = StoreUnavailable("the database is locked")
    answered["not available"] = client.get("/en/")
    service.catalogue.failure = None
    # The minute in which they are counted may end meanwhile.
    for _ in range(2 * 61):
        answered["too many"] = client.post(f"{INITIATIVE}erase", data={"code": "x"})
        if answered["too many"].status_code == HTTPStatus.TOO_MANY_REQUESTS:
            break
    return answered


def every_state(client: FlaskClient, service: FakeService) -> dict[str, TestResponse]:
    """Return every page in every state, by what it is."""
    read = {name: client.get(path) for name, path in READ.items()}
    read["counter"] = client.get(COUNTER)
    sent = answers(client, service)
    service.store.failure = None
    return read | sent | refusals(client, service)
