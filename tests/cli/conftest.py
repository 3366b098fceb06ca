"""An operator at a terminal, with an instance of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def signer_in(folder: Path) -> Run:
    """Return what runs `signer` with given arguments against the instance in `folder`."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SIGNER_")}
    environ |= {"SIGNER_INSTANCE": str(folder / "instance"), "SIGNER_SECRETS": str(folder / "secrets")}

    def run(*arguments: str | Path | int) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "signer.cli.main", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environ, cwd=folder, check=False, timeout=60)

    return run


@pytest.fixture
def signer(tmp_path: Path) -> Run:
    """Runs `signer` with the given arguments against an instance in the test's folder."""
    return signer_in(tmp_path)


@pytest.fixture
def description(tmp_path: Path) -> Path:
    """An invented initiative's description, as a file of our JSON."""
    return describe_in(tmp_path)


def describe_in(folder: Path) -> Path:
    """Write an invented initiative's description into `folder`."""
    path = folder / "initiative.json"
    path.write_text(
        json.dumps(
            {
                "registration_number": "2026/000042",
                "registered_on": "2026-01-07",
                "collection_start": "2026-02-01",
                "collection_end": "2099-01-31",
                "register_url": "https://register.example/42",
                "original_language": "en",
                "texts": {"en": {"title": "A quiet sky", "objectives": "We ask for a quiet sky."}},
            }
        ),
        encoding="utf-8",
    )
    return path
