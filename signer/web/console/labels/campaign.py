"""Labels of an initiative: the parts of its texts, its statuses and their steps, its duties."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from signer.initiatives.calendar import Duty
from signer.initiatives.initiative import Status

TEXT_PARTS: Mapping[str, LazyString] = {
    "title": _("Title"),
    "objectives": _("Objectives"),
    "website": _("Website"),
    "partial_registration": _("Part that was registered"),
}
"""Part of a text to its name."""

STATUSES: Mapping[str, LazyString] = {
    Status.DRAFT: _("draft"),
    Status.COLLECTING: _("collecting"),
    Status.PAUSED: _("paused"),
    Status.CLOSED: _("closed"),
    Status.WITHDRAWN: _("withdrawn"),
}
"""Status of an initiative to its name."""

FACTS: Mapping[str, LazyString] = {
    "scheme": _("Rules"),
    "registered_on": _("Registered on"),
    "collection_start": _("First day of collection"),
    "collection_end": _("Last day of collection"),
    "register_url": _("Address in the register"),
    "website": _("Website"),
    "original_language": _("Original language"),
    "organisers": _("Organisers"),
}
"""What a description says besides its texts, to its name."""

DUTIES: Mapping[str, LazyString] = {
    Duty.NOTIFY: _("Tell the Commission when the collection begins"),
    Duty.START: _("First day of collection"),
    Duty.REPORT: _("Report the numbers to the Commission"),
    Duty.END: _("Last day of collection"),
    Duty.HAND_OVER: _("Statements handed over to the authorities"),
    Duty.DESTROY: _("Statements destroyed at the latest"),
}
"""What is due to its name."""

ARTICLES: Mapping[str, LazyString] = {
    Duty.NOTIFY: _("10 working days before the start (Article 8)"),
    Duty.START: _("within 6 months after the registration (Article 8(1))"),
    Duty.REPORT: _("at least every two months (Article 9)"),
    Duty.END: _("12 months after the start at most (Article 8(1))"),
    Duty.HAND_OVER: _("within three months after the end (Article 12)"),
    Duty.DESTROY: _("21 months after the start, a month after a withdrawal or a submission (Article 19(5))"),
}
"""What is due to the rule, of Regulation (EU) 2019/788."""

STEPS: Mapping[str, LazyString] = {
    "open": _("Open the collection"),
    "pause": _("Pause the collection"),
    "go-on": _("Go on collecting"),
    "close": _("Close the collection early"),
    "withdraw": _("Withdraw the initiative"),
}
"""Step that changes the status (`initiatives.lifecycle.STEPS`) to its name."""

STEPS_DONE: Mapping[str, LazyString] = {
    "open": _("The collection is opened."),
    "pause": _("The collection is paused."),
    "go-on": _("The collection goes on."),
    "close": _("The collection is closed."),
    "withdraw": _("The initiative is withdrawn."),
}
"""Step to what is said when it has been taken."""
