"""The human check as visitors of a rehearsal pass it: by the page's script, or by waiting where none runs."""

import json
import time

from signer.human_check.solve import solve
from signer.rehearsal.browser import Browser, FilledForm, Page, UnexpectedAnswer

SOLUTION = "human_check"
LONGEST_WAIT_SECONDS = 60


def run_script(browser: Browser, form: FilledForm, step: str) -> None:
    """Do what the script of a page does: fetch a challenge, solve it, put the solution into the form.

    Leaves a form alone that has no place for it, or has a solution already. Raises UnexpectedAnswer.
    """
    if SOLUTION in form.names and not form.value(SOLUTION):
        challenge = json.loads(browser.get("/human-check", step).require(200).body)
        form.put(SOLUTION, solve(challenge))


def is_waiting_page(page: Page) -> bool:
    """Tell whether the page asks for some seconds of patience."""
    return b'id="wait"' in page.body


def wait(browser: Browser, page: Page, step: str) -> Page:
    """Press Continue too early once, then wait as long as the page says; return what comes then.

    Raises UnexpectedAnswer if the page does not ask for the rest of the time, or for more than a minute.
    """
    again = browser.send(page.form("/check"), f"{step}, too early").require(422)
    seconds = _seconds(again)
    if not 0 < seconds <= LONGEST_WAIT_SECONDS:
        raise UnexpectedAnswer(f"{step} asks to wait {seconds} seconds")
    time.sleep(seconds)
    return browser.send(again.form("/check"), step)


def _seconds(page: Page) -> int:
    (asked,) = page.document.xpath("//*[@id='wait']/@data-seconds") or ("0",)
    return int(asked)
