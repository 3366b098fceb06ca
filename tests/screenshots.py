"""Takes a picture of every page in every state: `make screenshots`, or `python -m tests.screenshots [NAME …]`.

On a phone and on a desktop, light and dark, into /screenshots. The best four go to docs/pictures, for the README.
Names: only states whose name holds one of them; those of the console begin with "console, ".
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from playwright.sync_api import Browser, FloatRect, sync_playwright
from werkzeug.test import TestResponse

from signer.initiatives.initiative import InitiativeText
from signer.progress import progress
from signer.sealing.opening import OpeningKey
from signer.web.app import create_app
from tests.journeys.browsers import launch
from tests.journeys.showing import DESKTOP_LIGHT, LOOKS, PHONE_DARK, PHONE_LIGHT, Look, Screen, screen
from tests.web.console.stage import stage
from tests.web.console.states import every_state as every_state_of_console
from tests.web.factories import FakeService, make_service, make_settings
from tests.web.states import every_state

ROOT = Path(__file__).parents[1]
PICTURES, DOCS = ROOT / "screenshots", ROOT / "docs" / "pictures"
BEST = {
    ("initiative", DESKTOP_LIGHT): "initiative-desktop.png",
    ("details, several documents", PHONE_LIGHT): "details-phone.png",
    ("check", DESKTOP_LIGHT): "check-desktop.png",
    ("thanks", PHONE_DARK): "thanks-phone-dark.png",
}
"""What the README shows: the top of these, as one sees it first."""
CLIPS: dict[Look, FloatRect] = {DESKTOP_LIGHT: {"x": 90, "y": 0, "width": 1100, "height": 680}}
"""Without the empty sides, and small enough to be kept in the repository."""
PAUSE = 150
"""Milliseconds until a page has settled."""
TITLE = "Civil society initiative for a ban on biometric mass surveillance practices"
OBJECTIVES = (
    "We ask the European Union for a law that ends mass surveillance by biometrics for good. Neither authorities nor "
    "companies should single people out in public life by their face, their gait or their voice, not even as a trial. "
    "Such systems make people think twice before they speak, meet or protest. They treat some groups worse than "
    "others. Some of them claim to read feelings or intentions, which science does not bear out."
)
RECEIVED = {
    "AT": 15_303, "BE": 9_505, "BG": 1_182, "CY": 450, "CZ": 5_695, "DE": 137_621, "DK": 6_136, "EE": 991,
    "ES": 21_642, "FI": 8_372, "FR": 84_229, "GR": 4_817, "HR": 2_317, "HU": 3_203, "IE": 9_405, "IT": 34_087,
    "LT": 1_260, "LU": 4_671, "LV": 862, "MT": 634, "NL": 35_732, "PL": 12_692, "PT": 5_971, "RO": 7_768,
    "SE": 9_661, "SI": 6_813, "SK": 2_273,
}  # fmt: skip
"""Invented, so that some bars are full and some are not."""


def main(names: list[str]) -> None:
    """Take the pictures."""
    PICTURES.mkdir(exist_ok=True)
    DOCS.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as other,
        TemporaryDirectory() as folder,
        stage(Path(folder)) as console,
        sync_playwright() as playwright,
    ):
        service = _service()
        public = create_app(make_settings(Path(other)), service)  # type: ignore[arg-type]
        browser = launch(playwright)
        _take_all(browser, public, every_state(public.test_client(use_cookies=False), service), names)
        _take_all(browser, console.app, every_state_of_console(console), names)
        browser.close()


def _take_all(browser: Browser, app: Flask, states: Mapping[str, TestResponse], names: list[str]) -> None:
    chosen = {name: state for name, state in states.items() if not names or any(part in name for part in names)}
    with screen(browser, app) as shown:
        for name, state in progress(chosen.items(), total=len(chosen), label="pictures"):
            shown.look(LOOKS[0])
            shown.show(state)
            for look in LOOKS:
                _take(shown, name, look)


def _service() -> FakeService:
    """Return a service with an initiative as long as real ones are, and with counts."""
    text = InitiativeText(TITLE, OBJECTIVES, "", "")
    service = make_service(OpeningKey.generate(), texts={"en": text})
    service.received = RECEIVED
    return service


def _take(shown: Screen, name: str, look: Look) -> None:
    shown.look(look)
    # What has just been typed or refused keeps the focus; a script's last words are waited for.
    shown.page.wait_for_timeout(PAUSE)
    path = PICTURES / f"{re.sub('[^a-z0-9]+', '-', name)}-{look.name}.png"
    shown.page.screenshot(path=path, full_page=True)
    if (name, look) in BEST:
        shown.page.evaluate("window.scrollTo(0, 0)")
        shown.page.screenshot(path=DOCS / BEST[name, look], clip=CLIPS.get(look))


if __name__ == "__main__":
    main(sys.argv[1:])
