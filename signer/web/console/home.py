"""The first page after log-on: the initiatives that somebody may see, and what they are to each."""

from datetime import UTC, datetime

from flask import render_template

from signer.web.console.current import held_roles, my_initiatives
from signer.web.console.guards import needs_log_on
from signer.web.console.sessions import IDLE


@needs_log_on
def home() -> str:
    """Show the initiatives, the roles held for each, and the last log-ons."""
    entries = [
        (initiative, [held.role for held in held_roles() if held.initiative == initiative.registration_number])
        for initiative in my_initiatives()
    ]
    everywhere = [held.role for held in held_roles() if not held.initiative]
    return render_template("console/home.html", entries=entries, everywhere=everywhere)


@needs_log_on
def session_goes_on() -> str:
    """Say until when the session lasts now; opening the page is what makes it last."""
    return render_template("console/session.html", until=datetime.now(UTC) + IDLE)
