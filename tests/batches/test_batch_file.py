"""Promise 4 in a file: a batch is exactly what was signed, or it is refused; making it twice gives the same bytes."""

import hashlib
import io
import os
import struct
import zipfile
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signer.atomic_file import FileNotWritten
from signer.batches.batch_file import MalformedBatch, Record, open_batch, write_batch
from signer.batches.manifest import PURPOSE, Manifest
from signer.batches.zip_layout import lay_out
from signer.errors import SignerError
from signer.sealing.envelope import ENVELOPE_SIZES
from signer.sealing.signing import BadSignature, SigningKey
from tests.batches.test_manifest import MANIFEST
from tests.lengths import examples

KEY = SigningKey.from_seed(bytes([1]) * 32)
SMALL, LARGE = ENVELOPE_SIZES


def record(number: int, size: int = SMALL) -> Record:
    """A record whose envelope nobody will open."""
    envelope = hashlib.shake_256(bytes([number])).digest(size)
    return Record(hashlib.sha256(bytes([number])).digest()[:16], date(2027, 5, 1 + number % 2), envelope)


RECORDS = sorted((record(1), record(2), record(3, LARGE)), key=lambda each: each.statement_id)


def fitting(records: Iterable[Record]) -> Manifest:
    payload = b"".join(each.encode() for each in records)
    return replace(
        MANIFEST,
        count=len(list(records)),
        payload_sha256=hashlib.sha256(payload).hexdigest(),
        payload_bytes=len(payload),
    )


