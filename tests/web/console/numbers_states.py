"""The pages of numbers in every state, over counts that no statement is behind; they are taken out again."""

from datetime import timedelta

from sqlalchemy import update

from signer.accounts.roles import HeldRole, Role
from signer.database import writing
from signer.initiatives.initiative import Status
from signer.initiatives.tables import initiative
from tests.conftest import START
from tests.web.console.counted import COUNTED, TODAY, campaign, count, forget
from tests.web.console.stage import Stage, States

NUMBERS, PLANNING = f"/console/numbers/{COUNTED}/", f"/console/numbers/{COUNTED}/planning"


def numbers(there: Stage) -> States:
    """Return the pages: the middle of a campaign first, then how it looks with little, and with nothing."""
    engine, before = there.service.engine, there.service.day
    campaign(engine, there.service.settings)
    there.service.day = TODAY
    owner, reader = (
        there.join("Theodora Unreal", HeldRole(Role.OWNER, COUNTED)),
        there.join("Cornelius Imagined", HeldRole(Role.READER, COUNTED)),
    )
    page, plan = owner.client.get(NUMBERS), owner.client.get(PLANNING)
    states = {
        "numbers": page,
        "numbers, errors": owner.fill(page, f"{NUMBERS}events", happened_on="soon"),
        "planning": plan,
        "planning, reader": reader.client.get(PLANNING),
        "planning, errors": owner.fill(plan, PLANNING, repeats_MT="many", invalid_DE="91"),
        "planning, published": owner.fill(plan, f"{PLANNING}/publish"),
        "home, with numbers": owner.client.get("/console/"),
    }
    _be(there, Status.WITHDRAWN)
    states["numbers, withdrawn"] = owner.client.get(NUMBERS)
    forget(engine)
    few = {"DE": 0.001, "MT": 0.002}
    count(engine, there.service.settings, until=START + timedelta(days=2), shares=few)
    there.service.day = START + timedelta(days=3)
    states["numbers, third day"] = owner.client.get(NUMBERS)
    forget(engine)
    there.service.day = START - timedelta(days=9)
    states["numbers, not begun"] = owner.client.get(NUMBERS)
    states["planning, not begun"] = owner.client.get(PLANNING)
    _be(there, Status.DRAFT)  # in public it would need a key
    there.service.day = before
    return states


def _be(there: Stage, status: Status) -> None:
    with writing(there.service.engine) as connection:
        connection.execute(update(initiative).filter_by(registration_number=COUNTED).values(status=status))
