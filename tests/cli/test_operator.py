"""An operator sets an instance up at a terminal; each command says what comes next, and what is wrong in one line."""

import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run, describe_in, signer_in
from tests.commands import Commands

pytestmark = pytest.mark.slow


def prepare(folder: Path, loaded: Commands) -> str:
    """Go from nothing to an initiative that can be opened, as the commands say; return the key's fingerprint."""
    signer = signer_in(folder, loaded)
    assert signer("init", "--log-origin", "support.example/log").code == 0
    assert signer("initiative", "import", describe_in(folder)).code == 0
    (folder / "request.json").write_text(signer("keys", "request", "2026/000042").stdout, encoding="utf-8")
    keygen = ["keygen", "--rehearsal", "--threshold", 2, "--shares", 3]
    keygen += ["--request", folder / "request.json", "--out", folder / "ceremony"]
    command = [sys.executable, "-m", "signer.offline.main", *map(str, keygen)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    settings = folder / "instance" / "settings.toml"
    settings.write_text(settings.read_text().replace("demonstration = false", "demonstration = true"))
    ceremony = folder / "ceremony"
    installed = signer("keys", "install", ceremony / "trust.json", ceremony / "collection-key.pub")
    assert installed.code == 0, installed.stderr
    line = re.search(r'^"2026/000042" = "([0-9a-f]{64})"$', installed.stdout, re.MULTILINE)
    assert line
    settings.write_text(settings.read_text() + line[0] + "\n")
    return line[1]


@pytest.fixture(scope="module")
def fingerprint_and_folder(tmp_path_factory: pytest.TempPathFactory, loaded: Commands) -> tuple[str, Path]:
    """A prepared instance that no test changes, and its key's fingerprint."""
    folder = tmp_path_factory.mktemp("prepared")
    return prepare(folder, loaded), folder


@pytest.fixture
def fingerprint(fingerprint_and_folder: tuple[str, Path], tmp_path: Path) -> str:
    """The test's own copy of a prepared instance; its key's fingerprint."""
    prepared, folder = fingerprint_and_folder
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return prepared


def test_the_way_from_nothing_to_an_open_collection(signer: Run, fingerprint: str, tmp_path: Path) -> None:
    opened = signer("initiative", "open", "2026/000042")

    assert opened.stdout == "2026/000042 is collecting\n"
    assert signer("keys", "show", "2026/000042").stdout.strip() == fingerprint
    (listed,) = json.loads(signer("initiative", "list", "--json").stdout)
    assert (listed["registration_number"], listed["status"]) == ("2026/000042", "collecting")

    paused = signer("initiative", "pause", "2026/000042", "--reason", "We are mending a fault.")

    assert paused.stdout == "2026/000042 is paused\n"
    assert signer("audit", "export", "--out", tmp_path / "audit.jsonl").code == 0
    assert "We are mending a fault." in (tmp_path / "audit.jsonl").read_text(encoding="utf-8")


def test_a_period_longer_than_twelve_months_is_imported_with_a_note(signer: Run, description: Path) -> None:
    signer("init")

    imported = signer("initiative", "import", description)

    assert imported.code == 0
    assert "longer than 12 months" in imported.stderr


def test_init_again_changes_nothing(signer: Run, tmp_path: Path) -> None:
    signer("init")
    before = {path: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    settings = (tmp_path / "instance" / "settings.toml").read_text()

    assert signer("init").code == 0

    assert {path: path.read_bytes() for path in (tmp_path / "secrets").iterdir()} == before
    assert (tmp_path / "instance" / "settings.toml").read_text() == settings


def test_everything_that_init_makes_is_private(signer: Run, tmp_path: Path) -> None:
    signer("init")

    for path in [*(tmp_path / "secrets").iterdir(), *(tmp_path / "instance").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_an_error_is_one_line_without_a_traceback(signer: Run, tmp_path: Path) -> None:
    signer("init")

    refused = signer("initiative", "open", "2026/000042")

    assert refused.code == 1
    assert refused.stderr == "signer: there is no initiative 2026/000042\n"


def test_without_an_instance_the_commands_say_what_to_do(signer: Run) -> None:
    refused = signer("initiative", "list")

    assert refused.code == 1
    assert "signer init" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_wrong_usage_exits_with_two(signer: Run) -> None:
    assert signer("batch", "export").code == 2
    assert signer("nonsense").code == 2


@pytest.mark.usefixtures("fingerprint")
def test_closing_is_a_dry_run_without_yes(signer: Run, tmp_path: Path) -> None:
    signer("initiative", "open", "2026/000042")

    assert signer("initiative", "close", "2026/000042").stdout.startswith("dry run: 2026/000042 would become closed")
    assert json.loads(signer("initiative", "list", "--json").stdout)[0]["status"] == "collecting"
    assert signer("initiative", "close", "2026/000042", "--yes").stdout == "2026/000042 is closed\n"


@pytest.mark.usefixtures("fingerprint")
def test_a_foreign_trust_file_is_refused(signer: Run, tmp_path: Path) -> None:
    trust = tmp_path / "ceremony" / "trust.json"
    value = json.loads(trust.read_text())
    trust.write_text(json.dumps(value | {"log_origin": "elsewhere/log"}))

    refused = signer("keys", "install", trust, tmp_path / "ceremony" / "collection-key.pub")

    assert refused.code == 1
    assert "log origin" in refused.stderr


@pytest.mark.usefixtures("fingerprint")
def test_the_service_refuses_to_start_without_a_key_and_names_it(signer: Run, tmp_path: Path) -> None:
    signer("initiative", "open", "2026/000042")
    (tmp_path / "secrets" / "storage-2026-000042").unlink()

    refused = signer("serve", "--port", "1")

    assert refused.code == 1
    assert "storage-2026-000042" in refused.stderr


@pytest.mark.usefixtures("fingerprint")
def test_a_port_that_is_taken_is_named_in_one_line(signer: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = signer("serve", "--port", port)

    assert refused.code == 1
    assert refused.stderr.startswith(f"signer: cannot listen on 127.0.0.1, port {port}: ")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.usefixtures("fingerprint")
def test_doctor_passes_a_sound_instance_and_says_what_to_do_about_another(signer: Run, tmp_path: Path) -> None:
    signer("initiative", "open", "2026/000042")

    sound = signer("doctor", "--json")
    (tmp_path / "secrets" / "log-key").chmod(0o644)
    ill = signer("doctor")

    results = {finding["subject"]: finding["result"] for finding in json.loads(sound.stdout)}
    assert sound.code == 0, sound.stdout
    assert "fail" not in results.values()
    assert results.keys() >= {"cryptography", "rules", "openssl", "settings", "secrets", "database", "clock", "disk"}
    assert ill.code == 1
    assert "chmod 600" in ill.stdout


@pytest.mark.usefixtures("fingerprint")
def test_batches_are_listed_as_none_before_the_first(signer: Run, tmp_path: Path) -> None:
    assert signer("batch", "create").stdout == "no statement is open\n"
    assert "no batch yet" in signer("batch", "list").stdout
    assert signer("batch", "export", "--out", tmp_path / "out").code == 1
    assert not (tmp_path / "out").exists()


def test_daily_reconciles(signer: Run) -> None:
    signer("init")

    assert "reconciled: received = kept + erased" in signer("daily").stdout
