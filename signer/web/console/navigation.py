"""What every page of the console shows around its content: who is logged on, where they may go, when it ends."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from flask_login import current_user

from signer.accounts.roles import Permission
from signer.web.console.current import allowed, allowed_somewhere, is_logged_on
from signer.web.console.guards import guard_of
from signer.web.console.sessions import IDLE


@dataclass(frozen=True)
class NavigationEntry:
    """An entry of the navigation: the endpoint of a page and its name."""

    endpoint: str
    name: LazyString


PLACES = (
    NavigationEntry("home", _("Initiatives")),
    NavigationEntry("batches_of_all", _("Batches")),
    NavigationEntry("audit_log", _("Audit log")),
    NavigationEntry("status", _("Operation")),
    NavigationEntry("account", _("Your account")),
)
"""The entries whose address has no initiative, in order.

A page that is added here shows for those only whom its guard lets in.
"""

PLACES_OF_INITIATIVE = (
    NavigationEntry("numbers", _("Numbers")),
    NavigationEntry("texts", _("Texts")),
    NavigationEntry("collection", _("Collection")),
    NavigationEntry("paper", _("Paper")),
    NavigationEntry("partners", _("Partners")),
    NavigationEntry("sponsors", _("Sponsors")),
    NavigationEntry("people", _("People")),
    NavigationEntry("batches", _("Batches")),
    NavigationEntry("audit_log_of", _("Audit log")),
)
"""The entries of one initiative, in order: endpoints whose address has its number and nothing else that changes."""


def install_navigation(app: Flask) -> None:
    """Give the templates of `app` the navigation, `places_of` and `may`."""

    def common() -> dict[str, Any]:
        logged_on = is_logged_on()
        return {
            "logged_on": logged_on,
            "person": current_user if logged_on else None,
            "places": [(url_for(place.endpoint), place) for place in PLACES if logged_on and _opens(app, place)],
            "places_of": lambda number: _places_of(app, number),
            "may": lambda permission, number="": allowed(Permission(permission), number),
            "idle_seconds": int(IDLE.total_seconds()),
            "session_ends": datetime.now(UTC) + IDLE,
        }

    app.context_processor(common)


def _places_of(app: Flask, number: str) -> list[tuple[str, NavigationEntry]]:
    """Return the places of an initiative that who is logged on may open, each with its address."""
    return [
        (url_for(place.endpoint, number=number), place)
        for place in PLACES_OF_INITIATIVE
        if place.endpoint in app.view_functions and _opens_for(app, place, number)
    ]


def _opens_for(app: Flask, place: NavigationEntry, number: str) -> bool:
    guard = guard_of(app, place.endpoint)
    return guard is not None and guard.permission is not None and allowed(guard.permission, number)


def _opens(app: Flask, place: NavigationEntry) -> bool:
    guard = guard_of(app, place.endpoint)
    if guard is None or guard.closed:
        return False
    return guard.permission is None or allowed_somewhere(guard.permission)
