"""What the tests of the public numbers share: the description, and an invented forecast."""

import json

from signer.tallies.forecast import Forecast, Outlook, Range
from signer.web.api.views import OPENAPI

DESCRIPTION = json.loads(OPENAPI.read_text(encoding="utf-8"))
FORECAST = Forecast(
    received=Range(900_000, 1_000_000, 1_100_000),
    valid=Range(800_000, 900_000, 1_000_000),
    goal=0.6249,
    enough=0.5,
    success=0.4,
    goal_in_days=30,
    member_states={"BE": Outlook(Range(9_000, 10_000, 11_000), 0.25, 12), "DE": Outlook(Range(1, 2, 3), 1.0, None)},
)
