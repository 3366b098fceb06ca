"""Lets everybody of the cast sign through the pages, several at a time."""

import http.client
import json
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from signer.progress import progress
from signer.rehearsal.browser import Browser, UnexpectedAnswer, address_of, connect
from signer.rehearsal.client import Citizen, Receipt, erase
from signer.rehearsal.scenario import Visit
from signer.sealing.code import Code

AT_ONCE = 4
PATIENT = 8
"""Visitors without JavaScript at once: they spend their time waiting."""
COUNTS_SECONDS = 60
"""How long the page may take to show the last ones; on a quiet machine it is four."""
PROBE = "erasing with a code that names nothing"


def type_in(port: int, initiative: str, visits: Sequence[Visit], *, quiet: bool) -> list[Receipt]:
    """Return the receipts in the order of the visits.

    initiative: path of the initiative's page.
    Raises UnexpectedAnswer with the first thing that is not as it must be; the visits that wait are then given up.
    """
    with closing(_Connections(port)) as kept, ThreadPoolExecutor(AT_ONCE) as pool, ThreadPoolExecutor(PATIENT) as slow:
        pools = {False: pool, True: slow}
        waiting = [pools[visit.without_script].submit(_visit, kept, initiative, visit) for visit in visits]
        watched = progress(waiting, total=len(visits), label="signing", quiet=quiet)
        try:
            receipts = [answer.result() for answer in watched]
        finally:
            for each in pools.values():
                each.shutdown(cancel_futures=True)
        _require_one_answer(Browser(kept.mine(), address_of(0)), initiative, receipts)
        return receipts


def record_typed(path: Path, receipts: Sequence[Receipt]) -> None:
    """Write a JSON line for each statement: what was typed and accepted in the end, and the code that it got."""
    with path.open("x", encoding="utf-8") as file:
        path.chmod(0o600)
        for receipt in receipts:
            visit = receipt.visit
            line = {
                "member_state": visit.member_state,
                "fields": dict(visit.person.fields),
                "confirmed": sorted(visit.person.confirmed),
                "code": receipt.code.text,
                "erased": visit.erases,
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


class _Connections:
    """One connection to the service for each thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._of_threads: dict[int, http.client.HTTPConnection] = {}

    def mine(self) -> http.client.HTTPConnection:
        """Return the connection of this thread."""
        return self._of_threads.setdefault(threading.get_ident(), connect(self._port))

    def close(self) -> None:
        """Close all of them, once their threads have ended."""
        for connection in self._of_threads.values():
            connection.close()


def _visit(kept: _Connections, initiative: str, visit: Visit) -> Receipt:
    return Citizen(Browser(kept.mine(), address_of(visit.number)), initiative, visit).sign()


def _require_one_answer(browser: Browser, initiative: str, receipts: Sequence[Receipt]) -> None:
    """Raise unless erasing is answered alike for every code, also for one that names nothing."""
    answers = {receipt.erased_answer for receipt in receipts if receipt.visit.erases}
    if len(answers | {erase(browser, initiative, Code.new(), step=PROBE)}) > 1:
        raise UnexpectedAnswer("erasing was not answered alike for every code")


def counts_shown(port: int, initiative: str, names: Mapping[str, str], wanted: int) -> Mapping[str, int]:
    """Return Member State to statements received, as soon as the page shows as many as were sent, or at last.

    names: of Member States as the page has them, to their codes.
    """
    until = time.monotonic() + COUNTS_SECONDS
    with closing(_Connections(port)) as kept:
        browser = Browser(kept.mine(), address_of(0))
        while True:
            counts = _counts_on_page(browser, initiative, names)
            if sum(counts.values()) >= wanted or time.monotonic() > until:
                return counts
            time.sleep(1)


def _counts_on_page(browser: Browser, initiative: str, names: Mapping[str, str]) -> Mapping[str, int]:
    page = browser.get(initiative, "the counts").require(200)
    rows = [["".join(cell.itertext()).strip() for cell in row] for row in page.document.xpath("//main//tbody/tr")]
    return {names[name]: int(received.replace(",", "")) for name, received, *_ in rows if name in names}
