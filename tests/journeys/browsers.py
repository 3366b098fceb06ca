"""The Chromium of the machine: nothing is downloaded."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


def find_chromium() -> str | None:
    """Return the path of Chromium: what SIGNER_CHROMIUM names, else what PATH has; None if there is none."""
    return os.environ.get("SIGNER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def launch(playwright: Playwright) -> Browser:
    """Start Chromium. Raises FileNotFoundError if there is none."""
    found = find_chromium()
    if not found:
        raise FileNotFoundError("there is no Chromium; set SIGNER_CHROMIUM")
    return playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
