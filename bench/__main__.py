"""What the service costs, as ratios: `make bench` measures signing, `make proof` exports, numbers and arrivals.

Both sides of each ratio are measured in one run. Prints one JSON object; exits 1 if a floor or ceiling is not kept.
Absolute figures move by twice and more from minute to minute and from machine to machine; trust the ratios. Both sides
take turns, and the median of the rounds counts. A wrong answer ends the run.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bench import arrivals, export, numbers, signing
from bench.servers import instance, postgres, slow_flushes
from signer.cli.serve import POSTGRES_THREADS, SQLITE_THREADS

Figures = dict[str, float]


@dataclass(frozen=True)
class Measurement:
    """What is measured store by store, and the bounds that the figures of each store have to keep."""

    run: Callable[[], Iterator[tuple[str, Figures]]]
    floors: Mapping[str, float]
    ceilings: Mapping[str, float]


def measure_signing() -> Iterator[tuple[str, Figures]]:
    """Measure signing and its pages, a few thousand statements at a time."""
    with slow_flushes() as library:
        with instance() as settings:
            figures = signing.measure(settings, SQLITE_THREADS)
            yield "sqlite", figures | signing.slowed(settings, figures["signing_per_second"], library)
        with postgres() as url, instance(url) as settings:
            figures = signing.measure(settings, POSTGRES_THREADS)
        with postgres(library) as url, instance(url) as settings:
            yield "postgresql", figures | signing.slowed(settings, figures["signing_per_second"])


def measure_exports() -> Iterator[tuple[str, Figures]]:
    """Fill each store with a million statements of one Member State, and export them."""
    with instance() as settings:
        yield "sqlite", export.measure(settings)
    with postgres() as url, instance(url) as settings:
        yield "postgresql", export.measure(settings)


def measure_arrivals_on_sqlite() -> Iterator[tuple[str, Figures]]:
    """Take a million statements home, while somebody signs and somebody erases."""
    with instance() as settings:
        yield "sqlite", arrivals.measure(settings)


def measure_arrivals_on_postgresql() -> Iterator[tuple[str, Figures]]:
    """Take a million statements home, while somebody signs and somebody erases."""
    with postgres() as url, instance(url) as settings:
        yield "postgresql", arrivals.measure(settings)


def measure_numbers() -> Iterator[tuple[str, Figures]]:
    """Fill each store with 1.2 million statements, and ask for the dashboard and the tally."""
    with instance() as few, instance() as many:
        yield "sqlite", numbers.measure(few, many)
    with postgres() as url, instance(url) as few, postgres() as other, instance(other) as many:
        yield "postgresql", numbers.measure(few, many)


# Nobody can sign while the disk keeps a bare flush waiting: up to 67 ms on the idle machine, 274 beside settling.
WAITS = {
    "settling_slowest_signing_beyond_flush_ms": 100,
    "night_slowest_signing_beyond_flush_ms": 300,
    "freezing_slowest_signing_beyond_flush_ms": 100,
    **{f"{work}_slowest_erasing_ms": 1_000 for work in ("settling", "night", "freezing")},
}
WRITER = {
    f"{work}_signer_waits_for_writer_beyond_flush_ms": 100 for work in ("settling", "emptying", "night", "freezing")
}
MEASUREMENTS = {
    "signing": Measurement(
        measure_signing,
        floors={"signing_over_bare_post": 0.15, "form_page_over_hello": 0.4, "clients_256_over_16": 0.9},
        ceilings={"p99_over_bare_p99": 2.0},
    ),
    "exports": Measurement(
        measure_exports,
        floors={"export_over_plain_stream": 0.8},
        ceilings={"export_memory_million_over_ten_thousand": 1.2},
    ),
    "arrivals-sqlite": Measurement(
        measure_arrivals_on_sqlite,
        floors={},
        ceilings=WAITS | WRITER,
    ),
    # The time limits of the fence and of a truncation are apart: the night has both, and so has emptying the arrivals.
    "arrivals-postgresql": Measurement(
        measure_arrivals_on_postgresql, floors={}, ceilings=WAITS | {"emptying_slowest_signing_beyond_flush_ms": 300}
    ),
    "numbers": Measurement(
        measure_numbers,
        floors={},
        ceilings={"dashboard_million_over_demo": 1.3, "tally_million_over_demo": 1.3},
    ),
}


def main(measurement: Measurement) -> int:
    """Measure both stores, print the figures, return 1 if a floor or ceiling is not kept."""
    found = dict(measurement.run())
    print(json.dumps({"machine": _machine(), **found}, indent=2))
    failures = [line for store, figures in found.items() for line in _failures(measurement, store, figures)]
    for line in failures:
        print(line, file=sys.stderr)
    return 1 if failures else 0


def _failures(measurement: Measurement, store: str, figures: Figures) -> Iterator[str]:
    for name, floor in measurement.floors.items():
        if figures[name] < floor:
            yield f"{store}: {name} is {figures[name]}, expected at least {floor}"
    for name, ceiling in measurement.ceilings.items():
        if figures[name] > ceiling:
            yield f"{store}: {name} is {figures[name]}, expected at most {ceiling}"


def _machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "rounds": signing.ROUNDS,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what the service costs, as ratios.")
    parser.add_argument("what", nargs="?", choices=MEASUREMENTS, default="signing", help="signing without it")
    sys.exit(main(MEASUREMENTS[parser.parse_args().what]))
