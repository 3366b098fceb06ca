"""The feed of what a collection has reached (Atom, RFC 4287), for readers of news and for programs."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Response, render_template
from flask_babel import gettext

from signer.days import BRUSSELS
from signer.initiatives.initiative import Initiative
from signer.scheme.load import load_scheme
from signer.tallies.milestones import Milestone, Reached
from signer.web.caching import public_rendered
from signer.web.headers import let_sites_load
from signer.web.languages import current_language
from signer.web.public.current import find_initiative
from signer.web.public.fields import member_state_name
from signer.web.public_address import public_address
from signer.web.rendering import formatted_number
from signer.web.site import site
from signer.wording import N_

ATOM = "application/atom+xml"
FEEDS = uuid.UUID("7b0f2a57-4a3e-5d0c-9d0e-3f6f1f1d8a42")
"""Ours, for ever: with it, names of feeds and entries become ids that stay the same on every machine."""
TITLES: Mapping[Reached, str] = {
    Reached.STATEMENTS: N_("%(number)s statements received"),
    Reached.GOAL: N_("The goal is reached: %(number)s statements received"),
    Reached.MEMBER_STATE: N_("%(member_state)s has reached its threshold of %(number)s statements"),
    Reached.MEMBER_STATES: N_("%(number)s Member States have reached their threshold, as many as are needed"),
}


@dataclass(frozen=True)
class FeedEntry:
    """One entry. id: a URN. moment: when the day of the milestone was over, as RFC 3339 has it."""

    id: str
    title: str
    on: date
    collected: int
    moment: str


def milestones(number: str) -> Response:
    """Return the milestones, the newest first."""
    found = find_initiative(number)
    reached = site().service.milestones(found)
    rendered = site().rendered_pages.find(
        found,
        "milestones",
        current_language(),
        on=site().service.today(),
        figures=reached,
        render=lambda: _written(found, reached),
    )
    return let_sites_load(public_rendered(rendered, ATOM))


def _written(found: Initiative, reached: tuple[Milestone, ...]) -> str:
    entries = [_entry(found, milestone) for milestone in reversed(reached)]
    return render_template(
        "public/milestones.xml",
        initiative=found,
        feed=_urn(found, "milestones"),
        # Without any, nothing has happened since the collection began.
        updated=entries[0].moment if entries else midnight(found.collection_start),
        entries=entries,
        host=public_address(),
    )


def _entry(found: Initiative, milestone: Milestone) -> FeedEntry:
    values = {"number": formatted_number(milestone.number)}
    if milestone.member_state:
        form = load_scheme(found.scheme).member_state(milestone.member_state)
        values["member_state"] = member_state_name(form, current_language())
    return FeedEntry(
        _urn(found, milestone.name),
        gettext(TITLES[milestone.reached]) % values,
        milestone.on,
        milestone.collected,
        midnight(milestone.on + timedelta(days=1)),
    )


def midnight(day: date) -> str:
    """Return when `day` begins in Brussels."""
    return datetime.combine(day, time(), tzinfo=BRUSSELS).isoformat()


def _urn(found: Initiative, name: str) -> str:
    return uuid.uuid5(FEEDS, f"{found.registration_number} {current_language()} {name}").urn
