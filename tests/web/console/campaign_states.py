"""The console's pages for running a campaign in every state: texts, imports, collection, paper, partners, sponsors."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

from sqlalchemy import insert
from werkzeug.test import TestResponse

from signer.accounts.roles import HeldRole, Role
from signer.database import writing
from signer.initiatives.description import to_json
from signer.initiatives.initiative import InitiativeText, Organiser
from signer.tallies.tables import attribution
from tests.acts import MAY_DAY
from tests.conftest import NUMBER, describe
from tests.web.console.people import Human
from tests.web.console.stage import Stage, States
from tests.web.pages import Page

DRAFT = "2027/000044"
TEXTS, COLLECTION = f"/console/texts/{NUMBER}/", f"/console/collection/{NUMBER}/"
PAPER, PARTNERS, SPONSORS = (f"/console/{name}/{NUMBER}/" for name in ("paper", "partners", "sponsors"))
OF = {name: f"/console/{name}/{DRAFT}/" for name in ("texts", "collection", "paper", "partners", "sponsors")}
ENGLISH = InitiativeText(
    "A quiet night for everybody who lives beside a railway",
    "We ask the European Union for a law on noise at night. Goods trains shall have brakes that people can sleep "
    "beside.\n\nWhoever lives beside a line shall be told, a year before, when it is rebuilt. Half of the noise comes "
    "from a tenth of the wagons; those can be mended in two years, and the railways that do it first shall pay less.",
    "",
    "",
)
GERMAN = InitiativeText(
    "Eine ruhige Nacht für alle, die an einer Bahnstrecke wohnen",
    "Wir bitten die Europäische Union um ein Gesetz gegen Lärm in der Nacht. Güterzüge sollen Bremsen haben, "
    "neben denen Menschen schlafen können.",
    "https://initiative.example/de",
    "",
)


def a_draft(**changes: object) -> bytes:
    """Return the file of a draft beside our initiative."""
    described = replace(
        describe(DRAFT),
        collection_start=date(2027, 6, 1),
        collection_end=date(2028, 5, 31),
        texts={"en": ENGLISH},
        organisers=(Organiser("representative", "Ottoline Invented", "ottoline@initiative.example", "CZ"),),
    )
    return to_json(replace(described, **changes)).encode()  # type: ignore[arg-type]


def upload(human: Human, content: bytes, name: str = "initiative.json") -> TestResponse:
    """Send a file to be looked at."""
    page = human.client.get("/console/import")
    inputs = {key: value for key, value in Page(page).inputs("/import").items() if key != "file"}
    return human.client.post("/console/import", data=inputs | {"file": (BytesIO(content), name)})


def save(human: Human, looked_at: TestResponse) -> TestResponse:
    """Press the button under what a file changes."""
    inputs = Page(looked_at).inputs("/import/save")
    return human.client.post(
        "/console/import/save", data=inputs, content_type="multipart/form-data", follow_redirects=True
    )


def owner_of(number: str) -> HeldRole:
    """Return the role."""
    return HeldRole(Role.OWNER, number)


def importing(owner: Human) -> States:
    """From the register's file to a draft."""
    states = {
        "import": owner.client.get("/console/import"),
        "import, no file": upload(owner, b""),
        "import, no description": upload(owner, b"a letter"),
        "import, somebody else's": upload(owner, a_draft(registration_number="2027/000099")),
        "import, what it changes, new": upload(owner, a_draft()),
    }
    states["import, imported"] = save(owner, states["import, what it changes, new"])
    states["import, nothing changes"] = upload(owner, a_draft())
    changed = a_draft(
        texts={"en": replace(ENGLISH, title="A quiet night for everybody beside a railway"), "de": GERMAN},
        collection_start=date(2027, 6, 15),
        collection_end=date(2028, 6, 15),
    )
    states["import, what it changes"] = upload(owner, changed)
    return states


def writing_texts(owner: Human) -> States:
    """In several languages."""
    path = f"{OF['texts']}de/"
    states = {"text, missing": owner.client.get(path), "text, original": owner.client.get(f"{OF['texts']}en/")}
    typed = {"title": GERMAN.title, "objectives": GERMAN.objectives, "website": "initiative.example"}
    states["text, errors"] = owner.fill(states["text, missing"], path, **typed | {"title": ""})
    states["text, saved"] = owner.fill(states["text, missing"], path, **typed | {"website": GERMAN.website})
    states["text, changed meanwhile"] = owner.fill(
        states["text, missing"], path, **typed | {"title": "Ruhige Nächte", "website": ""}
    )
    again = owner.client.get(path)
    owner.fill(again, path, title="Ruhige Nächte für alle, die an einer Bahnstrecke wohnen")
    states["text history"] = owner.client.get(f"{path}history")
    states["text history, none"] = owner.client.get(f"{OF['texts']}fr/history")
    states["text preview"] = owner.client.get(f"{path}preview")
    return states


