"""The long forms of the promises' tests: `make proof` runs them part by part and keeps docs/proof.md.

- A run of one part replaces the section of that part; every other section stays byte for byte.
- Each part has 30 minutes; what is not done by then is ended and has failed.
- The page is written anew, atomically, after each part: a later crash loses nothing.
"""

import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bench.servers import postgres
from signer.atomic_file import atomic_file

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "proof.md"
PART_SECONDS = 30 * 60
GRACE_SECONDS = 20.0
"""For an interrupted command to end the servers it started."""
DATABASE = "{database}"
"""Stands in a command for the URL of an empty PostgreSQL database."""
FAILED = "**failed**"
HEAD = """# Proof

Kept by `make proof`; `make proof PART=name` runs one part and replaces its section only, `make proof PART=list` says
what each part shows. A row is the long form of what `make test` does in a short form, with the commit that was tested
(a `+` if it had changes that were not committed). `{database}` stands for an empty PostgreSQL database.
"""
TABLE = """| What it shows | Command | Result | Time | Date | Commit |
| --- | --- | --- | --- | --- | --- |
"""
NOT_RUN = "Not run yet.\n"


def last_line(stdout: str, stderr: str) -> str:
    """Return the line in which pytest and the rehearsal sum up."""
    return " ".join((stdout.strip() or stderr.strip()).splitlines()[-1:])


def ratios(stdout: str, stderr: str) -> str:
    """Return the ratios that the bench printed, store by store; without any, why it ended."""
    return _figures(stdout, stderr, lambda name: "_over_" in name)


def figures(stdout: str, stderr: str) -> str:
    """Return all figures that the bench printed, store by store; without any, why it ended."""
    return _figures(stdout, stderr, lambda _: True)


def _figures(stdout: str, stderr: str, is_wanted: Callable[[str], bool]) -> str:
    if not stdout:
        return last_line(stdout, stderr)
    found = json.loads(stdout)
    return "; ".join(
        f"{store}: " + ", ".join(f"{name} {value}" for name, value in found[store].items() if is_wanted(name))
        for store in ("sqlite", "postgresql")
        if store in found
    )


@dataclass(frozen=True)
class Row:
    """One long form: what it shows, the command, what it adds to the environment, and how its output is summed up."""

    shows: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    summary: Callable[[str, str], str] = last_line


REHEARSE = ("signer", "rehearse", "--quiet", "--statements", "2000", "--seed", "2027")
REQUIRED = {"SIGNER_REQUIRE": "browser,openssl,postgresql"}
HOSTILE = REQUIRED | {"SIGNER_HOSTILE_REQUESTS": "8000"}


MILLION = (
    "a million statements settled, taken through a night, frozen and reconciled, while somebody signs and somebody "
    "erases: seconds, megabytes, and how long they took at most, in milliseconds."
)


def _tests(*arguments: str) -> tuple[str, ...]:
    return ("pytest", "-q", "--no-header", *arguments)


PARTS: Mapping[str, Sequence[Row]] = {
    "rehearsal": (
        Row("A rehearsal of 2,000 statements on SQLite: nothing lost, added or changed.", REHEARSE),
        Row(
            "A rehearsal of 2,000 statements on PostgreSQL: nothing lost, added or changed.",
            (*REHEARSE, "--database", DATABASE),
        ),
        Row(
            "Rehearsals that were tampered with fail.",
            _tests("-m", "long", "tests/journeys/test_rehearsal.py"),
            REQUIRED,
        ),
    ),
    "kills": (
        Row(
            "The server killed ten times on each store: nothing lost that was told, nothing half-stored.",
            _tests("-m", "long or not long", "tests/journeys/test_kill.py"),
            REQUIRED | {"SIGNER_PROOF_KILLS": "10"},
        ),
    ),
    "batches": (
        Row(
            "Batches killed at every step on PostgreSQL too, and frozen while 1,200 statements arrive.",
            _tests("-m", "long", "tests/batches"),
            REQUIRED,
        ),
    ),
    "arrivals": (
        Row(
            "Five thousand pages sent again, and five thousand erasures, while their rows move, on each store: every "
            "code one row and one answer, every erasure done. Settling and night killed at every step, on PostgreSQL "
            "too.",
            _tests("-m", "long", "tests/statements", "tests/cli/test_night_killed.py"),
            REQUIRED,
        ),
    ),
    "million-sqlite": (Row(f"On SQLite, {MILLION}", ("python", "-m", "bench", "arrivals-sqlite"), summary=figures),),
    "million-postgresql": (
        Row(f"On PostgreSQL, {MILLION}", ("python", "-m", "bench", "arrivals-postgresql"), summary=figures),
    ),
    "browser": (
        Row(
            "Pages enlarged and spaced out; human checks that are interrupted; every state of the console in the dark "
            "and enlarged.",
            _tests(
                "-m",
                "long",
                "tests/journeys",
                "--ignore=tests/journeys/test_rehearsal.py",
                "--ignore=tests/journeys/test_kill.py",
            ),
            REQUIRED,
        ),
    ),
    "hostile": (
        Row(
            "Eight thousand hostile requests to every address and form: no 500.",
            _tests("tests/web/test_hostile_requests.py"),
            HOSTILE,
        ),
        Row(
            "Eight thousand hostile requests to the console, by each kind of account: no 500, and nothing shown or "
            "done.",
            _tests("tests/web/console/test_hostile.py"),
            HOSTILE,
        ),
    ),
    "properties": (
        Row(
            "The property tests at full length (those of hostile requests have a part of their own).",
            _tests(
                "--numprocesses=auto",
                "-m",
                "hypothesis",
                "--ignore=tests/web/test_hostile_requests.py",
                "--ignore=tests/web/console/test_hostile.py",
            ),
            REQUIRED | {"SIGNER_PROOF": "1"},
        ),
    ),
    "figures": (
        Row(
            "The other long forms: what the documents say of forecasts is what whole runs find.",
            _tests(
                "-m",
                "long",
                "--ignore=tests/journeys",
                "--ignore=tests/batches",
                "--ignore=tests/statements",
                "--ignore=tests/cli/test_night_killed.py",
            ),
            REQUIRED,
        ),
    ),
    "exports": (
        Row(
            "Exports of a million statements keep their floor beside a plain stream, and their memory.",
            ("python", "-m", "bench", "exports"),
            summary=ratios,
        ),
    ),
    "numbers": (
        Row(
            "Dashboard and tally cost with 1.2 million statements what they cost with 78,092.",
            ("python", "-m", "bench", "numbers"),
            summary=ratios,
        ),
    ),
}
"""In the order of the page. The parts of tests/journeys and tests/batches, and `figures`, cover every long test."""


