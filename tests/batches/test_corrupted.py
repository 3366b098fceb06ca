"""Whatever is changed in a batch: `verify` and `open` exit 1 with one line that names it, and nothing is written.

Changes of two kinds. Somebody turns a byte, cuts off or puts in: the file itself no longer fits together. Or somebody
packs it anew with every length and checksum right: signature, digest and trust file tell.
"""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signer.batches.archive import DAY_BYTES, LENGTH_BYTES, MANIFEST, SIGNATURE, SIGNATURE_BYTES, STATEMENTS, Record
from signer.batches.layout import CENTRAL, DESCRIPTOR, END, END64, EXTRA, LOCAL, LOCATOR64, lay_out
from signer.batches.manifest import PURPOSE, Manifest
from signer.sealing.context import ID_BYTES
from signer.sealing.envelope import ENVELOPE_SIZES, KEY_ID_BYTES, VERSION
from signer.sealing.opening import OpeningKey
from signer.sealing.signing import SigningKey
from tests.offline.ceremony import KEY, MANIFEST_KEY, trust_of
from tests.offline.conftest import Desk
from tests.offline.making import INITIATIVE, manifest_of, sealed

ENCAPSULATED_BYTES, TAG_BYTES = 1120, 16
STRANGER = SigningKey.from_seed(bytes([9]) * 32)
SOMEBODY = OpeningKey.from_seed(bytes([9]) * 32)
BROKEN = re.compile(
    r"(manifest\.json|manifest\.sig|statements\.bin) cannot be read"
    r"|is not laid out as a batch file is, from byte (?P<place>\d+) on"
    r"|goes on behind the end of the batch, at byte \d+"
    r"|is not readable as a batch file"
    r"|a batch file holds manifest\.json, manifest\.sig and statements\.bin in this order, nothing else"
    r"|the manifest or its signature does not have a possible length"
    r"|the entries of a batch file are stored, not compressed"
    r"|statements\.bin does not have the digest that the manifest names"
)
"""What a file that does not fit together is refused with; which of them, is up to Python's reader of ZIP files."""


def records_of(*numbers: int) -> tuple[Record, ...]:
    """Statements sealed to the ceremony's key, in the order of a batch."""
    return tuple(
        sorted((sealed(number).record(KEY.recipient) for number in numbers), key=lambda each: each.statement_id)
    )


RECORDS = records_of(1, 2, 3)
OTHERS = records_of(4, 5, 6)


def parts_of(manifest_bytes: int) -> Iterator[tuple[str, int]]:
    """Yield name and length of each part of a batch of `RECORDS`, in order; each field of a header is one."""
    for name, size in ((MANIFEST, manifest_bytes), (SIGNATURE, SIGNATURE_BYTES)):
        yield from fields_of(LOCAL, f"local header of {name}")
        yield f"name in the local header of {name}", len(name)
        yield name, size
    yield from fields_of(LOCAL, f"local header of {STATEMENTS}")
    yield f"name in the local header of {STATEMENTS}", len(STATEMENTS)
    yield from fields_of(EXTRA, f"ZIP64 lengths in the local header of {STATEMENTS}")
    for number in range(1, len(RECORDS) + 1):
        yield f"record {number}: length", LENGTH_BYTES
        yield f"record {number}: id", ID_BYTES
        yield f"record {number}: day", DAY_BYTES
        yield f"record {number}: envelope version", len(VERSION)
        yield f"record {number}: key id", KEY_ID_BYTES
        yield f"record {number}: encapsulated key", ENCAPSULATED_BYTES
        rest = ENVELOPE_SIZES[0] - len(VERSION) - KEY_ID_BYTES - ENCAPSULATED_BYTES
        yield f"record {number}: cipher text", rest - TAG_BYTES
        yield f"record {number}: tag", TAG_BYTES
    yield from fields_of(DESCRIPTOR, "data descriptor")
    for name in (MANIFEST, SIGNATURE, STATEMENTS):
        yield from fields_of(CENTRAL, f"directory entry of {name}")
        yield f"name in the directory entry of {name}", len(name)
    yield from fields_of(EXTRA, f"ZIP64 lengths in the directory entry of {STATEMENTS}")
    yield from fields_of(END64, "ZIP64 end of the directory")
    yield from fields_of(LOCATOR64, "ZIP64 locator of that end")
    yield from fields_of(END, "end of the directory")


