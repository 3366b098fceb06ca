"""What states, acts and details of the logs are called on the pages."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from flask import Flask
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from signer.audit.entry import Entry, Kind
from signer.batches.state import EXPORTED, State
from signer.web.console.navigation import moment
from signer.web.languages import current_language, long_date

STATES: Mapping[str, LazyString] = {
    State.FROZEN: _("frozen"),
    EXPORTED: _("exported"),
    State.HANDED_OVER: _("handed over"),
    State.RECEIVED: _("received by the authority"),
    State.CERTIFIED: _("certified"),
    State.DESTROYED: _("destroyed"),
    State.FAILED: _("void"),
}
"""State of a batch, or step that changes none, to its name."""

ACTS: Mapping[str, LazyString] = {
    Kind.SCHEMA_CHANGED: _("database brought to a release"),
    Kind.SERVICE_STARTED: _("service started"),
    Kind.INITIATIVE_IMPORTED: _("initiative imported"),
    Kind.KEY_INSTALLED: _("collection key installed"),
    Kind.COLLECTION_OPENED: _("collection opened"),
    Kind.COLLECTION_PAUSED: _("collection paused"),
    Kind.COLLECTION_CLOSED: _("collection closed"),
    Kind.INITIATIVE_WITHDRAWN: _("initiative withdrawn"),
    Kind.BATCH_FROZEN: _("batch frozen"),
    Kind.BATCH_EXPORTED: _("batch exported"),
    Kind.BATCH_OPENED_AGAIN: _("batch opened again"),
    Kind.BATCH_HANDED_OVER: _("batch handed over"),
    Kind.BATCH_RECEIVED: _("batch received by the authority"),
    Kind.BATCH_CERTIFIED: _("batch certified"),
    Kind.RECONCILED: _("numbers reconciled"),
    Kind.NOT_RECONCILED: _("numbers did not agree"),
    Kind.LOG_EXPORTED: _("audit log exported"),
    Kind.LOGGED_ON: _("logged on"),
    Kind.LOGGED_OFF: _("logged off"),
    Kind.LOG_ON_FAILED: _("log-on failed"),
    Kind.ACCOUNT_INVITED: _("somebody invited"),
    Kind.ACCOUNT_MADE: _("account made"),
    Kind.ACCOUNT_CHANGED: _("account changed"),
    Kind.ACCOUNT_DEACTIVATED: _("account deactivated"),
    Kind.SECOND_FACTOR_CHANGED: _("second factor changed"),
    Kind.ROLE_GIVEN: _("role given"),
    Kind.ROLE_TAKEN: _("role taken"),
}
"""What the audit log calls an act, to its name."""

DETAILS: Mapping[str, LazyString] = {
    "account": _("account"),
    "batch": _("batch number"),
    "change": _("change"),
    "file_sha256": _("SHA-256 of the file"),
    "fingerprint": _("fingerprint"),
    "from": _("before"),
    "invalid": _("invalid, by reason"),
    "invited_by": _("invited by"),
    "issued_on": _("issued on"),
    "member_state": _("Member State"),
    "on": _("day"),
    "reference": _("reference"),
    "release": _("release"),
    "role": _("role"),
    "said": _("said"),
    "statements": _("statements"),
    "step": _("step"),
    "to": _("after"),
    "valid_online": _("valid online"),
    "valid_paper": _("valid on paper"),
}
"""Name of a detail in the audit log to what the page calls it; one that is missing here keeps its own name."""


def install_words(app: Flask) -> None:
    """Give the templates of `app` the words."""
    app.jinja_env.filters.update(
        state=lambda state: STATES[state],
        act=lambda kind: ACTS.get(kind, kind),
        details_of=details_of,
        iso_day=lambda day: long_date(date.fromisoformat(day), current_language()),
        utc=lambda at: moment(datetime.fromisoformat(at)),
    )


def details_of(entry: Entry, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the details of an entry as name and value, with the names of people for the numbers of accounts.

    names: `account:ID` to the person's name.
    """
    for name, value in entry.details.items():
        if value == "":
            continue
        person = names.get(f"account:{value}" if name == "account" else str(value))
        yield str(DETAILS.get(name, name)), person or str(value)
