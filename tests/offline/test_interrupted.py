"""A run that is stopped, or whose disk is full, leaves no clear text; only a kill can, and then it is named."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from signer.offline import open as opening
from signer.offline.folder import UNFINISHED, private_file, whole_folder
from signer.offline.formats.xml import XmlWriter
from signer.offline.open_record import Opened
from tests.offline.conftest import Desk
from tests.offline.making import sealed
from tests.people import ADA

PATIENCE = 60


def unfinished(desk: Desk) -> Path:
    return desk.out.with_name(desk.out.name + UNFINISHED)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device"), RuntimeError("Ada")])
def test_whatever_stops_the_writing_nothing_is_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    write = XmlWriter.write

    def second_fails(writer: XmlWriter, opened: Opened) -> None:
        if writer.tally.count:
            raise error
        write(writer, opened)

    monkeypatch.setattr(XmlWriter, "write", second_fails)
    result = desk.open(desk.make.batch(sealed(1), sealed(2, ADA | {"city": "Bonn"})))

    assert result.exit_code == 1
    assert not desk.out.exists()
    assert not unfinished(desk).exists()


def test_an_unforeseen_error_tells_its_kind_and_nothing_of_what_was_opened(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_writer: XmlWriter, opened: Opened) -> None:
        raise ValueError(opened.fields["family_names"])

    monkeypatch.setattr(XmlWriter, "write", fail)
    result = desk.open(desk.make.batch(sealed(1)))

    assert result.exit_code == 1
    assert "unforeseen ValueError" in result.stderr
    assert ADA["family_names"] not in result.output


def test_a_file_that_reads_otherwise_than_it_was_written_is_not_handed_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that lies, a fault in the writer: read again before anything is called done."""
    check = opening.require_as_written

    def after_a_change(path: Path, *arguments: object, **options: object) -> None:
        path.write_bytes(path.read_bytes().replace(b"Musterstadt", b"Musterstedt"))
        check(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "require_as_written", after_a_change)
    result = desk.open(desk.make.batch(sealed(1)))

    assert result.exit_code == 1
    assert "DE.xml holds" in result.stderr
    assert not desk.out.exists()


@pytest.mark.parametrize("spoil", [b"<signature>", b"</signature>", b"<annexRevision>2</annexRevision>"])
def test_a_file_that_is_not_valid_is_not_handed_over(desk: Desk, monkeypatch: pytest.MonkeyPatch, spoil: bytes) -> None:
    check = opening.require_as_written

    def after_a_change(path: Path, *arguments: object, **options: object) -> None:
        path.write_bytes(path.read_bytes().replace(spoil, b""))
        check(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "require_as_written", after_a_change)
    result = desk.open(desk.make.batch(sealed(1)))

    assert result.exit_code == 1
    assert "not valid by its schema" in result.stderr
    assert not desk.out.exists()


def start(desk: Desk, batch: Path, *more: str) -> subprocess.Popen[bytes]:
    """Start `open` and wait until clear text is being written."""
    process = subprocess.Popen(
        [sys.executable, "-m", "signer.offline.main", *desk.opening(batch), *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + PATIENCE
    written = unfinished(desk) / "DE.xml"
    while not (written.exists() and written.stat().st_size > 10_000):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    return process


@pytest.fixture(scope="module")
def many() -> list[object]:
    """Enough statements for a run to be stopped in the middle."""
    return [sealed(number, ADA | {"street_number": str(number)}) for number in range(4000)]


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_told_to_stop_cleans_up(desk: Desk, many: list[object], number: int, processes: str) -> None:
    process = start(desk, desk.make.batch(*many), "--processes", processes)  # type: ignore[arg-type]

    process.send_signal(number)

    assert process.wait(PATIENCE) == 1
    assert not desk.out.exists()
    assert not unfinished(desk).exists()


@pytest.mark.slow
def test_who_is_impatient_leaves_nothing_either(desk: Desk, many: list[object]) -> None:
    """A second Ctrl-C must not stop the cleaning up that the first one began."""
    process = start(desk, desk.make.batch(*many))  # type: ignore[arg-type]

    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.001)

    assert not desk.out.exists()
    assert not unfinished(desk).exists()


@pytest.mark.slow
def test_what_a_kill_leaves_is_closed_to_others_and_named_by_the_next_run(desk: Desk, many: list[object]) -> None:
    """Nothing can clean up behind a kill."""
    batch = desk.make.batch(*many)  # type: ignore[arg-type]
    process = start(desk, batch)

    process.kill()
    process.wait(PATIENCE)

    left = unfinished(desk)
    assert not desk.out.exists()
    assert left.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in left.iterdir()} == {0o600}
    assert ADA["family_names"].encode() not in (left / ".repeats").read_bytes()
    assert str(left) in desk.open(batch).stderr


def children(pid: int) -> set[int]:
    """Processes that were started by this one, from Linux's list."""
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux which processes there are")
def test_processes_that_hold_the_key_end_with_a_killed_parent(desk: Desk, many: list[object]) -> None:
    process = start(desk, desk.make.batch(*many), "--processes", "2")  # type: ignore[arg-type]
    started = children(process.pid)

    process.kill()
    process.wait(PATIENCE)

    until = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{child}").exists() for child in started):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert len(started) >= 2


def test_a_process_that_holds_the_key_leaves_no_memory_image() -> None:
    script = (
        "import resource; from signer.offline.process import guard_process; guard_process();"
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert shown.strip() == "(0, 0)"


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out") as folder:
        with private_file(folder / "file") as file:
            file.write(b"content")
        assert [path.name for path in tmp_path.iterdir()] == ["out" + UNFINISHED]

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "file").read_bytes() == b"content"