def fields_of(shape: struct.Struct, name: str) -> Iterator[tuple[str, int]]:
    """Yield name and length of each field of a header."""
    number = 0
    for count, code in re.findall(r"(\d*)([sHIQ])", shape.format):
        for _ in range(1 if code == "s" else int(count or 1)):
            number += 1
            yield f"{name}, field {number}", int(count) if code == "s" else struct.calcsize(f"<{code}")


@dataclass(frozen=True)
class Good:
    """A batch that fits, in pieces, on the desk where it is to be checked."""

    desk: Desk
    path: Path
    manifest: Manifest
    signature: bytes

    @property
    def content(self) -> bytes:
        """The file as it stands."""
        return self.path.read_bytes()

    def part(self, name: str) -> tuple[int, int]:
        """Where a part begins, and its length."""
        begins = 0
        for each, length in parts_of(len(self.manifest.encode())):
            if each == name:
                return begins, length
            begins += length
        raise KeyError(name)

    def packed(
        self, records: Sequence[Record] = RECORDS, *, manifest: Manifest | None = None, signature: bytes = b""
    ) -> bytes:
        """The bytes of a file that is laid out well, whatever is in it."""
        small = ((MANIFEST, (manifest or self.manifest).encode()), (SIGNATURE, signature or self.signature))
        return b"".join(lay_out(small, (STATEMENTS, [record.encode() for record in records])))

    def assert_refused(self, content: bytes, words: str | re.Pattern[str]) -> str:
        """Neither command takes the file with this content. Returns the line that says so."""
        assert content != self.content
        self.path.write_bytes(content)
        before = sorted(self.desk.folder.iterdir())
        for result in (self.desk.verify(self.path), self.desk.open(self.path)):
            lines = [line for line in result.stderr.splitlines() if not line.startswith("verifying DE 1: ")]
            assert result.exit_code == 1, words
            assert result.stdout == ""
            assert len(lines) == 2, lines
            assert lines[0].startswith(f"{self.path}: ")
            assert re.search(words, lines[0]), lines[0]
            assert lines[1] == "Do not use this file; ask whoever sent it for the batch again, by another way."
        assert sorted(self.desk.folder.iterdir()) == before
        return lines[0]


@pytest.fixture
def good(desk: Desk) -> Good:
    """The final batch of three German statements."""
    path = desk.make.of_records(RECORDS)
    manifest = manifest_of(RECORDS, KEY.recipient)
    return Good(desk, path, manifest, MANIFEST_KEY.sign(PURPOSE, manifest.encode()))


def with_byte_changed(content: bytes, place: int, by: int = 0x55) -> bytes:
    changed = bytearray(content)
    changed[place] ^= by
    return bytes(changed)


def test_the_batch_fits_before_anything_is_changed(good: Good) -> None:
    assert good.desk.verify(good.path).exit_code == 0
    assert good.desk.open(good.path).exit_code == 0


def test_the_parts_are_the_whole_file(good: Good) -> None:
    """No byte lies in none of them, so what follows leaves no region out."""
    assert sum(length for _, length in parts_of(len(good.manifest.encode()))) == len(good.content)
    assert good.packed() == good.content


@pytest.mark.parametrize("part", [name for name, _ in parts_of(1)])
def test_a_changed_byte_is_refused_in_every_part(good: Good, part: str) -> None:
    begins, length = good.part(part)
    place = begins + length // 2

    line = good.assert_refused(with_byte_changed(good.content, place), BROKEN)

    if (found := BROKEN.search(line)) and found["place"]:
        assert int(found["place"]) == place
    if part in {MANIFEST, SIGNATURE}:
        assert f"{part} cannot be read" in line
    if part.startswith("record"):
        assert "statements.bin cannot be read" in line


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_changed_byte_is_refused(good: Good, data: st.DataObject) -> None:
    content = good.packed()
    place, by = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    good.path.write_bytes(content)

    good.assert_refused(with_byte_changed(content, place, by), BROKEN)


