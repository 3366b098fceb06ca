"""Labels of a batch: its states, and the reasons of authorities for invalid statements."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from signer.batches.state import EXPORTED, REMADE, State

STATES: Mapping[str, LazyString] = {
    State.FROZEN: _("frozen"),
    EXPORTED: _("exported"),
    REMADE: _("file made again"),
    State.HANDED_OVER: _("handed over"),
    State.RECEIVED: _("received by the authority"),
    State.CERTIFIED: _("certified"),
    State.DESTROYED: _("destroyed"),
    State.FAILED: _("void"),
}
"""State of a batch, or step that changes none, to its name."""

REASONS: Mapping[str, LazyString] = {
    "under_age": _("Too young"),
    "duplicate": _("Repeats"),
    "signed_by_other": _("Signed by somebody else"),
    "illegible": _("Illegible (paper)"),
    "not_found": _("Person not found"),
    "data_mismatch": _("Data do not match"),
    "not_national": _("Not a national"),
    "incomplete": _("Incomplete"),
    "outside_period": _("Outside the collection period"),
    "wrong_form": _("Wrong form"),
    "deceased": _("Deceased"),
}
"""Code of a reason to its name."""
