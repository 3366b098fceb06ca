"""Frame of every page of the console: who is logged on, where they may go, when the session ends."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, url_for
from flask_login import current_user

from signer.accounts.roles import Permission
from signer.web.console.current import allowed, allowed_somewhere, is_logged_on
from signer.web.console.guards import guard_of
from signer.web.console.routes import PLACES, PLACES_OF_INITIATIVE, NavigationEntry
from signer.web.console.sessions import IDLE


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
