"""The ceremony: files that fit together, shares that open, nothing secret on disk unless it is a rehearsal."""

import itertools
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from signer.offline.ceremony import for_reading_aloud, in_columns
from signer.offline.folder import UNFINISHED
from signer.sealing.request import KeyRequest, PublicKeyFile
from signer.sealing.shares import WORDS, combine
from signer.sealing.trust import Trust
from tests.offline.ceremony import KEY, LOG_KEY, MANIFEST_KEY, NUMBER, ORIGIN, SHARES, trust_of
from tests.offline.conftest import Desk
from tests.offline.making import sealed

REQUEST = KeyRequest(NUMBER, "eu", MANIFEST_KEY.verifying_key, ORIGIN, LOG_KEY.verifying_key)
PATIENCE = 60


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    """What `signer keys request` wrote."""
    path = tmp_path / "request.json"
    path.write_bytes(REQUEST.to_json())
    return path


def keygen(desk: Desk, request_file: Path, *more: object) -> Result:
    return desk.run("keygen", "--request", request_file, "--threshold", 2, "--shares", 3, "--out", desk.out, *more)


def test_a_rehearsal_makes_a_trust_file_a_public_key_and_shares_that_open(desk: Desk, request_file: Path) -> None:
    result = keygen(desk, request_file, "--rehearsal")

    assert result.exit_code == 0, result.stderr
    trust = Trust.from_json((desk.out / "trust.json").read_bytes())
    public = PublicKeyFile.from_json((desk.out / "collection-key.pub").read_bytes())
    shares = [path.read_text() for path in sorted((desk.out / "shares").iterdir())]
    assert len(shares) == 3
    for pair in itertools.combinations(shares, 2):
        assert combine(pair, fingerprint=public.key.fingerprint).recipient == public.key
    assert (trust.rehearsal, trust.key_fingerprint) == (True, public.key.fingerprint)
    assert KeyRequest(trust.registration_number, trust.scheme, trust.manifest_key, trust.log_origin, trust.log_key) == (
        REQUEST
    )
    assert trust.key_fingerprint.hex() in re.sub(r"\s", "", result.stdout)


