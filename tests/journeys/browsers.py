"""The Chromium of the machine: nothing is downloaded.

Debian packages the same engine twice: `chromium-headless-shell` leaves out windows, tabs and menus, which nobody looks
at here, and with them two thirds of the time.
"""

import os
import shutil

from playwright.sync_api import Browser, Playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


def find_chromium() -> str | None:
    """Return the path of Chromium: what SIGNER_CHROMIUM names, else what PATH has; None if there is none."""
    return os.environ.get("SIGNER_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium. Raises FileNotFoundError if there is none."""
    found = find_chromium()
    if not found:
        raise FileNotFoundError("there is no Chromium; set SIGNER_CHROMIUM")
    return playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