@pytest.mark.parametrize("part", [name for name, _ in parts_of(1) if not re.search(r", field (?!1$)", name)])
def test_a_file_that_ends_where_a_part_begins_or_a_byte_later_is_refused(good: Good, part: str) -> None:
    begins, _ = good.part(part)

    for kept in (begins, begins + 1):
        good.assert_refused(good.content[:kept], BROKEN)
        good.path.write_bytes(good.packed())


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (RECORDS[::-1], r"statements\.bin: record 2 is out of order or there twice"),
        ((RECORDS[0], RECORDS[2], RECORDS[1]), r"statements\.bin: record 3 is out of order or there twice"),
        ((RECORDS[0], *RECORDS), r"statements\.bin: record 2 is out of order or there twice"),
        ((*RECORDS, RECORDS[2]), r"statements\.bin: record 4 is out of order or there twice"),
        (RECORDS[1:], r"statements\.bin holds 2 statements, the manifest says 3"),
        (RECORDS[:2], r"statements\.bin holds 2 statements, the manifest says 3"),
        (records_of(1, 2, 3, 4), r"statements\.bin holds 4 statements, the manifest says 3"),
        (records_of(1, 2, 4), r"statements\.bin does not have the digest that the manifest names"),
        (OTHERS, r"statements\.bin does not have the digest that the manifest names"),
        ((), "its statements are from|holds 0 statements"),
    ],
    ids=[
        "turned round",
        "two swapped",
        "first doubled",
        "last doubled",
        "first dropped",
        "last dropped",
        "one put in from another batch",
        "one put in another's place",
        "all of another batch",
        "all dropped",
    ],
)
def test_other_statements_under_the_same_manifest_are_refused(
    good: Good, records: Sequence[Record], words: str
) -> None:
    """Packed anew, so every length and checksum is right."""
    good.assert_refused(good.packed(records), words)


def with_envelope(place: int) -> Record:
    """The second record with one byte of its envelope changed."""
    return RECORDS[1]._replace(envelope=with_byte_changed(RECORDS[1].envelope, place))


NAME = RECORDS[1].statement_id.hex()
FOREIGN = sealed(2).record(SOMEBODY.recipient)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (RECORDS[1]._replace(statement_id=RECORDS[1].statement_id[:-1] + b"\0"), "does not have the digest"),
        (RECORDS[1]._replace(on=date(2027, 5, 2)), f"statement {NAME} is from 2027-05-02, outside the days"),
        (with_envelope(0), f"statement {NAME}: an envelope of version 1"),
        (with_envelope(1), f"statement {NAME} is sealed to another key than the one the trust file names"),
        (with_envelope(17), "does not have the digest"),
        (with_envelope(17 + ENCAPSULATED_BYTES), "does not have the digest"),
        (with_envelope(-1), "does not have the digest"),
        (RECORDS[1]._replace(envelope=RECORDS[0].envelope), "does not have the digest"),
        (RECORDS[1]._replace(envelope=FOREIGN.envelope), f"statement {NAME} is sealed to another key"),
        (RECORDS[1]._replace(envelope=RECORDS[1].envelope[:-1]), "a record is cut off or has no possible length"),
        (RECORDS[1]._replace(envelope=bytes(ENVELOPE_SIZES[1])), f"statement {NAME}: an envelope of version 1"),
    ],
    ids=[
        "id",
        "day",
        "envelope version",
        "key id",
        "encapsulated key",
        "cipher text",
        "tag",
        "another statement's envelope",
        "sealed anew to another key",
        "a byte shorter",
        "longer",
    ],
)
def test_a_statement_changed_under_the_same_manifest_is_refused(good: Good, record: Record, words: str) -> None:
    """Packed anew, so every length and checksum of the file is right; only a digest of ours tells."""
    good.assert_refused(good.packed((RECORDS[0], record, RECORDS[2])), words)


OTHER_VALUES: dict[str, object] = {
    "initiative": replace(INITIATIVE, title="Another sky"),
    "member_state": "FR",
    "number": 2,
    "final": False,
    "count": 4,
    "until": "2028-01-30",
    "first_day": "2027-04-30",
    "last_day": "2027-05-02",
    "key_fingerprint": SOMEBODY.recipient.fingerprint.hex(),
    "payload_sha256": "ab" * 32,
    "payload_bytes": 7,
    "checkpoint": "another note",
}


@pytest.mark.parametrize("entry", OTHER_VALUES)
@pytest.mark.parametrize("signed_by", ["the instance, before the change", "a stranger"])
def test_a_changed_manifest_is_refused_if_anybody_but_the_instance_signed_it(
    good: Good, entry: str, signed_by: str
) -> None:
    manifest = replace(good.manifest, **{entry: OTHER_VALUES[entry]})  # type: ignore[arg-type]
    signature = STRANGER.sign(PURPOSE, manifest.encode()) if signed_by == "a stranger" else good.signature

    good.assert_refused(good.packed(manifest=manifest, signature=signature), "the signature does not fit key")