def main(names: Sequence[str]) -> int:
    """Run the named parts, or all without a name; return 1 if one failed, 2 if there is none of that name."""
    if list(names) in (["list"], ["help"]):
        _say(_listed())
        return 0
    if unknown := [name for name in names if name not in PARTS]:
        _say(f"there is no part {unknown[0]!r}; the parts are {', '.join(PARTS)}")
        return 2
    failed = [name for name in names or PARTS if not _prove(name)]
    return 1 if failed else 0


def _listed() -> str:
    return "\n".join(f"{name:<12}{row.shows}" for name, rows in PARTS.items() for row in rows)


def _prove(name: str) -> bool:
    """Run a part, put its section on the page, and return whether it passed."""
    commit, deadline = _commit(), time.monotonic() + PART_SECONDS
    lines = []
    for row in PARTS[name]:
        lines.append(_run(row, deadline, commit))
        _say(lines[-1].rstrip())
    _put(name, f"{_machine()}\n\n{TABLE}{''.join(lines)}")
    return FAILED not in "".join(lines)


def _run(row: Row, deadline: float, commit: str) -> str:
    """Run one command until `deadline`, and return its line of the table."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        with _command(row.command) as command, _running(command, row.environment, stdout, stderr) as process:
            try:
                status: int | None = process.wait(max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                status = None
        seconds = time.monotonic() - began
        stdout.seek(0)
        stderr.seek(0)
        result = _result(row, status, stdout.read(), stderr.read())
    shown = " ".join([*(f"{name}={value}" for name, value in row.environment.items()), *map(_quoted, row.command)])
    cells = (row.shows, f"`{shown}`", result, f"{seconds:.0f} s", f"{datetime.now(UTC):%Y-%m-%d}", commit)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"


def _result(row: Row, status: int | None, stdout: str, stderr: str) -> str:
    if status == 0:
        return f"passed: {row.summary(stdout, stderr)}"
    # The page has room for one line; those who look for the cause need them all.
    _say(stdout + stderr)
    if status is None:
        return f"{FAILED}: over {PART_SECONDS // 60} minutes"
    return f"{FAILED}: {row.summary(stdout, stderr)}"


@contextmanager
def _command(words: Sequence[str]) -> Iterator[list[str]]:
    """Give a command with the program of this environment, and a database of its own if it names one."""
    program = [str(Path(sys.executable).parent / words[0]), *words[1:]]
    if DATABASE not in words:
        yield program
        return
    with postgres() as url:
        yield [url if word == DATABASE else word for word in program]


@contextmanager
def _running(
    command: Sequence[str], environment: Mapping[str, str], stdout: IO[str], stderr: IO[str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a command in a process group of its own, which ends with the block at the latest."""
    environ = os.environ | environment
    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
    )
    try:
        yield process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    # As Ctrl-C does: tests and benches then end the servers that they started in sessions of their own.
    os.killpg(process.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _put(name: str, section: str) -> None:
    """Write the page with a new section for one part and every other as it was."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    sections = read_sections(text) | {name: section}
    with atomic_file(PAGE, replace=True, public=True) as file:
        file.write(write_sections(sections).encode())


def read_sections(text: str) -> dict[str, str]:
    """Return the section of each part on the page, without its heading."""
    _, *found = re.split(r"^## (.+)\n\n", text, flags=re.MULTILINE)
    return {name: section.rstrip("\n") + "\n" for name, section in zip(found[::2], found[1::2], strict=True)}


def write_sections(sections: Mapping[str, str]) -> str:
    """Return the page: all parts in their order, whether they were ever run or not."""
    return HEAD + "".join(f"\n## {name}\n\n{sections.get(name, NOT_RUN)}" for name in PARTS)


def _commit() -> str:
    """Return the commit that is tested, with a `+` if anything but the page differs from it."""
    changed = _git("status", "--porcelain", "--", ".", f":!{PAGE.relative_to(ROOT)}")
    return _git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def _machine() -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}."


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - progress, and what failed


if __name__ == "__main__":
    # A shell lets what it runs in the background ignore interrupts, and the commands would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
