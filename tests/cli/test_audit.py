"""`signer audit`, as an auditor types it."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def made(signer: Run, tmp_path: Path, description: Path) -> Path:
    """The folder of a new instance with an imported initiative: two entries."""
    assert signer("init").code == 0
    assert signer("initiative", "import", description).code == 0
    return tmp_path


def test_the_log_of_a_new_instance_is_shown_verified_and_exported(signer: Run, made: Path) -> None:
    out, head = made / "audit.jsonl", made / "head.txt"
    head.write_text(signer("audit", "head").stdout, encoding="utf-8")

    shown = json.loads(signer("audit", "show", "--json").stdout)
    assert [entry["kind"] for entry in shown] == ["initiative_imported", "schema_changed"]
    assert "2 entries, none removed, changed or added" in signer("audit", "verify").stdout
    assert signer("audit", "export", "--out", out).stdout.strip() == str(out)
    assert "3 entries" in signer("audit", "verify", out, "--head", head).stdout
    again = signer("audit", "export", "--out", out)
    assert (again.code, "exists already" in again.stderr) == (1, True)


def test_a_removed_line_of_an_exported_log_is_named(signer: Run, made: Path) -> None:
    out = made / "audit.jsonl"
    signer("audit", "export", "--out", out)
    lines = out.read_bytes().splitlines(keepends=True)
    out.write_bytes(b"".join(lines[:1] + lines[2:]))

    refused = signer("audit", "verify", out)

    assert refused.code == 1
    assert refused.stderr == "signer: entry 2 of the audit log is missing; entry 3 stands there\n"


def test_a_changed_row_is_named(signer: Run, made: Path) -> None:
    with sqlite3.connect(made / "instance" / "signer.sqlite3") as connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute("UPDATE audit_entry SET actor = 'command:eve' WHERE number = 2")
    connection.close()

    refused = signer("audit", "verify")

    assert refused.code == 1
    assert "entry 2 of the audit log was changed" in refused.stderr


def test_a_backup_is_written_down_with_where_it_went(signer: Run, made: Path) -> None:
    assert signer("audit", "backup-taken", "nightly, vault 2").code == 0

    [latest] = json.loads(signer("audit", "show", "--json", "--last", 1).stdout)
    assert (latest["kind"], latest["details"]) == ("backup_taken", {"to": "nightly, vault 2"})
    assert "3 entries, none removed" in signer("audit", "verify").stdout


@pytest.mark.parametrize("where", ["", "a\nb"])
def test_what_is_said_about_a_backup_is_one_line(signer: Run, made: Path, where: str) -> None:
    refused = signer("audit", "backup-taken", where)

    assert (refused.code, "one line of at most 200" in refused.stderr) == (2, True)
    assert "2 entries" in signer("audit", "verify").stdout
