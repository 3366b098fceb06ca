"""What the numbers cost with few and with many statements: the organisers' dashboard and the tally of the interface.

Two instances, one with the demonstration's 78,092 statements and one with 1.2 million in the same shares, take turns
in one process. Nothing is kept between two requests, as it otherwise would be for seconds: each one reads its numbers
anew. The rows are as in `export`: what their envelopes hold is random, since nothing here looks into them.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from statistics import median
from unittest.mock import patch

from bench.citizens import NUMBER
from bench.export import rows_of, store
from bench.servers import instance
from signer.accounts.roles import HeldRole, Role
from signer.cli.load import reckon
from signer.database import reading, writing
from signer.days import today
from signer.initiatives.queries import find_initiative
from signer.rehearsal.filling import LIKE_DEMO, collected_days, planned, shared_out
from signer.service import service as services
from signer.service.service import Service, open_service
from signer.settings import Settings
from signer.web.app import create_app
from tests.web.console.people import invited

FEW, MANY = sum(LIKE_DEMO.values()), 1_200_000
ROUNDS = 200
READER = HeldRole(Role.READER, NUMBER)
PAGES = {"dashboard": f"/console/numbers/{NUMBER}/", "tally": f"/api/v1/initiatives/{NUMBER}/tally"}


def measure(few: Settings, many: Settings, *, most: int = MANY) -> dict[str, float]:
    """Return the median of each page's answer in milliseconds at both sizes, and their ratio."""
    with ExitStack() as open_until_the_end:
        sides = [
            open_until_the_end.enter_context(_answering(settings, count))
            for settings, count in ((few, FEW), (many, most))
        ]
        figures: dict[str, float] = {}
        for name, path in PAGES.items():
            for side in sides:
                side(path)
            taken = [[side(path) for side in sides] for _ in range(ROUNDS)]
            small, large = (1000 * median(times) for times in zip(*taken, strict=True))
            figures |= {
                f"{name}_million_over_demo": round(large / small, 2),
                f"{name}_ms_at_{FEW}": round(small, 1),
                f"{name}_ms_at_{most}": round(large, 1),
            }
    return figures


@contextmanager
def _answering(settings: Settings, count: int) -> Iterator[Callable[[str], float]]:
    """Fill an instance, and give what asks it for a page and returns the seconds that the answer took."""
    service = open_service(settings)
    _fill(service, count)
    client = invited(create_app(settings, service), service, "reader@initiative.example", READER).client

    def ask(path: str) -> float:
        began = time.perf_counter()
        answer = client.get(path)
        taken = time.perf_counter() - began
        assert answer.status_code == 200, answer.status_code
        return taken

    with patch.object(services, "FRESH_SECONDS", 0.0):
        yield ask
    service.close()


def _fill(service: Service, total: int) -> None:
    with reading(service.engine) as connection:
        initiative = find_initiative(connection, NUMBER)
    for chunk in planned(shared_out(total), collected_days(initiative, today())):
        rows = rows_of(service.engine, service.settings, initiative, chunk.member_state, chunk.on)
        with writing(service.engine) as connection:
            store(connection, list(islice(rows, chunk.statements)))
    reckon(service.engine, initiative, on=today())


def main(most: int) -> None:
    """Measure on SQLite and print the figures."""
    with instance() as few, instance() as many:
        print(json.dumps(measure(few, many, most=most), indent=2))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
