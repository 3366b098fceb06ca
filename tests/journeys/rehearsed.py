"""One rehearsal on each database, kept for all tests that look at what it leaves behind."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest

DATABASES = ("sqlite", "postgresql")
SEED = 7
SECONDS = 300
PAGE = 8192
"""Bytes of a page of PostgreSQL."""


@dataclass(frozen=True)
class Rehearsed:
    """What `signer rehearse --keep` left.

    database_url: of PostgreSQL; empty where the database lies in the instance folder.
    exit_status, result: of the command, and what it printed as JSON.
    before: every page that the files of the PostgreSQL server had before anybody signed.
    """

    root: Path
    database_url: str
    exit_status: int
    result: dict[str, Any]
    before: frozenset[bytes] = field(repr=False)

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
        before = frozenset(_pages_on_disk(url)) if url else frozenset[bytes]()
        ended = run("--keep", str(root), "--seed", str(SEED), "--json", "--quiet", "--erasures", *options)
        result = json.loads(ended.stdout) if ended.stdout else {"refused": ended.stderr}
        kept[database] = Rehearsed(root, url, ended.returncode, result, before)
    return kept[database]


def run(*options: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run `signer rehearse` to its end."""
    command = [sys.executable, "-m", "signer.cli.main", "rehearse", *options]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=SECONDS, env=os.environ | environ
    )


def pages(content: bytes) -> Iterator[bytes]:
    """Yield the pages of a file."""
    return (content[start : start + PAGE] for start in range(0, len(content), PAGE))


def _pages_on_disk(url: str) -> Iterator[bytes]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    for path in Path(folder).rglob("*"):
        if path.is_file():
            yield from pages(path.read_bytes())


def _empty_database(server: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        # By copying files: what it begins with is then what the template has, byte by byte, and not in the journal too.
        connection.execute("CREATE DATABASE rehearsed STRATEGY FILE_COPY")
    return server.replace("/postgres?", "/rehearsed?")