def read(path: Path) -> list[Record]:
    """Read all of it twice, as `signer-offline` does."""
    with open_batch(path, KEY.verifying_key) as batch:
        batch.require_exact()
        return list(batch.records())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A batch of three."""
    path = tmp_path / "DE-1.batch"
    write_batch(path, fitting(RECORDS), RECORDS, KEY)
    return path


def by_hand(path: Path, records: Iterable[Record], *, manifest: Manifest, payload: bytes | None = None) -> Path:
    """A file of the right layout and signature, whatever it holds."""
    encoded = manifest.encode()
    content = payload if payload is not None else b"".join(each.encode() for each in records)
    small = (("manifest.json", encoded), ("manifest.sig", KEY.sign(PURPOSE, encoded)))
    path.write_bytes(b"".join(lay_out(small, ("statements.bin", [content]))))
    return path


def test_what_is_written_is_read(path: Path) -> None:
    assert read(path) == RECORDS


def test_making_it_twice_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    os.utime(path, (0, 0))
    write_batch(tmp_path / "again", fitting(RECORDS), iter(RECORDS), KEY)

    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_the_bytes_are_the_same_for_every_release_of_python(path: Path) -> None:
    """What `zipfile` writes changed between 3.11 releases; our layout is our own, and this is its digest."""
    small = (("manifest.json", b"{}\n"), ("manifest.sig", bytes(64)))
    content = b"".join(lay_out(small, ("statements.bin", [b"abc", b"", b"def"])))

    assert len(content) == 541
    assert hashlib.sha256(content).hexdigest() == "e20448c60730604516cfbbf92e688cec475015ac903ddfa5498ccc37c1bf6757"


def test_any_zip_program_reads_it(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", "manifest.sig", "statements.bin"]
        assert archive.read("statements.bin") == b"".join(each.encode() for each in RECORDS)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_payload_of_more_than_four_gibibytes_is_laid_out_alike() -> None:
    """Sizes only: nothing of it is kept."""
    piece = bytes(1 << 24)
    tail = b""
    for part in lay_out((), ("statements.bin", (piece for _ in range(257)))):
        tail = part
    end64 = tail.index(b"PK\x06\x06")
    extra = tail.index(b"statements.bin") + len("statements.bin")

    assert struct.unpack_from("<2H2Q", tail, extra) == (1, 16, 257 << 24, 257 << 24)
    assert struct.unpack_from("<Q", tail, end64 + 48) == ((257 << 24) + 30 + 14 + 20 + 24,)


@given(st.data())
@settings(max_examples=examples(300), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_bit_can_be_changed(path: Path, data: st.DataObject) -> None:
    content = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    changed = path.with_name("changed")
    changed.write_bytes(content)

    with pytest.raises(SignerError):
        read(changed)


def test_no_byte_outside_the_statements_can_be_changed(path: Path) -> None:
    """All of them, one by one: headers, manifest, signature, directory."""
    content = path.read_bytes()
    start = content.index(b"statements.bin") + len("statements.bin") + 20
    end = start + len(b"".join(each.encode() for each in RECORDS))
    changed = path.with_name("changed")

    for place in (*range(start), *range(end, len(content))):
        changed.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        with pytest.raises(SignerError):
            read(changed)


@given(st.data())
@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_nothing_can_be_cut_off_or_put_in(path: Path, data: st.DataObject) -> None:
    content = path.read_bytes()
    place, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(1, 40))
    inserted = data.draw(st.binary(min_size=length, max_size=length))
    changed = path.with_name("changed")

    for other in (content[:place] + inserted + content[place:], content[:place] + content[place + length :]):
        if other != content:
            changed.write_bytes(other)
            with pytest.raises(SignerError):
                read(changed)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content + b"\0",
        lambda content: b"\0" + content,
        lambda content: content + content,
        lambda content: content[:-2] + b"\5\0hello",
        lambda content: b"#!/bin/sh\n" + content,
    ],
    ids=["appended", "prepended", "twice", "comment", "script in front"],
)
def test_what_a_zip_could_hold_besides_is_refused(path: Path, spoil: Callable[[bytes], bytes]) -> None:
    """Most programs would open them and see nothing wrong."""
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(MalformedBatch):
        read(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("more", [(), ("extra.txt",), ("statements.bin",)])
def test_the_same_entries_packed_by_another_program_are_refused(
    path: Path, compression: int, more: tuple[str, ...]
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(packed, "w", compression) as other:
        for name in archive.namelist():
            other.writestr(name, archive.read(name))
        for name in more:
            with pytest.warns(UserWarning, match="Duplicate") if name == "statements.bin" else nullcontext():
                other.writestr(name, b"")
    path.write_bytes(packed.getvalue())

    with pytest.raises(MalformedBatch):
        read(path)


def test_a_manifest_signed_by_another_key_is_refused(path: Path) -> None:
    stranger = SigningKey.from_seed(bytes(32)).verifying_key

    with pytest.raises(BadSignature), open_batch(path, stranger):
        pytest.fail("opened")


@pytest.mark.parametrize(
    "records",
    [
        list(reversed(RECORDS)),
        [RECORDS[1], RECORDS[0], RECORDS[2]],
        [RECORDS[0], RECORDS[0], RECORDS[1]],
        RECORDS[:2],
        [*RECORDS, record(9)],
    ],
    ids=["reversed", "swapped", "twice", "missing", "more"],
)
def test_signed_statements_that_are_not_the_manifests_are_refused(tmp_path: Path, records: list[Record]) -> None:
    path = by_hand(tmp_path / "bad", records, manifest=replace(fitting(RECORDS), count=3))

    with pytest.raises(MalformedBatch):
        read(path)


@pytest.mark.parametrize("records", [list(reversed(RECORDS)), [RECORDS[0], RECORDS[0]]])
def test_order_is_asked_for_even_if_the_manifest_agrees(tmp_path: Path, records: list[Record]) -> None:
    path = by_hand(tmp_path / "bad", records, manifest=fitting(records))

    with pytest.raises(MalformedBatch, match="out of order or there twice"):
        read(path)


GOOD = RECORDS[0].encode()


@pytest.mark.parametrize(
    "payload",
    [
        b"\0",
        GOOD[:-1],
        GOOD + b"\0\0",
        GOOD + GOOD[:20],
        b"\0\0\0\0" + GOOD,
        b"\xff\xff\xff\xff" + GOOD[4:],
        (len(GOOD) - 5).to_bytes(4, "big") + GOOD[4:-1],
        GOOD[:20] + b"2027-5-001" + GOOD[30:],
        GOOD[:20] + b"20270501  " + GOOD[30:],
        GOOD[:20] + b"2027-02-30" + GOOD[30:],
        GOOD[:20] + b"2027-W17-6" + GOOD[30:],
        GOOD[:20] + b"\xff" * 10 + GOOD[30:],
    ],
)
def test_a_malformed_record_is_refused_even_if_the_manifest_agrees(tmp_path: Path, payload: bytes) -> None:
    digest = hashlib.sha256(payload).hexdigest()
    manifest = replace(MANIFEST, count=1, payload_sha256=digest, payload_bytes=len(payload))

    with pytest.raises(MalformedBatch, match=r"statements\.bin"):
        read(by_hand(tmp_path / "bad", (), manifest=manifest, payload=payload))


def test_writing_refuses_statements_that_changed_since_freezing_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(MalformedBatch):
        write_batch(tmp_path / "new", fitting(RECORDS), RECORDS[:2], KEY)

    assert not list(tmp_path.iterdir())


def test_writing_overwrites_nothing(path: Path) -> None:
    before = path.read_bytes()

    with pytest.raises(FileNotWritten, match="not overwritten"):
        write_batch(path, fitting(RECORDS[:1]), RECORDS[:1], KEY)

    assert path.read_bytes() == before


def test_what_a_watcher_refuses_is_what_is_told(path: Path) -> None:
    """Not that the file, read no further, is laid out otherwise."""

    class Unfit(SignerError):
        pass

    def watched(records: Iterable[Record]) -> Iterable[Record]:
        for number, each in enumerate(records):
            if number:
                raise Unfit("the second one")
            yield each

    with open_batch(path, KEY.verifying_key) as batch, pytest.raises(Unfit):
        batch.require_exact(watched)


def test_a_full_disk_while_a_batch_is_open_is_not_the_batchs_fault(path: Path) -> None:
    with pytest.raises(OSError, match="No space"), open_batch(path, KEY.verifying_key):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), bytes(5000)])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.zip"
    path.write_bytes(content)

    with pytest.raises(MalformedBatch):
        read(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedBatch), open_batch(tmp_path / "none", KEY.verifying_key):
        pytest.fail("opened")
