"""Somebody packs a batch anew with every length and checksum right: signature, digest and trust file tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from signer.batches.batch_file import Record
from signer.batches.manifest import PURPOSE
from signer.sealing.envelope import ENVELOPE_SIZES
from tests.batches.pieces import (
    ENCAPSULATED_BYTES,
    OTHERS,
    RECORDS,
    SOMEBODY,
    STRANGER,
    Good,
    records_of,
    with_byte_changed,
)
from tests.cases import every_case
from tests.offline.ceremony import KEY, MANIFEST_KEY, trust_of
from tests.offline.conftest import Desk
from tests.offline.making import INITIATIVE, manifest_of, sealed


@every_case(
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


@every_case(
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


@every_case("entry", OTHER_VALUES)
@every_case("signed_by", ["the instance, before the change", "a stranger"])
def test_a_changed_manifest_is_refused_if_anybody_but_the_instance_signed_it(
    good: Good, entry: str, signed_by: str
) -> None:
    manifest = replace(good.manifest, **{entry: OTHER_VALUES[entry]})  # type: ignore[arg-type]
    signature = STRANGER.sign(PURPOSE, manifest.encode()) if signed_by == "a stranger" else good.signature

    good.assert_refused(good.packed(manifest=manifest, signature=signature), "the signature does not fit key")


def test_every_entry_of_a_manifest_was_changed_above(good: Good) -> None:
    """Besides the markings, which have one value."""
    assert {*OTHER_VALUES, "markings"} == set(vars(good.manifest))


@every_case(
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


@every_case(
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
