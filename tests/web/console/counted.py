"""A campaign in the middle of its year, as its counts tell it: everything is invented, no statement is behind it."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from flask import Flask
from sqlalchemy import Connection, Engine, delete, insert, update

from signer.accounts.roles import HeldRole, Role
from signer.audit.entry import EntryKind
from signer.audit.read import latest_entries
from signer.database import reading, writing
from signer.initiatives.initiative import Initiative, InitiativeText, Status
from signer.initiatives.lifecycle import import_description
from signer.initiatives.queries import find_initiative
from signer.initiatives.tables import campaign_event
from signer.initiatives.tables import initiative as initiative_table
from signer.scheme.load import load_scheme
from signer.service.service import Service
from signer.settings import Settings
from signer.statements.tables import received
from signer.tallies.daily_forecast import foresee, keep_forecast
from signer.tallies.overview import Overview, read_overview
from signer.tallies.paper import PaperCount, enter_paper
from signer.tallies.planning import mark_event
from signer.tallies.tables import forecast, paper_count
from tests.acts import unit
from tests.conftest import START, describe
from tests.web.console.people import invited

COUNTED = "2027/000045"
TODAY = START + timedelta(days=212)
TITLE = "A quiet sky over every city: for nights without advertising drones"
SHARES = {
    "AT": 1.31, "BE": 0.93, "BG": 0.11, "CY": 0.42, "CZ": 0.55, "DE": 2.05, "DK": 1.08, "EE": 0.21, "ES": 0.38,
    "FI": 1.16, "FR": 0.88, "GR": 0.34, "HR": 0.28, "HU": 0.19, "IE": 1.02, "IT": 0.61, "LT": 0.17, "LU": 0.72,
    "LV": 0.09, "MT": 0.06, "NL": 1.21, "PL": 0.36, "PT": 0.41, "RO": 0.23, "SE": 0.79, "SI": 1.44, "SK": 0.26,
}  # fmt: skip
"""Member State to what it has given of its threshold, online."""
PAPER = {"AT": 1_450, "DE": 6_200, "LU": 240, "MT": 900, "SI": 380}
EVENTS = (
    (0, "Start with 40 partners on the same evening"),
    (96, "Television report, public channel"),
    (99, "Newsletter to 310,000 addresses"),
    (180, "Day of action in nine cities"),
)
"""Days after the start, and what happened."""


def count(
    engine: Engine, settings: Settings, *, until: date = TODAY, shares: Mapping[str, float] = SHARES
) -> Initiative:
    """Keep counts as if statements had come from the start up to and with `until`; return the initiative."""
    with writing(engine) as connection:
        texts = {"en": InitiativeText(TITLE, "We ask for a quiet sky.", "", "")}
        import_description(unit(connection, settings), replace(describe(COUNTED), texts=texts))
        connection.execute(
            update(initiative_table).filter_by(registration_number=COUNTED).values(status=Status.COLLECTING)
        )
        found = find_initiative(connection, COUNTED)
        _keep_days(connection, found, until, shares)
    return found


def campaign(engine: Engine, settings: Settings) -> Initiative:
    """Count with paper, events and a forecast, as of `TODAY`."""
    found = count(engine, settings)
    with writing(engine) as connection:
        for number, (code, statements) in enumerate(PAPER.items()):
            came = PaperCount(code, START + timedelta(days=70 + 30 * number), statements)
            enter_paper(unit(connection, settings, on=TODAY), found, came)
        for after, label in EVENTS:
            mark_event(unit(connection, settings), found, on=START + timedelta(days=after), label=label)
    _forecast(engine, found, on=TODAY)
    return found


def _forecast(engine: Engine, found: Initiative, *, on: date) -> None:
    """Make the night's forecast."""
    with reading(engine) as connection:
        foreseen = foresee(connection, found, on=on)
    with writing(engine) as connection:
        keep_forecast(connection, found.id, foreseen, on=on)


def forget(engine: Engine) -> None:
    """Take the counts out again: they have no statements behind them, which an auditor would find."""
    with writing(engine) as connection:
        here = find_initiative(connection, COUNTED).id
        for table in (received, paper_count, campaign_event, forecast):
            connection.execute(delete(table).filter_by(initiative_id=here))


def _keep_days(connection: Connection, found: Initiative, until: date, shares: Mapping[str, float]) -> None:
    thresholds = load_scheme(found.scheme).thresholds(found.registered_on)
    weights = [_weight(day) for day in range((until - START).days + 1)]
    rows = []
    for code, share in shares.items():
        whole, given, so_far = thresholds[code] * share, 0, 0.0
        for day, weight in enumerate(weights):
            so_far += weight
            statements = round(whole * so_far / sum(weights)) - given
            given += statements
            here = {"initiative_id": found.id, "member_state": code, "submitted_on": START + timedelta(days=day)}
            rows += [{**here, "statements": statements}] if statements else []
    if rows:
        connection.execute(insert(received), rows)


def _weight(day: int) -> float:
    """Return how much comes on a day: a start that fades, a level, weekends, and echoes of what happened."""
    echoes = sum(5 * math.exp(-(day - after) / 6) for after, _ in EVENTS[1:] if day >= after)
    start = 14 * math.exp(-day / 9)
    return (
        (1.2 + start + echoes) * (0.7 if (START + timedelta(days=day)).weekday() > 4 else 1) * (1 + 0.3 * math.sin(day))
    )


class Campaign:
    """A console over a campaign in the middle of its year, with an owner, an editor and a reader who are logged on."""

    def __init__(self, app: Flask, service: Service) -> None:
        self.engine, self.settings = service.engine, service.settings
        self.initiative = campaign(self.engine, self.settings)
        self.owner, self.editor, self.reader = (
            invited(app, service, f"{role}@initiative.example", HeldRole(role, COUNTED))
            for role in (Role.OWNER, Role.EDITOR, Role.READER)
        )

    def overview(self) -> Overview:
        """The numbers as the rooms below give them."""
        with reading(self.engine) as connection:
            return read_overview(connection, find_initiative(connection, COUNTED), on=TODAY)

    def recorded(self) -> list[object]:
        """What the audit log says of planning and timeline, the newest first."""
        with reading(self.engine) as connection:
            entries = latest_entries(connection, 100, initiative=COUNTED)
        kinds = {EntryKind.PLANNING_CHANGED, EntryKind.TIMELINE_CHANGED}
        return [entry.details["change"] for entry in entries if entry.kind in kinds]
