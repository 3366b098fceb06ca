"""Labels of the audit log: its acts, their details, and the values of these."""

import json
from collections.abc import Iterator, Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from signer.accounts.roles import Role
from signer.audit.actor import actor_of
from signer.audit.entry import Entry, EntryKind
from signer.web.console.labels.batches import REASONS
from signer.web.console.labels.roles import ROLE_NAMES

ACTS: Mapping[EntryKind, LazyString] = {
    EntryKind.SCHEMA_CHANGED: _("database brought to a release"),
    EntryKind.SERVICE_STARTED: _("service started"),
    EntryKind.INITIATIVE_IMPORTED: _("initiative imported"),
    EntryKind.KEY_INSTALLED: _("collection key installed"),
    EntryKind.COLLECTION_OPENED: _("collection opened"),
    EntryKind.COLLECTION_PAUSED: _("collection paused"),
    EntryKind.COLLECTION_CLOSED: _("collection closed"),
    EntryKind.INITIATIVE_WITHDRAWN: _("initiative withdrawn"),
    EntryKind.TEXT_CHANGED: _("text of the initiative changed"),
    EntryKind.NOTICE_RECORDED: _("notice of the start to the Commission recorded"),
    EntryKind.REPORT_RECORDED: _("report to the Commission recorded"),
    EntryKind.PAPER_ENTERED: _("statements on paper entered"),
    EntryKind.PARTNER_CHANGED: _("list of partners changed"),
    EntryKind.SPONSOR_CHANGED: _("list of sponsors changed"),
    EntryKind.TIMELINE_CHANGED: _("event in the timeline changed"),
    EntryKind.PLANNING_CHANGED: _("planning changed"),
    EntryKind.STATEMENTS_INVENTED: _("statements of invented people added, to try with"),
    EntryKind.BATCH_FROZEN: _("batch frozen"),
    EntryKind.BATCH_REMADE: _("batch made again without what was erased"),
    EntryKind.BATCH_EXPORTED: _("batch exported"),
    EntryKind.BATCH_OPENED_AGAIN: _("batch opened again"),
    EntryKind.BATCH_HANDED_OVER: _("batch handed over"),
    EntryKind.BATCH_RECEIVED: _("batch received by the authority"),
    EntryKind.BATCH_CERTIFIED: _("batch certified"),
    EntryKind.RECONCILED: _("numbers reconciled"),
    EntryKind.NOT_RECONCILED: _("numbers did not agree"),
    EntryKind.BACKUP_TAKEN: _("backup taken"),
    EntryKind.LOG_EXPORTED: _("audit log exported"),
    EntryKind.LOGGED_ON: _("logged on"),
    EntryKind.LOGGED_OFF: _("logged off"),
    EntryKind.LOG_ON_FAILED: _("log-on failed"),
    EntryKind.ACCOUNT_INVITED: _("somebody invited"),
    EntryKind.ACCOUNT_MADE: _("account made"),
    EntryKind.ACCOUNT_CHANGED: _("account changed"),
    EntryKind.ACCOUNT_DEACTIVATED: _("account deactivated"),
    EntryKind.SECOND_FACTOR_CHANGED: _("second factor changed"),
    EntryKind.ROLE_GIVEN: _("role given"),
    EntryKind.ROLE_TAKEN: _("role taken"),
}
"""What the audit log calls an act, to its name."""

DETAILS: Mapping[str, LazyString] = {
    "member_state": _("Member State"),
    "batch": _("batch number"),
    "final": _("final"),
    "until": _("taken in until"),
    "statements": _("statements"),
    "on": _("day"),
    "said": _("said"),
    "reference": _("reference"),
    "issued_on": _("issued on"),
    "valid_online": _("valid online"),
    "valid_paper": _("valid on paper"),
    "invalid": _("invalid"),
    "account": _("account"),
    "role": _("role"),
    "change": _("change"),
    "step": _("step"),
    "days": _("days to accept"),
    "invited_by": _("invited by"),
    "languages": _("languages"),
    "language": _("language"),
    "corrects": _("corrects entry"),
    "code": _("word in the link"),
    "cents": _("amount in cents"),
    "release": _("release"),
    "from": _("before"),
    "to": _("after"),
    "fingerprint": _("fingerprint"),
    "texts_sha256": _("SHA-256 of the texts"),
    "file_sha256": _("SHA-256 of the file"),
}
"""Name of a detail in the audit log to what the page calls it, in the page's order; others keep their own names."""

VALUES: Mapping[str, LazyString] = {
    "authenticator": _("authenticator app set up"),
    "passkey_added": _("passkey added"),
    "passkey_removed": _("passkey removed"),
    "password": _("password"),
    "recovery_code_used": _("recovery code used"),
    "recovery_codes_made": _("recovery codes made"),
    "renewed": _("to be set up anew"),
    "reset": _("forgotten at the command line"),
    "second_factor": _("second factor"),
    "partner_listed": _("partner listed"),
    "partner_unlisted": _("partner taken off the list"),
    "sponsor_entered": _("support entered"),
    "sponsor_removed": _("entry removed"),
}
"""Value of `change` and `step` in the audit log to its name."""


def details_of(entry: Entry, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the details of an entry as name and value, with the names of people for the numbers of accounts.

    names: `account:ID` to the person's name.
    """
    order = list(DETAILS)
    for name, value in sorted(
        entry.details.items(), key=lambda detail: order.index(detail[0]) if detail[0] in DETAILS else len(order)
    ):
        text = _value(name, str(value), names)
        if text:
            yield str(DETAILS.get(name, name)), text


def _value(name: str, value: str, names: Mapping[str, str]) -> str:
    if name == "account":
        return names.get(actor_of(value), value)
    if name == "role" and value in ROLE_NAMES:
        return str(ROLE_NAMES[Role(value)])
    if name in {"change", "step"}:
        return str(VALUES.get(value, value))
    if name == "invalid":
        return _reasons(value)
    return names.get(value, value)


def _reasons(value: str) -> str:
    try:
        counted = json.loads(value)
        return ", ".join(f"{REASONS[code]} {number}" for code, number in counted.items())
    except (ValueError, LookupError, TypeError, AttributeError):
        return value  # an entry that somebody has changed is shown as it is
