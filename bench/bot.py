"""A robot that signs with invented persons through the real pages, and what a thousand statements cost it.

`python -m bench.bot` prints JSON. It is the robot's best case: it solves natively where citizens use JavaScript, it has
as many addresses as it likes, and it waits on all its connections at once. `hashes_per_core_second` is what this
machine's Python does; a robot in C does five to ten times as many, which divides `core_seconds` accordingly.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count, islice
from statistics import fmean

from bench import servers
from bench.citizens import Citizen, citizens
from signer.days import today
from signer.human_check.solve import solve
from signer.human_check.surge import FRESH_SECONDS, Mode, write_mode
from signer.rehearsal.browser import Browser, FilledForm, Page, address_of, connect
from signer.settings import Settings
from signer.web.limits import POSTS

THOUSAND = 1000
TRIED = 1_000_000
POSTS_PER_MINUTE = int(POSTS.split()[0])
DECLARATIONS = ("declare_correct", "declare_privacy")
_numbers = count(1)


class Robot:
    """Signs, and keeps account of what it spends. Raises UnexpectedAnswer where it is not let through."""

    def __init__(self, port: int) -> None:
        self._connection = connect(port)
        self.core_seconds, self.posts, self.waits = 0.0, 0, list[int]()

    def close(self) -> None:
        """Close its connection."""
        self._connection.close()

    def by_solving(self, people: list[Citizen]) -> None:
        """Sign for each one with a challenge solved."""
        for person in people:
            browser = self._browser()
            challenge = json.loads(browser.get("/human-check", "the challenge").require(200).body)
            began = time.process_time()
            solution = solve(challenge)
            self.core_seconds += time.process_time() - began
            self._sign(browser, self._send(browser, _details(browser, person, human_check=solution)))

    def by_waiting(self, people: list[Citizen]) -> None:
        """Sign for each one by waiting, for all of them at once."""
        waiting = []
        for person in people:
            browser = self._browser()
            waiting.append((browser, self._send(browser, _details(browser, person))))
        asked = [int(page.document.xpath("//*[@id='wait']/@data-seconds")[0]) for _, page in waiting]
        self.waits += asked
        time.sleep(max(asked) + 1)
        for browser, page in waiting:
            self._sign(browser, self._send(browser, page.form("/check")))

    def _sign(self, browser: Browser, page: Page) -> None:
        form = page.form("/sign")
        for name in DECLARATIONS:
            form.tick(name)
        self._send(browser, form)

    def _send(self, browser: Browser, form: FilledForm) -> Page:
        self.posts += 1
        return browser.send(form, "the robot's form").require(200)

    def _browser(self) -> Browser:
        return Browser(self._connection, address_of(next(_numbers)))


def _details(browser: Browser, person: Citizen, **more: str) -> FilledForm:
    form = browser.get(person.form, "the form").form("/check")
    for name, text in {**person.inputs, **more}.items():
        if name.startswith("confirm-"):
            form.tick(name)
        else:
            form.put(name, text)
    return form


def measure(
    port: int, people: Iterator[Citizen], statements: int, way: Callable[[Robot, list[Citizen]], None]
) -> dict[str, float]:
    """Return what `statements` statements cost a robot that goes this way, reckoned for a thousand."""
    with closing(Robot(port)) as robot:
        way(robot, list(islice(people, statements)))
    each = THOUSAND / statements
    return {
        "core_seconds": round(robot.core_seconds * each, 2),
        "posts": round(robot.posts * each),
        "seconds_of_waiting_for_each": round(fmean(robot.waits), 1) if robot.waits else 0,
        "minutes_from_one_address": round(robot.posts * each / POSTS_PER_MINUTE, 1),
    }


def hashes_per_core_second() -> int:
    """Return how many hashes the solver tries in a second of one core here."""
    salt, nonce = bytes(16), bytes(16)
    key = hashlib.sha256(salt + nonce + TRIED.to_bytes(4)).hexdigest()
    began = time.process_time()
    solve({"parameters": {"salt": salt.hex(), "nonce": nonce.hex(), "keyPrefix": key}})
    return round(TRIED / (time.process_time() - began))


def run(instance: Settings, statements: int) -> dict[str, object]:
    """Measure both ways, on a quiet day and in a rush."""
    people = citizens(today())
    figures: dict[str, object] = {"hashes_per_core_second": hashes_per_core_second()}
    with servers.signer(instance) as port:
        for name, mode in (("quiet_day", Mode.OFF), ("rush", Mode.ON)):
            write_mode(instance.instance, mode)
            time.sleep(FRESH_SECONDS + 1)
            figures[name] = {
                "by_solving": measure(port, people, statements, Robot.by_solving),
                "by_waiting": measure(port, people, statements, Robot.by_waiting),
            }
    return figures


def main() -> None:
    """Measure on a demonstration instance of its own, and print JSON: what a thousand statements cost."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--statements", type=int, default=100, help="how many to sign each way; reckoned for a thousand"
    )
    arguments = parser.parse_args()
    with servers.instance() as instance:
        print(json.dumps(run(instance, arguments.statements), indent=2))


if __name__ == "__main__":
    main()
