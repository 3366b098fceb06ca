"""`signer surge`: what the operator says about a rush."""

from pathlib import Path

from tests.cli.conftest import Run


def test_surge_says_what_holds_and_changes_it(signer: Run) -> None:
    signer("init")
    before, on, after = signer("surge"), signer("surge", "on"), signer("surge")

    assert before.stdout.startswith("surge auto: ")
    assert on.stdout == after.stdout
    assert on.stdout.startswith("surge on: ")
    assert signer("surge", "perhaps").code == 2


def test_surge_needs_no_database(signer: Run, tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "settings.toml").write_text('database_url = "postgresql://nobody@127.0.0.1:1/nothing"\n')

    assert signer("surge", "off").code == 0


def test_surge_without_an_instance_is_refused(signer: Run) -> None:
    refused = signer("surge", "on")

    assert refused.code == 1
    assert "signer init" in refused.stderr
