"""Filters by which the templates of the console turn what the code knows into labels, all of them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from signer.accounts.roles import Role
from signer.web.console.labels.audit import ACTS, details_of
from signer.web.console.labels.batches import STATES
from signer.web.console.labels.campaign import ARTICLES, DUTIES, FACTS, STATUSES, STEPS
from signer.web.console.labels.moments import clock, iso_day, moment
from signer.web.console.labels.numbers import STANDINGS, chance, listed, percent, roughly
from signer.web.console.labels.roles import ROLE_MEANINGS, ROLE_NAMES

FILTERS: Mapping[str, Callable[..., object]] = {
    # An entry of the audit log that somebody has changed is shown as it is.
    "act": lambda kind: ACTS.get(kind, kind),
    "details_of": details_of,
    "state": lambda state: STATES[state],
    "article": lambda duty: ARTICLES[duty],
    "duty": lambda duty: DUTIES[duty],
    "fact": lambda part: FACTS[part],
    "status": lambda status: STATUSES[status],
    "step": lambda name: STEPS[name],
    "role": lambda role: ROLE_NAMES[Role(role)],
    "meaning": lambda role: ROLE_MEANINGS[Role(role)],
    "standing": lambda standing: STANDINGS[standing],
    "chance": chance,
    "percent": percent,
    "roughly": roughly,
    "listed": listed,
    "moment": moment,
    "clock": clock,
    "iso_day": iso_day,
    "utc": lambda at: moment(datetime.fromisoformat(at)),
}
"""Name in templates to what it does."""