def test_every_entry_of_a_manifest_was_changed_above(good: Good) -> None:
    """Besides the markings, which have one value."""
    assert {*OTHER_VALUES, "markings"} == set(vars(good.manifest))


@pytest.mark.parametrize(
    "signature",
    [
        MANIFEST_KEY.sign(PURPOSE, manifest_of(OTHERS, KEY.recipient).encode()),
        MANIFEST_KEY.sign(b"another purpose\n", manifest_of(RECORDS, KEY.recipient).encode()),
        STRANGER.sign(PURPOSE, manifest_of(RECORDS, KEY.recipient).encode()),
        bytes(64),
    ],
    ids=["another batch's", "for another purpose", "a stranger's", "none"],
)
def test_another_signature_is_refused(good: Good, signature: bytes) -> None:
    good.assert_refused(good.packed(signature=signature), "the signature does not fit key")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": 2}, r"statements\.bin holds 3 statements, the manifest says 2"),
        ({"count": 4}, r"statements\.bin holds 3 statements, the manifest says 4"),
        ({"payload_sha256": "ab" * 32}, "does not have the digest that the manifest names"),
        ({"payload_bytes": 5854}, "does not have the digest that the manifest names"),
        ({"key_fingerprint": SOMEBODY.recipient.fingerprint.hex()}, "the key fingerprint of the batch is"),
    ],
    ids=["fewer", "more", "digest", "length", "key"],
)
def test_a_manifest_that_says_otherwise_is_refused_whoever_signed_it(
    good: Good, changes: dict[str, object], words: str
) -> None:
    """The instance itself may be in wrong hands."""
    manifest = replace(good.manifest, **changes)  # type: ignore[arg-type]
    signature = MANIFEST_KEY.sign(PURPOSE, manifest.encode())

    good.assert_refused(good.packed(manifest=manifest, signature=signature), words)


@pytest.mark.parametrize(
    "changes",
    [{"member_state": "FR"}, {"first_day": "2027-05-02", "last_day": "2027-05-02"}],
    ids=["Member State", "day"],
)
def test_a_batch_moved_to_another_place_by_the_instance_itself_does_not_open(
    desk: Desk, changes: dict[str, str]
) -> None:
    """What lies outside the envelope can be made to agree; the envelope knows where it belongs."""
    records = [each._replace(on=date.fromisoformat(changes.get("first_day", "2027-05-01"))) for each in RECORDS]
    batch = desk.make.of_records(records, **changes)
    assert desk.verify(batch).exit_code == 0

    result = desk.open(batch)

    assert result.exit_code == 1
    assert f"statement {RECORDS[0].statement_id.hex()} does not open where it stands" in result.stderr
    assert not desk.out.exists()


def packed_by_a_program(good: Good, change: Callable[[zipfile.ZipFile], None]) -> bytes:
    """The file after a common program has worked on it."""
    packed = io.BytesIO(good.content)
    with zipfile.ZipFile(packed, "a") as archive:
        change(archive)
    return packed.getvalue()


def packed_anew(good: Good, *, compression: int = zipfile.ZIP_STORED, order: Sequence[str] = ()) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(good.path) as archive, zipfile.ZipFile(packed, "w", compression) as other:
        for name in order or archive.namelist():
            other.writestr(name, archive.read(name))
    return packed.getvalue()


def with_entries(good: Good, *more: tuple[str, bytes], last: str = STATEMENTS) -> bytes:
    """Laid out as ours, with `more` small entries, and the statements under another name."""
    small = ((MANIFEST, good.manifest.encode()), (SIGNATURE, good.signature), *more)
    return b"".join(lay_out(small, (last, [record.encode() for record in RECORDS])))


def with_hidden(good: Good, hidden: bytes) -> bytes:
    """Bytes between entries and directory that nothing tells of, the directory's place set right."""
    begins, _ = good.part(f"directory entry of {MANIFEST}, field 1")
    content = bytearray(good.content)
    for name in ("ZIP64 end of the directory, field 10", "ZIP64 locator of that end, field 3"):
        place, _ = good.part(name)
        content[place : place + 8] = struct.pack("<Q", struct.unpack_from("<Q", content, place)[0] + len(hidden))
    return bytes(content[:begins]) + hidden + bytes(content[begins:])


def directory_of(good: Good) -> bytes:
    """The directory, without its end."""
    begins, _ = good.part(f"directory entry of {MANIFEST}, field 1")
    ends, _ = good.part("ZIP64 end of the directory, field 1")
    return good.content[begins:ends]


