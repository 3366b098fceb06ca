"""`signer publish`: static files that anybody can check with the commands that docs/formats.md gives."""

import json
import os
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from signer.cli import publish as command
from signer.cli.publish import publish
from signer.database import writing
from signer.initiatives.keys import manifest_key
from signer.initiatives.tables import initiative
from signer.tallies.daily_forecast import keep_forecast
from signer.tallies.planning import publish_forecast
from tests.acts import MAY_DAY, unit
from tests.conftest import NUMBER, Instance
from tests.counts import receive
from tests.required import require_or_skip
from tests.web.api.samples import FORECAST

FORMATS = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.fixture
def published(on_sqlite: Instance, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """An instance whose numbers are to be published."""
    monkeypatch.setattr(command, "open_instance", lambda: (on_sqlite.settings, on_sqlite.engine))
    return on_sqlite


@pytest.fixture
def cdn(tmp_path: Path) -> Path:
    """Where the files go; not there yet."""
    return tmp_path / "cdn" / "numbers"


def run(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(publish, [str(argument) for argument in arguments])


def files(folder: Path) -> dict[str, bytes]:
    """Return every file in `folder` by its name, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def as_documented(heading: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the commands that docs/formats.md gives under `heading`, in `folder`."""
    if not shutil.which("openssl"):
        require_or_skip("openssl", "there is no openssl")
    section = FORMATS.partition(heading)[2]
    commands = re.findall(r"^    (.+)$", section.partition("\n## ")[0], re.MULTILINE)
    assert any("openssl" in line for line in commands)
    script = "set -e\n" + "\n".join(commands)
    return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_the_documented_commands_accept_what_was_written_and_nothing_else(published: Instance, cdn: Path) -> None:
    receive(published, {"DE": 78_092})
    done = run(cdn)
    here = cdn / NUMBER
    shutil.copy(cdn / "manifest-key.pem", here)

    right = as_documented("## Published tally", here)
    (here / "tally.json").write_bytes((here / "tally.json").read_bytes().replace(b"78092", b"78093"))
    wrong = as_documented("## Published tally", here)

    assert done.exit_code == 0, done.output
    assert done.output == f"{here / 'tally.json'}\n"
    assert right.returncode == 0, right.stderr
    assert manifest_key(published.settings).verifying_key.encoded.hex() in right.stdout
    assert "Signature Verified Successfully" in right.stdout
    assert wrong.returncode != 0


def test_the_same_numbers_give_the_same_files_which_everybody_may_read(published: Instance, cdn: Path) -> None:
    receive(published, {"DE": 3})
    old = os.umask(0o077)
    try:
        run(cdn)
        first = files(cdn)
        again = run(cdn, "--initiative", "ECI(2027)000042")
    finally:
        os.umask(old)

    assert again.output == f"{cdn / NUMBER / 'tally.json'}\n"
    assert sorted(first) == [f"{NUMBER}/tally.json", f"{NUMBER}/tally.json.sig", "manifest-key.pem"]
    assert files(cdn) == first
    for path in (cdn, *cdn.rglob("*")):
        assert path.stat().st_mode & 0o044 == 0o044, path


@pytest.mark.parametrize("fails_at", [1, 2])
def test_what_was_there_stays_if_the_disk_is_full(
    published: Instance, cdn: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    receive(published, {"DE": 3})
    assert run(cdn).exit_code == 0
    before = files(cdn)
    receive(published, {"DE": 4}, on=MAY_DAY - timedelta(days=1))
    calls = iter(range(1, 9))
    durable = command.make_durable

    def full(file: object) -> None:
        if next(calls) == fails_at:
            raise OSError(28, "No space left on device")
        durable(file)  # type: ignore[arg-type]

    monkeypatch.setattr(command, "make_durable", full)
    failed = run(cdn)

    assert failed.exit_code == 1
    assert "No space left on device" in str(failed.exception)
    assert files(cdn) == before


@pytest.mark.parametrize(("number", "says"), [("2027/000043", "no initiative 2027/000043"), ("x", "looks like")])
@pytest.mark.usefixtures("published")
def test_an_initiative_that_is_not_there_is_refused(cdn: Path, number: str, says: str) -> None:
    refused = run(cdn, "--initiative", number)

    assert refused.exit_code == 1
    assert says in str(refused.exception)
    assert not cdn.exists()


def test_a_draft_is_not_published(published: Instance, cdn: Path) -> None:
    with writing(published.engine) as connection:
        connection.execute(initiative.update().values(status="draft"))

    every = run(cdn)
    one = run(cdn, "--initiative", NUMBER)

    assert "no initiative has been opened yet" in every.output
    assert one.exit_code == 1
    assert not (cdn / NUMBER).exists()


def test_a_forecast_is_published_only_once_the_organisers_have_said_so(published: Instance, cdn: Path) -> None:
    def forecast() -> object:
        assert run(cdn).exit_code == 0
        return json.loads((cdn / NUMBER / "tally.json").read_bytes())["forecast"]

    with writing(published.engine) as connection:
        keep_forecast(connection, published.initiative.id, FORECAST, on=MAY_DAY)
    kept_back = forecast()
    with writing(published.engine) as connection:
        publish_forecast(unit(connection, published.settings), published.initiative, is_published=True)
    told = forecast()

    assert kept_back is None
    assert isinstance(told, dict)
    assert told["chance_of_goal"] == 0.62


@pytest.mark.usefixtures("published")
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    refused = run(tmp_path / "file" / "cdn")

    assert refused.exit_code == 1
    assert "cannot be made" in str(refused.exception)
