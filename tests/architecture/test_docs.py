"""What the documents say of the program holds."""

import re
from dataclasses import fields
from pathlib import Path

from signer.cli.main import COMMANDS
from signer.settings import ENVIRONMENT, Settings
from tests.cases import every_case

ROOT = Path(__file__).parents[2]
PICTURE_BYTES = 150_000
README = (ROOT / "README.md").read_text(encoding="utf-8")


@every_case("name", [entry.name for entry in fields(Settings) if entry.name not in {"instance", "secrets"}])
def test_the_readme_lists_each_setting(name: str) -> None:
    assert f"`{name}`" in README


@every_case("name", ["instance", "secrets", *ENVIRONMENT])
def test_the_readme_lists_each_variable_of_the_environment(name: str) -> None:
    assert f"`SIGNER_{name.upper()}`" in README


def test_whatever_the_readme_points_to_is_there() -> None:
    named = {*re.findall(r"\]\(([^)#:]+)\)", README), *re.findall(r"`(tests/[\w/.]+)`", README)}

    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_whatever_the_map_points_to_is_there() -> None:
    """Paths in `docs/architecture.md` are written from the root; a placeholder stands in brackets or as XX."""
    map_ = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named = {path for path in re.findall(r"`((?:signer|tests|templates|docs)/[\w/.]+)`", map_) if "XX" not in path}

    assert len(named) > 20
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@every_case("command", sorted(COMMANDS))
def test_the_changelog_names_each_command(command: str) -> None:
    assert command in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_pictures_are_small_enough_to_be_cloned_with_the_code() -> None:
    assert [path.name for path in (ROOT / "docs/pictures").iterdir() if path.stat().st_size > PICTURE_BYTES] == []
