"""The cost of signing and of its pages: `signer serve` against the bare application behind the same server."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from statistics import median
from urllib.parse import urlencode

from bench.citizens import NUMBER, Citizen, check_request, citizens, sign_request
from bench.load import Request, Result, drive, get, post
from bench.servers import bare, signer
from signer.days import today
from signer.settings import Settings

ROUNDS = 5
FORMS, CHECKS, BARE_FORMS, PAGES, PACED, WARM_UP = 1500, 750, 6000, 4000, 1000, 600
"""How many of each in a round: between half a second and three seconds of work."""
CONNECTIONS, MANY = 16, 256
SLOW_SHARE = 0.3
"""Of the signing rate: the load at which latencies are compared."""

HELLO = get("/hello", b"Hello")
FORM_PAGE = get(f"/en/initiatives/{NUMBER}/support/DE", b"<form")
LANDING = get(f"/en/initiatives/{NUMBER}/", b"statements received")


def measure(settings: Settings, threads: int) -> dict[str, float]:
    """Return the ratios and rates of one store."""
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

        signing, crowded, checking, bare_forms = _in_turns(
            lambda: sign(FORMS).per_second,
            lambda: sign(FORMS, connections=MANY).per_second,
            lambda: check(CHECKS).per_second,
            lambda: bare_post(BARE_FORMS).per_second,
        )
        pace = SLOW_SHARE * signing
        p99, bare_p99 = _in_turns(
            lambda: sign(PACED, per_second=pace).percentile(0.99),
            lambda: bare_post(PACED, per_second=pace).percentile(0.99),
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
        "clients_256_over_16": round(crowded / signing, 3),
        "signing_per_second": round(signing),
        "checking_per_second": round(checking),
        "bare_post_per_second": round(bare_forms),
        "signing_p99_ms": round(1000 * p99, 1),
        "bare_post_p99_ms": round(1000 * bare_p99, 1),
        "form_page_per_second": round(form_pages),
        "hello_per_second": round(hellos),
        "mix_of_1_statement_5_forms_50_landings_per_second": round(mixed),
    }


def slowed(settings: Settings, signing: float, library: str = "") -> dict[str, float]:
    """Return the rate with two milliseconds more for each flush over the rate without.

    library: slows down the flushes of the server's own processes; those of PostgreSQL are slow already.
    """
    people = citizens(today())
    with signer(settings, library) as port:
        _sign(port, people, settings, WARM_UP)
        slow = median(_sign(port, people, settings, FORMS, connections=MANY).per_second for _ in range(ROUNDS))
    return {"signing_with_slow_flush_over_signing": round(slow / signing, 3)}


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
