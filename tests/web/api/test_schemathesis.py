"""Schemathesis makes requests from the description, right ones and wrong ones, and holds the answers against it.

The same as `schemathesis run https://…/api/v1/openapi.json` does from outside, but for chains of requests.
"""

from pathlib import Path

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from signer.sealing.opening import OpeningKey
from signer.tallies.history import Day
from signer.web.app import create_app
from tests.web.api.samples import DESCRIPTION, FORECAST
from tests.web.factories import MAY_DAY, make_service, make_settings

pytestmark = pytest.mark.slow


SETTINGS = {
    "seed": 1,
    # Its client for WSGI applications asks for compressed answers and cannot read them.
    "headers": {"Accept-Encoding": "identity"},
    "generation": {"max-examples": 5, "deterministic": True, "database": "none"},
    "phases": {"stateful": {"enabled": False}},
}
FEWEST_REQUESTS = 100


def test_every_answer_keeps_to_the_description(tmp_path: Path) -> None:
    service = make_service(OpeningKey.generate(), forecast_published=True)
    service.received, service.days, service.expected = {"DE": 3}, (Day(MAY_DAY, 3, 0, 3, 0),), (MAY_DAY, FORECAST)
    app = create_app(make_settings(tmp_path), service)  # type: ignore[arg-type]
    config = SchemathesisConfig.from_dict(SETTINGS)
    description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)

    done = list(from_schema(description).execute())

    scenarios = [event for event in done if isinstance(event, events.ScenarioFinished)]
    failures = [
        f"{check.name}: {check.failure_info.failure.title}, {check.failure_info.failure.message}"
        for scenario in scenarios
        for checks in scenario.recorder.checks.values()
        for check in checks
        if check.status is Status.FAILURE and check.failure_info
    ]
    errors = [event.info.format() for event in done if isinstance(event, events.NonFatalError)]
    fatal = [event for event in done if isinstance(event, events.FatalError)]
    assert (failures, errors, fatal) == ([], [], [])
    assert sum(len(scenario.recorder.interactions) for scenario in scenarios) > FEWEST_REQUESTS
    seen = {scenario.label for scenario in scenarios}
    assert {f"GET {path}" for path in DESCRIPTION["paths"]} - seen <= {"GET /openapi.json"}
