"""The audit log on a page: what was done about an initiative, or about the whole instance."""

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from signer.accounts.queries import read_names
from signer.accounts.roles import WHOLE_INSTANCE, Permission
from signer.audit.entry import BrokenChain
from signer.audit.read import latest_entries, read_entries, read_head, verify
from signer.audit.record import audit_key
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.web.console.current import allowed, initiatives_with, the_initiative
from signer.web.console.forms import sentence
from signer.web.console.guards import needs
from signer.web.site import site

ENTRIES = 50


@needs(Permission.SEE_AUDIT)
def audit_log() -> str | Response:
    """Show all entries to the administrator; let others choose an initiative of theirs, where they have several."""
    if allowed(Permission.SEE_AUDIT, WHOLE_INSTANCE):
        return _page(None)
    found = initiatives_with(Permission.SEE_AUDIT)
    if len(found) == 1:
        return redirect(url_for("audit_log_of", number=found[0].registration_number))
    return render_template("console/choose_audit.html", initiatives=found)


@needs(Permission.SEE_AUDIT)
def audit_log_of(number: str) -> str:
    """Show the entries about one initiative."""
    return _page(the_initiative(number))


def _page(initiative: Initiative | None) -> str:
    number = initiative.registration_number if initiative else ""
    before, wants_verdict = _before(), "verify" in request.args
    with reading(site().service.engine) as connection:
        entries = latest_entries(connection, ENTRIES, initiative=number, before=before)
        names = read_names(connection)
        head = read_head(connection)
        broken = ""
        if wants_verdict:
            try:
                verify(read_entries(connection), head, site().settings, audit_key(site().settings).verifying_key)
            except BrokenChain as found:
                broken = sentence(found)
    return render_template(
        "console/audit.html",
        initiative=initiative,
        entries=entries,
        names=names,
        head=head,
        wants_verdict=wants_verdict,
        broken=broken,
        older=entries[-1].number if len(entries) == ENTRIES else 0,
    )


def _before() -> int:
    text = request.args.get("before", "0")
    if not text.isascii() or not text.isdecimal() or len(text) > 15:  # noqa: PLR2004 - far beyond any entry's number
        raise BadRequest
    return int(text)
