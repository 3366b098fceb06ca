"""One rehearsal on each database, kept for all tests that look at what it leaves behind."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest

DATABASES = ("sqlite", "postgresql")
SEED = 7
SECONDS = 300


@dataclass(frozen=True)
class Rehearsed:
    """What `signer rehearse --keep` left.

    database_url: of PostgreSQL; empty where the database lies in the instance folder.
    exit_status, result: of the command, and what it printed as JSON.
    """

    root: Path
    database_url: str
    exit_status: int
    result: dict[str, Any]

    @cached_property
    def typed(self) -> list[dict[str, Any]]:
        """The lines of typed.jsonl."""
        return [json.loads(line) for line in (self.root / "typed.jsonl").read_text(encoding="utf-8").splitlines()]


Kept = pytest.StashKey[dict[str, Rehearsed]]()


def rehearsed_on(database: str, request: pytest.FixtureRequest) -> Rehearsed:
    """Return the rehearsal on `database`, held once for the whole session."""
    kept = request.config.stash.setdefault(Kept, {})
    if database not in kept:
        url = _empty_database(request.getfixturevalue("rehearsal_server")) if database == "postgresql" else ""
        root = request.getfixturevalue("tmp_path_factory").mktemp("rehearsed") / database
        options = ["--database", url] if url else []
        ended = run("--keep", str(root), "--seed", str(SEED), "--json", "--quiet", "--erasures", *options)
        result = json.loads(ended.stdout) if ended.stdout else {"refused": ended.stderr}
        kept[database] = Rehearsed(root, url, ended.returncode, result)
    return kept[database]


def run(*options: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run `signer rehearse` to its end."""
    command = [sys.executable, "-m", "signer.cli.main", "rehearse", *options]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=SECONDS, env=os.environ | environ
    )


def _empty_database(server: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        # By copying files: what it begins with is then what the template has, byte by byte, and not in the journal too.
        connection.execute("CREATE DATABASE rehearsed STRATEGY FILE_COPY")
    return server.replace("/postgres?", "/rehearsed?")
