"""The first page after log-on: the initiatives that somebody may see, and what they are to each."""

from datetime import UTC, datetime

from flask import render_template

from signer.accounts.roles import Permission
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.tallies.overview import Overview, read_overview
from signer.web.console.current import allowed, allowed_somewhere, held_roles, my_initiatives
from signer.web.console.guards import needs_log_on
from signer.web.console.sessions import IDLE
from signer.web.site import site


@needs_log_on
def home() -> str:
    """Show the initiatives, the roles held for each and how far it is, and the last log-ons."""
    entries = [
        (
            initiative,
            [held.role for held in held_roles() if held.initiative == initiative.registration_number],
            _overview(initiative),
        )
        for initiative in my_initiatives()
    ]
    everywhere = [held.role for held in held_roles() if not held.initiative]
    there = {initiative.registration_number for initiative, *_ in entries}
    awaited = [held.initiative for held in held_roles() if held.initiative and held.initiative not in there]
    may_import = allowed_somewhere(Permission.IMPORT_INITIATIVE)
    return render_template(
        "console/home.html", entries=entries, everywhere=everywhere, awaited=awaited, may_import=may_import
    )


def _overview(initiative: Initiative) -> Overview | None:
    """Return the numbers of an initiative for those who may see them."""
    if not allowed(Permission.SEE_NUMBERS, initiative.registration_number):
        return None
    with reading(site().service.engine) as connection:
        return read_overview(connection, initiative, on=site().service.today())


@needs_log_on
def session_goes_on() -> str:
    """Say until when the session lasts now; opening the page is what makes it last."""
    return render_template("console/session.html", until=datetime.now(UTC) + IDLE)