def test_a_rehearsals_files_are_for_their_owner_only(desk: Desk, request_file: Path) -> None:
    keygen(desk, request_file, "--rehearsal")

    folders = [path for path in (desk.out, *desk.out.rglob("*")) if path.is_dir()]
    files = [path for path in desk.out.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {str(path.relative_to(desk.out)) for path in files} == {
        "trust.json",
        "collection-key.pub",
        "shares/share-1.txt",
        "shares/share-2.txt",
        "shares/share-3.txt",
    }


def test_two_ceremonies_make_two_keys(desk: Desk, request_file: Path) -> None:
    keygen(desk, request_file, "--rehearsal")
    first = (desk.out / "collection-key.pub").read_bytes()
    desk.out.rename(desk.folder / "first")

    keygen(desk, request_file, "--rehearsal")

    assert (desk.out / "collection-key.pub").read_bytes() != first


def test_keys_that_are_there_are_never_overwritten(desk: Desk, request_file: Path) -> None:
    keygen(desk, request_file, "--rehearsal")
    before = {path: path.read_bytes() for path in desk.out.rglob("*") if path.is_file()}

    result = keygen(desk, request_file, "--rehearsal")

    assert result.exit_code == 1
    assert {path: path.read_bytes() for path in desk.out.rglob("*") if path.is_file()} == before


def test_without_a_terminal_there_is_no_real_ceremony(desk: Desk, request_file: Path) -> None:
    result = keygen(desk, request_file)

    assert result.exit_code == 1
    assert "at a terminal only" in result.stderr
    assert not desk.out.exists()


@pytest.mark.parametrize(("threshold", "count"), [(1, 3), (4, 3), (2, 17), (0, 0)])
def test_impossible_numbers_of_shares_are_wrong_usage(
    desk: Desk, request_file: Path, threshold: int, count: int
) -> None:
    """One holder alone must never open."""
    result = desk.run(
        "keygen", "--request", request_file, "--threshold", threshold, "--shares", count, "--out", desk.out
    )

    assert result.exit_code == 2


@pytest.mark.parametrize("content", [b"", b"{}", REQUEST.to_json().replace(b"2027/", b"27/")])
def test_a_malformed_request_is_refused(desk: Desk, request_file: Path, content: bytes) -> None:
    request_file.write_bytes(content)

    result = keygen(desk, request_file, "--rehearsal")

    assert result.exit_code == 1
    assert "key request" in result.stderr
    assert not desk.out.exists()


def test_a_fingerprint_is_read_aloud_in_groups_of_four() -> None:
    lines = for_reading_aloud(bytes(range(32))).splitlines()

    assert lines[0] == "  0001 0203 0405 0607 0809 0a0b 0c0d 0e0f"
    assert len(lines) == 2


def test_words_stand_in_numbered_columns_read_downwards() -> None:
    shown = in_columns([f"word{number}" for number in range(1, WORDS + 1)])

    assert shown.splitlines()[0].split() == ["1", "word1", "12", "word12", "23", "word23"]


@dataclass
class Terminal:
    """The command in a terminal of its own, with somebody who reads and types."""

    process: subprocess.Popen[bytes]
    side: int
    shown: str = ""

    def wait_for(self, text: str) -> str:
        """Read until `text` is shown; return everything shown since the last call."""
        until = time.monotonic() + PATIENCE
        since = ""
        while text not in since:
            ready, _, _ = select.select([self.side], [], [], max(0, until - time.monotonic()))
            assert ready, f"{text!r} was not shown, but: {since!r}"
            since += os.read(self.side, 65536).decode()
        self.shown += since
        return since

    def type(self, text: str) -> None:
        """Type, as a person does who has read what is shown."""
        os.write(self.side, text.encode())

    def end(self, number: int = 0) -> int:
        """Read the rest and return the exit code; number: a signal to send until the command heeds it."""
        until = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < until
            if number:
                self.process.send_signal(number)
            self._read_on(0.1)
        while self._read_on(0):
            pass
        os.close(self.side)
        return self.process.returncode

    def _read_on(self, seconds: float) -> bool:
        if not select.select([self.side], [], [], seconds)[0]:
            return False
        try:
            self.shown += os.read(self.side, 65536).decode()
        except OSError:  # the other side is gone
            return False
        return True


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Starts the command in a terminal; what still runs after the test is ended."""
    started: list[Terminal] = []

    def start(*arguments: object) -> Terminal:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "signer.offline.main", *map(str, arguments)]
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        started.append(Terminal(process, ours))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait(PATIENCE)


def write_down(holder: Terminal) -> list[str]:
    """Look at the words of one holder and copy them, as a person does."""
    holder.wait_for("see your words")
    holder.type("\n")
    numbered = re.findall(r"(\d+) ([a-z]+)", holder.wait_for("are asked for"))
    words = [word for _, word in sorted({int(number): word for number, word in numbered}.items())]
    assert len(words) == WORDS
    holder.type("\n")
    return words


def type_back(holder: Terminal, words: list[str]) -> None:
    for _ in range(2):
        asked = re.search(r"word (\d+)", holder.wait_for("does not appear):"))
        assert asked
        holder.type(words[int(asked[1]) - 1] + "\n")


def test_each_holder_sees_types_back_and_keeps_the_words_off_the_disk(
    desk: Desk, request_file: Path, terminal: Callable[..., Terminal]
) -> None:
    ceremony = terminal("keygen", "--request", request_file, "--threshold", 2, "--shares", 2, "--out", desk.out)

    papers = []
    for _ in range(2):
        words = write_down(ceremony)
        type_back(ceremony, words)
        papers.append(words)

    assert ceremony.end() == 0
    trust = Trust.from_json((desk.out / "trust.json").read_bytes())
    assert not trust.rehearsal
    combine([" ".join(words) for words in papers], fingerprint=trust.key_fingerprint)
    assert {path.name for path in desk.out.rglob("*")} == {"trust.json", "collection-key.pub"}
    # The words were shown once, before the screen and what scrolled away were cleared; typing them showed nothing.
    last = f"{len(papers[1])} {papers[1][-1]}"
    assert "\x1b[3J" in ceremony.shown.rpartition(last)[2]


def test_a_holder_who_wrote_down_something_else_sees_the_words_again(
    desk: Desk, request_file: Path, terminal: Callable[..., Terminal]
) -> None:
    ceremony = terminal("keygen", "--request", request_file, "--threshold", 2, "--shares", 2, "--out", desk.out)

    words = write_down(ceremony)
    ceremony.wait_for("does not appear):")
    ceremony.type("wrong\n")
    ceremony.wait_for("not what was shown")
    ceremony.type("\n")
    again = ceremony.wait_for("are asked for")

    assert all(word in again for word in words)
    assert ceremony.end(signal.SIGTERM) == 1
    assert not desk.out.exists()
    assert not desk.out.with_name("out" + UNFINISHED).exists()


def test_holders_type_their_shares_without_seeing_them(desk: Desk, terminal: Callable[..., Terminal]) -> None:
    desk.trust.write_bytes(trust_of(rehearsal=False).to_json())
    batch = desk.make.batch(sealed(1))
    table = terminal("open", batch, "--trust", desk.trust, "--format", "xml", "--plain", "--out", desk.out)

    for share in (SHARES[2].replace(" ", "  "), "slip " + SHARES[0], SHARES[2], SHARES[0].upper()):
        table.wait_for("do not appear):")
        table.type(share + "\n")

    assert table.end() == 0, table.shown
    assert "a share has 33 words, not 34: try again" in table.shown
    assert "given already" in table.shown
    # Two words together: a share, which is drawn anew for each run, has now and then one that is also in a prompt.
    assert not any(f"{one} {next_}" in table.shown.casefold() for one, next_ in itertools.pairwise(SHARES[0].split()))
    assert (desk.out / "DE.xml").exists()


def test_the_seed_of_the_tests_is_nobodys_key() -> None:
    """A reader may wonder: the tests' key is the one of 32 counting bytes, and of no ceremony."""
    assert KEY.seed == bytes(range(32))
