"""A live service on SQLite and a real Chromium without JavaScript: what a suspicious person on any phone has."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from signer.human_check import difficulty
from signer.human_check.check import HumanCheck
from signer.service.service import Service, open_service
from signer.web.app import create_app
from tests.acts import MAY_DAY
from tests.conftest import NUMBER, Instance, in_file, make_instance
from tests.journeys.browsers import find_chromium, launch
from tests.journeys.in_thread import serving_in_thread
from tests.postgres import serving_postgres
from tests.required import require_or_skip
from tests.settling import stored
from tests.solved import new_check
from tests.web.console.cheap import cheap_log_ons

# For whatever a page should show at once; a busy machine has other things to do now and then.
expect.set_options(timeout=30_000)


@dataclass(frozen=True)
class Site:
    """The running service."""

    url: str
    instance: Instance

    @property
    def initiative(self) -> str:
        """The address of the initiative."""
        return f"{self.url}/en/initiatives/{NUMBER}/"

    def statements(self) -> int:
        """Count the statements that are kept."""
        return len(stored(self.instance))


@pytest.fixture(scope="session")
def rehearsal_server() -> Iterator[str]:
    """A PostgreSQL server for the rehearsal alone: every byte of it is searched, and other tests leave many."""
    with serving_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of the machine; nothing is downloaded."""
    if not find_chromium():
        require_or_skip("browser", "there is no Chromium; set SIGNER_CHROMIUM")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def guarded_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The service on May Day 2027, when its initiative collects."""
    monkeypatch.setattr(Service, "today", lambda _service: MAY_DAY)
    instance = make_instance(in_file(tmp_path), tmp_path)
    service = open_service(instance.settings)
    with cheap_log_ons(), serving_in_thread(create_app(instance.settings, service)) as port:
        yield Site(f"http://127.0.0.1:{port}", instance)
    service.close()
    instance.store.close()
    instance.engine.dispose()


@pytest.fixture
def site(guarded_site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The same service with a human check that lets everybody in; `test_human_check.py` is about the real one."""
    monkeypatch.setattr(HumanCheck, "admit", lambda _check, **_came: new_check())
    return guarded_site


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A phone without JavaScript. It fails the test if a page asks another host for anything or sets a cookie."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    assert all(url.startswith(site.url) for url in asked), asked
    assert context.cookies() == []
    assert [text for text in complaints if "Content Security Policy" in text or "Permissions-Policy" in text] == []
    context.close()


@pytest.fixture
def script_page(chromium: Browser, guarded_site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A desktop with JavaScript, where the human check is the real one, with less work than people's machines get.

    It fails the test if a page asks another host for anything, keeps anything in the browser, or breaks its policy.
    """
    monkeypatch.setattr(difficulty, "WORK", 2_000)
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(f"Content Security Policy? {error}"))
    yield page
    assert all(url.startswith(guarded_site.url) for url in asked), asked
    assert [text for text in complaints if "Content Security Policy" in text or "Permissions-Policy" in text] == []
    page.goto(f"{guarded_site.url}/en/")
    assert context.storage_state(indexed_db=True) == {"cookies": [], "origins": []}
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    context.close()