def with_flags(good: Good, flags: int) -> bytes:
    """The flags of the statements' directory entry set, such as bit 0: encrypted."""
    begins, _ = good.part(f"directory entry of {STATEMENTS}, field 4")
    content = bytearray(good.content)
    content[begins : begins + 2] = struct.pack("<H", flags)
    return bytes(content)


TRICKS: dict[str, Callable[[Good], bytes]] = {
    "a byte appended": lambda good: good.content + b"\0",
    "bytes in front": lambda good: b"#!/bin/sh\n" + good.content,
    "another batch in front": lambda good: good.packed(OTHERS) + good.content,
    "another batch behind": lambda good: good.content + good.packed(OTHERS),
    "itself twice": lambda good: good.content * 2,
    "a comment": lambda good: good.content[:-2] + b"\5\0hello",
    "two directories": lambda good: with_hidden(good, directory_of(good)),
    "two directories, each with its end": lambda good: good.content + good.content[-len(directory_of(good)) - 98 :],
    "a hidden payload": lambda good: with_hidden(good, b"".join(record.encode() for record in OTHERS)),
    "an entry more": lambda good: packed_by_a_program(good, lambda archive: archive.writestr("readme.txt", b"")),
    "an entry more, laid out as ours": lambda good: with_entries(good, ("readme.txt", b"")),
    "an entry twice, laid out as ours": lambda good: with_entries(good, (SIGNATURE, good.signature)),
    "an entry renamed": lambda good: with_entries(good, last="statements.csv"),
    "an entry in a folder": lambda good: with_entries(good, last=f"../{STATEMENTS}"),
    "no statements": lambda good: packed_anew(good, order=(MANIFEST, SIGNATURE)),
    "another order": lambda good: packed_anew(good, order=(STATEMENTS, MANIFEST, SIGNATURE)),
    "packed by another program": packed_anew,
    "compressed": lambda good: packed_anew(good, compression=zipfile.ZIP_DEFLATED),
    "compressed with bzip2": lambda good: packed_anew(good, compression=zipfile.ZIP_BZIP2),
    "said to be encrypted": lambda good: with_flags(good, 1 << 3 | 1),
    "said to be a patch": lambda good: with_flags(good, 1 << 3 | 1 << 5),
    "nothing": lambda _: b"",
    "zeros": lambda good: bytes(len(good.content)),
    "a batch of another kind of file": lambda good: b"%PDF-1.7\n" + bytes(2000),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_what_a_zip_file_can_be_made_to_hold_besides_is_refused(good: Good, trick: str) -> None:
    """Most programs would open them and see nothing wrong."""
    good.assert_refused(TRICKS[trick](good), BROKEN)


@pytest.mark.parametrize(
    ("trust", "words"),
    [
        (replace(trust_of(rehearsal=True), manifest_key=STRANGER.verifying_key), "the signature does not fit key"),
        (trust_of(rehearsal=True, fingerprint=SOMEBODY.recipient.fingerprint), "the key fingerprint of the batch is"),
        (trust_of(rehearsal=True, number="2027/000043"), "the registration number of the batch is 2027/000042"),
        (replace(trust_of(rehearsal=True), log_key=STRANGER.verifying_key), "the checkpoint is not signed by the key"),
        (replace(trust_of(rehearsal=True), log_origin="other.example/log"), "not a signed note of the log other"),
    ],
    ids=["another instance", "another collection key", "another initiative", "another log key", "another log"],
)
def test_the_trust_file_of_another_ceremony_fits_no_batch(good: Good, trust: object, words: str) -> None:
    """A sound batch: a copy of it, so that only the trust file is another."""
    content = good.content
    good.desk.trust.write_bytes(trust.to_json())  # type: ignore[attr-defined]
    good.path.write_bytes(b"")

    good.assert_refused(content, words)


def test_a_doubtful_batch_beside_a_good_one_leaves_nothing_of_either(good: Good) -> None:
    france = good.desk.make.batch(sealed(7, member_state="FR"))
    good.path.write_bytes(with_byte_changed(good.content, good.part("record 2: tag")[0]))

    result = good.desk.open(france, good.path)

    assert result.exit_code == 1
    assert f"{good.path}: statements.bin cannot be read" in result.stderr
    assert {path.name for path in good.desk.folder.iterdir()} == {
        "trust.json",
        *(path.name for path in good.desk.shares),
        france.name,
        good.path.name,
    }
