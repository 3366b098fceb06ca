"""How the service itself stands, for the administrators: what is in order, what is late, and what to do about it."""

from flask import render_template

from signer.accounts.roles import Permission
from signer.service.status import Condition, read_status
from signer.web.console.guards import needs
from signer.web.site import site


@needs(Permission.SEE_OPERATION)
def status() -> str:
    """Show it. Nothing on this page is of a person, an address or a single statement."""
    found = read_status(site().service)
    conditions = [found.leading, found.settling, found.night, found.emptying, found.daily]
    conditions += [found.reconciling, found.backup, found.disk]
    conditions += [term.condition(found.today) for term in found.terms]
    return render_template(
        "console/status.html",
        found=found,
        human_check=site().human_check,
        to_do=sum(condition is not Condition.GOOD for condition in conditions),
    )
