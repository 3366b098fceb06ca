"""The public numbers as programs get them: what `/api/v1/` answers and what `signer publish` writes.

One shape for both, described in `openapi.json`; a test holds real answers against it. Numbers are of days in Brussels
and of Member States, and come from counts: nothing here knows a statement.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from signer.initiatives.collection import (
    CollectionClosed,
    CollectionPaused,
    InitiativeWithdrawn,
    NotCollecting,
    NotYetOpen,
    require_open,
)
from signer.initiatives.initiative import Initiative
from signer.scheme.load import load_scheme
from signer.tallies.daily_forecast import goal_expected_on
from signer.tallies.forecast import Forecast, Range
from signer.tallies.history import Day
from signer.tallies.overview import MemberStateFigures, Overview

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
"""Of the numbers: anybody may do with them what they like."""
INTERVAL = 0.8
"""So many of the forecast's draws end within its ranges."""
CHANCE_DIGITS = 2
STATES: Mapping[type[NotCollecting], str] = {
    NotYetOpen: "not_yet_open",
    CollectionPaused: "paused",
    CollectionClosed: "closed",
    InitiativeWithdrawn: "withdrawn",
}

Document = dict[str, Any]


def encoded(document: object) -> str:
    """Return `document` as JSON, a line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def initiative_document(initiative: Initiative, *, on: date) -> Document:
    """Return who and when: everything but numbers. on: today in Brussels."""
    state = state_of(initiative, on)
    return {
        "registration_number": initiative.registration_number,
        "titles": {language: text.title for language, text in sorted(initiative.texts.items())},
        "original_language": initiative.original_language,
        "scheme": initiative.scheme,
        "state": state,
        "pause_reason": initiative.pause_reason if state == "paused" else "",
        "registered_on": initiative.registered_on.isoformat(),
        "collection_start": initiative.collection_start.isoformat(),
        "collection_end": initiative.collection_end.isoformat(),
        "register_url": initiative.register_url,
        "forecast_published": initiative.forecast_published,
    }


def state_of(initiative: Initiative, on: date) -> str:
    """Return "collecting" if statements are taken on the day `on`, and otherwise why not, in a word."""
    try:
        require_open(initiative, on)
    except NotCollecting as reason:
        return STATES[type(reason)]
    return "collecting"


def tally_document(overview: Overview, *, demonstration: bool) -> Document:
    """Return where an initiative stands, in all and by Member State in protocol order."""
    names = names_of(overview.initiative)
    return {
        "registration_number": overview.initiative.registration_number,
        "on": overview.on.isoformat(),
        "demonstration": demonstration,
        "state": state_of(overview.initiative, overview.on),
        "days_left": overview.days_left,
        "goal": overview.goal,
        "received": overview.received,
        "paper": overview.paper,
        "collected": overview.collected,
        "member_states_needed": overview.member_states_needed,
        "member_states_reached": overview.reached,
        "member_states": [_member_state(each, names[each.member_state]) for each in overview.member_states],
    }


def history_document(initiative: Initiative, days: Iterable[Day], *, on: date) -> Document:
    """Return what each day of the collection brought, of all Member States together. on: today, which is not over."""
    return {
        "registration_number": initiative.registration_number,
        "days": [
            {
                "day": day.on.isoformat(),
                "is_over": day.on < on,
                "received": day.received,
                "paper": day.paper,
                "received_so_far": day.received_so_far,
                "paper_so_far": day.paper_so_far,
                "collected_so_far": day.collected_so_far,
            }
            for day in days
        ],
    }


def forecast_document(initiative: Initiative, forecast: Forecast, *, made_on: date) -> Document:
    """Return what to expect at the end of the collection. made_on: the day; the forecast is from all days before it."""
    names = names_of(initiative)
    expected_on = goal_expected_on(forecast, made_on=made_on)
    return {
        "registration_number": initiative.registration_number,
        "made_on": made_on.isoformat(),
        "interval": INTERVAL,
        "received": _range(forecast.received),
        "valid": _range(forecast.valid),
        "goal_expected_on": expected_on.isoformat() if expected_on else None,
        "chance_of_goal": round(forecast.goal, CHANCE_DIGITS),
        "chance_of_member_states": round(forecast.enough, CHANCE_DIGITS),
        "chance_of_both": round(forecast.success, CHANCE_DIGITS),
        "member_states": [
            {
                "member_state": code,
                "name": names[code],
                "received": _range(each.received),
                "chance_of_threshold": round(each.reached, CHANCE_DIGITS),
                "needed_a_day": each.a_day,
            }
            for code, each in forecast.member_states.items()
        ],
    }


def names_of(initiative: Initiative) -> Mapping[str, str]:
    """Return Member State to its name in English."""
    return {form.member_state: form.name for form in load_scheme(initiative.scheme).forms.values()}


def _member_state(figures: MemberStateFigures, name: str) -> Document:
    return {
        "member_state": figures.member_state,
        "name": name,
        "threshold": figures.threshold,
        "received": figures.received,
        "paper": figures.paper,
        "collected": figures.collected,
        "reached": figures.is_reached,
    }


def _range(values: Range) -> Document:
    return {"low": values.low, "middle": values.middle, "high": values.high}
