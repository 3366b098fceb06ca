"""An operator at a terminal, with an instance of their own."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.commands import Commands, Ended

Run = Callable[..., Ended]


def signer_in(folder: Path, loaded: Commands) -> Run:
    """Return what runs `signer` with given arguments in `folder`, against the instance there."""
    return partial(loaded.run, environment_in(folder), folder=folder)


def environment_in(folder: Path) -> dict[str, str]:
    """Return the variables that lead to the instance in `folder`."""
    return {"SIGNER_INSTANCE": str(folder / "instance"), "SIGNER_SECRETS": str(folder / "secrets")}


@pytest.fixture
def signer(tmp_path: Path, loaded: Commands) -> Run:
    """Runs `signer` with the given arguments against an instance in the test's folder."""
    return signer_in(tmp_path, loaded)


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
