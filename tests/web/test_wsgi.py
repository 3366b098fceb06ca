"""Behind another WSGI server the service does all that it does behind its own."""

import runpy
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from signer.web.site import site_of
from tests.conftest import Instance
from tests.journeys.served import collect_now

pytestmark = pytest.mark.slow


FILE = Path(__file__).parents[2] / "wsgi.py"


def test_the_wsgi_file_serves_and_does_the_periodic_work(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without that work, nothing would be counted on PostgreSQL and no leaf placed."""
    settings = collect_now(instance).settings
    monkeypatch.setenv("SIGNER_INSTANCE", str(settings.instance))
    monkeypatch.setenv("SIGNER_SECRETS", str(settings.secrets))
    monkeypatch.setenv("SIGNER_DATABASE_URL", settings.database_url)
    started: list[object] = []
    at_the_end: list[Callable[[], None]] = []

    def start(service: object, _stopped: threading.Event) -> threading.Thread:
        started.append(service)
        thread = threading.Thread()
        thread.start()
        return thread

    def remember(_: None, end: Callable[..., None], args: tuple[object, ...], **_named: object) -> None:
        at_the_end.append(partial(end, *args))

    monkeypatch.setattr("signer.web.worker.start_periodic", start)
    # This process goes on, and would do at its end what belongs to the end of this test.
    monkeypatch.setattr("signer.web.worker.Finalize", remember)

    application = runpy.run_path(str(FILE))["application"]

    assert application.test_client().get("/healthz").status_code == 200
    assert started == [site_of(application).service]
    (end,) = at_the_end
    end()