def collecting(owner: Human, drafter: Human) -> States:
    """What the law asks day by day, and the steps of a collection."""
    path, notice, report = COLLECTION, f"{COLLECTION}notice", f"{COLLECTION}report"
    states = {
        "collection, draft": drafter.client.get(OF["collection"]),
        "collection, open a draft": drafter.client.get(f"{OF['collection']}open"),
        "collection": owner.client.get(path),
        "collection, step meanwhile": owner.client.get(f"{path}open"),
        "collection, pause": owner.client.get(f"{path}pause"),
        "collection, close": owner.client.get(f"{path}close"),
        "collection, withdraw": owner.client.get(f"{path}withdraw"),
        "collection, no day of notice": owner.send(path, notice, sent_on="soon"),
        "collection, notice in the future": owner.send(path, notice, sent_on="2030-01-01"),
        "collection, notice recorded": owner.send(path, notice, sent_on="2027-01-11"),
        "report": owner.client.get(report),
        "report, errors": owner.send(report, report, sent_on="2026-01-01", statements="many"),
        "report, recorded": owner.send(report, report, sent_on="2027-04-01", statements="4700"),
    }
    states["collection, pause without a reason"] = owner.fill(states["collection, pause"], f"{path}pause")
    states["collection, close without a word"] = owner.fill(states["collection, close"], f"{path}close")
    reason = "We are mending a fault and go on tomorrow."
    states["collection, paused"] = owner.fill(states["collection, pause"], f"{path}pause", reason=reason)
    states["collection, go on"] = owner.client.get(f"{path}go-on")
    owner.fill(states["collection, go on"], f"{path}go-on")
    return states


def on_paper(owner: Human) -> States:
    """Counts, a likely mistake, and a correction."""
    states = {"paper, nothing entered": owner.client.get(PAPER)}
    for code, count, partner in (("DE", "412", "Spring market in Kassel"), ("FR", "96", ""), ("MT", "31", "Students")):
        given = {"member_state": code, "received_on": "2027-04-20", "statements": count, "partner": partner}
        page = owner.send(PAPER, PAPER, **given)
    states["paper, errors"] = owner.fill(page, PAPER, member_state="", received_on="2030-01-01", statements="-3")
    states["paper, in the future"] = owner.fill(
        page, PAPER, member_state="DE", received_on="2030-01-01", statements="3", note="box 14"
    )
    states["paper, unlikely"] = owner.fill(
        page, PAPER, member_state="MT", received_on="2027-04-21", statements="3100", note="box 14"
    )
    entry = f"{PAPER}3"
    states["paper, correct"] = owner.client.get(entry)
    owner.fill(states["paper, correct"], entry, statements="13", note="two sheets were counted twice")
    states["paper, corrected meanwhile"] = owner.fill(states["paper, correct"], entry, statements="14")
    states["paper"] = owner.client.get(PAPER)
    return states


def with_partners(there: Stage, owner: Human, reader: Human) -> States:
    """Links and what came by them."""
    states = {"partners, none": owner.client.get(PARTNERS)}
    for code, name in (("spring-2027", "Spring newsletter"), ("bicycles", "Union of Invented Cyclists")):
        page = owner.send(PARTNERS, PARTNERS, code=code, name=name)
    states["partners, errors"] = owner.fill(page, PARTNERS, code="Two words", name="Another")
    monday = MAY_DAY - timedelta(days=MAY_DAY.weekday())
    rows = [
        {"initiative_id": 1, "code": code, "week": monday - timedelta(days=7 * back), "statements": count}
        for code, counts in {"spring-2027": (0, 340, 1270, 90), "gone": (0, 20, 30, 0)}.items()
        for back, count in enumerate(counts)
    ]
    with writing(there.service.engine) as connection:
        connection.execute(insert(attribution), rows)
    states["partners"] = owner.client.get(PARTNERS)
    states["partners, reader"] = reader.client.get(PARTNERS)
    return states


def with_sponsors(owner: Human) -> States:
    """Who pays."""
    states = {"sponsors, none": owner.client.get(SPONSORS)}
    for name, amount in (
        ("Invented Foundation for Quiet", "12 000"),
        ("Union of Invented Cyclists", "300"),
        ("Small Gift Ltd", "120.50"),
        ("Union of Invented Cyclists", "450"),
    ):
        page = owner.send(SPONSORS, SPONSORS, name=name, amount=amount, given_on="2027-03-02")
    states["sponsors, errors"] = owner.fill(page, SPONSORS, name="Another", amount="1.500,00", given_on="2030-01-01")
    states["sponsors"] = owner.client.get(SPONSORS)
    return states


def campaign(there: Stage, owner: Human) -> States:
    """Return every state, on May Day, and leave the collection open."""
    before, there.service.day = there.service.day, MAY_DAY
    drafter = there.join("Cordelia Notional", owner_of(DRAFT))
    reader = there.join("Ignatius Supposed", HeldRole(Role.READER, NUMBER))
    states = {
        "home, initiative awaited": drafter.client.get("/console/"),
        **importing(drafter),
        **writing_texts(drafter),
        "texts": drafter.client.get(OF["texts"]),
        "texts, frozen": owner.client.get(TEXTS),
        "text, frozen": owner.client.get(f"{TEXTS}en/"),
        "text, late": owner.client.get(f"{TEXTS}lv/"),
        **collecting(owner, drafter),
        **on_paper(owner),
        **with_partners(there, owner, reader),
        **with_sponsors(owner),
    }
    there.service.day = before
    # The fullest first: a page behind them that has nothing new is not looked at once more (`complaints_about`).
    return dict(sorted(states.items(), key=lambda state: -len(state[1].data)))
