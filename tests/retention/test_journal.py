"""The journal of erasures: outside the database, chained, whole after a crash, and telling nothing."""

import hashlib
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.database import StoreUnavailable
from signer.retention.journal import BrokenJournal, note_night, note_request, read_journal
from signer.sealing.canonical import canonical_json
from tests.acts import MAY_DAY

ID, PROOF = bytes(range(16)), bytes(range(32))
LINE = {"id": ID.hex(), "on": "2027-05-01", "proof": PROOF.hex()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where no journal is yet."""
    return tmp_path / "erasures.journal"


def test_a_request_and_a_night_are_lines_that_bind_all_before_them(path: Path) -> None:
    note_request(path, ID, PROOF, on=MAY_DAY)
    note_night(path, on=date(2027, 5, 2))

    assert list(read_journal(path)) == [LINE, {"night": "2027-05-02"}]
    first = hashlib.sha256(bytes(32) + canonical_json(LINE)).hexdigest()
    assert first in path.read_text().splitlines()[0]


def test_it_is_for_its_owner_only_and_says_no_time(path: Path) -> None:
    note_request(path, ID, PROOF, on=MAY_DAY)

    assert path.stat().st_mode & 0o777 == 0o600
    assert ":" not in path.read_text().replace('":"', "")


@pytest.mark.parametrize("kept", [0, 1, 60, 200])
def test_a_line_that_was_cut_off_gives_way_to_the_next(path: Path, kept: int) -> None:
    """It was never acknowledged: the transaction that it belonged to did not commit."""
    note_request(path, ID, PROOF, on=MAY_DAY)
    whole = path.read_bytes()
    note_request(path, ID, PROOF, on=MAY_DAY)
    path.write_bytes(path.read_bytes()[: len(whole) + kept])

    assert list(read_journal(path)) == [LINE]
    note_night(path, on=MAY_DAY)

    assert list(read_journal(path)) == [LINE, {"night": "2027-05-01"}]


@given(st.data())
def test_any_changed_byte_of_a_line_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("journal") / "erasures.journal"
    for _ in range(3):
        note_request(path, ID, PROOF, on=MAY_DAY)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 2))
    content[place] ^= data.draw(st.sampled_from([1, 2, 4, 8, 16, 64]))
    path.write_bytes(content)

    with pytest.raises(BrokenJournal):
        list(read_journal(path))


@pytest.mark.parametrize("removed", [0, 1])
def test_a_line_that_is_missing_is_found(path: Path, removed: int) -> None:
    for day in (1, 2, 3):
        note_night(path, on=date(2027, 5, day))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:removed] + lines[removed + 1 :]))

    with pytest.raises(BrokenJournal, match=f"line {removed + 1}"):
        list(read_journal(path))


@pytest.mark.parametrize("content", [b"no line of a journal\n", b"[]\n", b'{"hash":"00"}\n', b"\xff\n"])
def test_what_is_no_journal_is_neither_read_nor_written_on(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(BrokenJournal):
        list(read_journal(path))
    if content != b'{"hash":"00"}\n':
        with pytest.raises(StoreUnavailable, match="is none of a journal"):
            note_request(path, ID, PROOF, on=MAY_DAY)
        assert path.read_bytes() == content


def test_a_full_disk_refuses_the_request(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note_night(path, on=MAY_DAY)
    monkeypatch.setattr(os, "write", lambda handle, line: os.pwrite(handle, line[:10], path.stat().st_size))

    with pytest.raises(StoreUnavailable, match="No space left"):
        note_request(path, ID, PROOF, on=MAY_DAY)
    monkeypatch.undo()

    assert list(read_journal(path)) == [{"night": "2027-05-01"}]
    note_request(path, ID, PROOF, on=MAY_DAY)
    assert list(read_journal(path)) == [{"night": "2027-05-01"}, LINE]
