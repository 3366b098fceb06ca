"""Whatever does not fit: exit 1, one line that names it, one on what to do, and no output folder."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from signer.batches.batch_file import Record
from signer.ledger.checkpoint import Checkpoint
from signer.offline.folder import UNFINISHED
from signer.sealing.canonical import encode_plaintext
from signer.sealing.context import Context
from signer.sealing.envelope import HEADER_BYTES, seal
from signer.sealing.opening import OpeningKey
from signer.sealing.signing import SigningKey
from tests.cases import every_case
from tests.offline.ceremony import KEY, LOG_KEY, NUMBER, ORIGIN, trust_of
from tests.offline.conftest import Desk
from tests.offline.making import INITIATIVE, MAY_DAY, Sealed, sealed
from tests.offline.refused import assert_not_opened, assert_nothing_left, assert_refused
from tests.people import ADA

ROOT = bytes(32)


def changed(path: Path, at: Callable[[bytes], int]) -> Path:
    """The file with one bit of one byte turned."""
    content = bytearray(path.read_bytes())
    content[at(bytes(content))] ^= 1
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "at",
    [
        lambda content: 0,
        lambda content: content.index(b'"collection_end"'),
        lambda content: content.index(b"manifest.sig") + 20,
        lambda content: content.index(b"2027-05-01", content.index(b"statements.bin")) + 40,
        lambda content: content.rindex(b"manifest.json"),
        lambda content: len(content) - 1,
    ],
    ids=["header", "manifest", "signature", "envelope", "directory", "end"],
)
def test_a_batch_with_one_changed_bit_is_refused(desk: Desk, at: Callable[[bytes], int]) -> None:
    batch = changed(desk.make.batch(sealed(1), sealed(2)), at)

    assert_refused(desk, str(batch), batch)


@pytest.mark.parametrize("kept", [0, 10, 500, 3000, -1])
def test_a_batch_that_is_cut_off_is_refused(desk: Desk, kept: int) -> None:
    batch = desk.make.batch(sealed(1), sealed(2))
    batch.write_bytes(batch.read_bytes()[:kept])

    assert_refused(desk, str(batch), batch)


def test_a_file_that_is_no_batch_is_refused(desk: Desk) -> None:
    batch = desk.folder / "holiday.zip"
    batch.write_text("not a batch")

    assert_refused(desk, "not readable as a batch file", batch)


def test_every_batch_that_does_not_fit_is_named(desk: Desk) -> None:
    good, bad = desk.make.batch(sealed(1)), desk.make.batch(sealed(2), number=2)
    worse = desk.make.batch(sealed(3, member_state="XX"), number=3)
    bad.write_bytes(bad.read_bytes()[:-1])

    result = desk.verify(good, bad, worse)

    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert any(str(bad) in line for line in lines)
    assert any(str(worse) in line for line in lines)
    assert not any(str(good) in line for line in lines if not line.startswith("verifying"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"member_state": "XX"}, "XX is not a Member State"),
        ({"member_state": "EL"}, "EL is not a Member State"),
        ({"initiative": replace(INITIATIVE, registration_number="2027/000043")}, "registration number"),
        ({"initiative": replace(INITIATIVE, scheme="other")}, "scheme"),
        ({"initiative": replace(INITIATIVE, collection_end="2027-04-30")}, "collection was from"),
        ({"initiative": replace(INITIATIVE, collection_start="2027-05-02")}, "collection was from"),
        ({"key_fingerprint": "ab" * 32}, "key fingerprint"),
        ({"first_day": "2027-04-30"}, "the manifest says otherwise"),
        ({"last_day": "2027-05-02"}, "the manifest says otherwise"),
        ({"first_day": "2027-05-02", "last_day": "2027-05-02"}, "outside the days"),
        ({"until": "2027-04-30"}, "out of order"),
        ({"checkpoint": ""}, "checkpoint"),
        ({"checkpoint": Checkpoint("other.example/log", 9, ROOT).sign(LOG_KEY)}, "checkpoint"),
        ({"checkpoint": Checkpoint(ORIGIN, 9, ROOT).sign(SigningKey.from_seed(bytes(32)))}, "checkpoint"),
        ({"checkpoint": Checkpoint(ORIGIN, 0, ROOT).sign(LOG_KEY)}, "the log had 0 leaves"),
    ],
)
def test_a_manifest_that_does_not_fit_the_trust_file_is_refused(
    desk: Desk, changes: dict[str, object], words: str
) -> None:
    """Signed by the right key all the same: the instance itself may be in wrong hands."""
    batch = desk.make.of_records([sealed(1).record(KEY.recipient)], **changes)

    assert_refused(desk, words, batch)


def test_a_batch_signed_by_another_instance_is_refused(desk: Desk) -> None:
    stranger = SigningKey.from_seed(bytes([9]) * 32)
    desk.trust.write_bytes(replace(trust_of(rehearsal=True), manifest_key=stranger.verifying_key).to_json())

    assert_refused(desk, "signature", desk.make.batch(sealed(1)))


def test_an_envelope_of_another_key_is_refused_before_opening(desk: Desk) -> None:
    stranger = OpeningKey.from_seed(bytes([9]) * 32)

    assert_refused(desk, "another key", desk.make.of_records([sealed(1).record(stranger.recipient)]))


def moved(statement: Sealed, **changes: object) -> list[Record]:
    """A record that stands elsewhere than it was sealed for."""
    return [statement.record(KEY.recipient)._replace(**changes)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "records",
    [
        moved(sealed(1), statement_id=bytes(15) + b"\1"),
        moved(sealed(1), on=date(2027, 5, 2)),
        [sealed(1, member_state="FR").record(KEY.recipient)],
        [sealed(1).record(KEY.recipient, number="2027/000041")],
        [sealed(1).record(KEY.recipient), *moved(sealed(2), envelope=sealed(1).record(KEY.recipient).envelope)],
    ],
    ids=["id", "day", "Member State", "initiative", "another row's envelope"],
)
def test_a_moved_statement_does_not_open(desk: Desk, records: list[Record]) -> None:
    """Whoever runs the service can sign any batch; the envelope still knows where it belongs."""
    assert_not_opened(desk, "does not open where it stands", desk.make.of_records(records))


@pytest.mark.parametrize("at", [HEADER_BYTES, HEADER_BYTES + 1100, HEADER_BYTES + 1500, -1])
def test_a_changed_envelope_does_not_open(desk: Desk, at: int) -> None:
    envelope = bytearray(sealed(1).record(KEY.recipient).envelope)
    envelope[at] ^= 1
    batch = desk.make.of_records([*moved(sealed(1), envelope=bytes(envelope)), sealed(2).record(KEY.recipient)])

    assert_not_opened(desk, sealed(1).code.statement_id.hex(), batch)


def test_one_bad_statement_among_good_ones_leaves_nothing_behind(desk: Desk) -> None:
    good = [sealed(number).record(KEY.recipient) for number in range(1, 9)]
    first = desk.make.of_records(good)
    second = desk.make.batch(sealed(20, ADA | {"street": "\0"}, member_state="FR"))

    assert_not_opened(desk, "character that XML cannot hold", first, second)


@pytest.mark.parametrize(
    ("fields", "confirmed", "words"),
    [
        ({}, (), "its fields are not those"),
        ({name: value for name, value in ADA.items() if name != "city"}, (), "its fields are not those"),
        (ADA | {"email": "a@example.org"}, (), "its fields are not those"),
        (ADA, ("email",), "a confirmation is for no field"),
        (ADA | {"date_of_birth": "13/07/1984"}, (), "date of birth"),
        (ADA | {"date_of_birth": "19840713"}, (), "date of birth"),
    ],
)
def test_opened_fields_that_do_not_fit_the_form_are_refused(
    desk: Desk, fields: dict[str, str], confirmed: tuple[str, ...], words: str
) -> None:
    assert_not_opened(desk, words, desk.make.batch(sealed(1, fields, confirmed=frozenset(confirmed))))


@pytest.mark.parametrize(
    "plaintext",
    [
        bytes(768),
        encode_plaintext(ADA, blind=bytes(32), confirmed=frozenset())[:-1] + b"x",
        encode_plaintext(ADA, blind=bytes(31), confirmed=frozenset()),
        encode_plaintext(ADA, blind=bytes(32), confirmed=frozenset()).replace(b'"city":', b'"city" :')[:768],
    ],
    ids=["empty", "padding", "short blind", "spaces"],
)
def test_a_plain_text_in_any_other_form_is_refused(desk: Desk, plaintext: bytes) -> None:
    code = sealed(1).code
    envelope = seal(plaintext, KEY.recipient, Context(NUMBER, "DE", code.statement_id, MAY_DAY))

    assert_not_opened(desk, "canonical form", desk.make.of_records([Record(code.statement_id, MAY_DAY, envelope)]))


def test_the_same_batch_given_twice_is_refused(desk: Desk) -> None:
    batch = desk.make.batch(sealed(1), final=False)

    assert_refused(desk, "given twice", batch, batch)


def test_a_final_batch_is_given_alone(desk: Desk) -> None:
    """It holds every statement; the earlier batches were superseded by it."""
    former, final = desk.make.batch(sealed(1), final=False), desk.make.batch(sealed(1), sealed(2), number=2)

    assert_refused(desk, "without the others\nLeave out the files", former, final)


def test_a_statement_in_two_batches_of_one_member_state_is_refused(desk: Desk) -> None:
    former = desk.make.batch(sealed(1), sealed(2), final=False)
    latter = desk.make.batch(sealed(2), sealed(3), final=False, number=2)

    assert_refused(desk, sealed(2).code.statement_id.hex(), former, latter)


def test_a_real_batch_that_is_not_final_is_not_opened(desk: Desk) -> None:
    """Real statements are opened once, after collection has closed."""
    desk.trust.write_bytes(trust_of(rehearsal=False).to_json())
    batch = desk.make.batch(sealed(1), final=False)

    assert_not_opened(desk, "is not final", batch)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "a JSON object was expected"),
        (b'{"format": "signer trust file 2"}', "does not say"),
        (trust_of(rehearsal=True).to_json().replace(b'"scheme"', b'"schema"'), "scheme"),
        (trust_of(rehearsal=True).to_json().replace(b"true", b'"true"'), "rehearsal"),
        (trust_of(rehearsal=True).to_json().replace(b"{", b'{"more": 1,', 1), "more is not known here"),
        (trust_of(rehearsal=True).to_json().replace(b"{", b'{"rehearsal": false,', 1), "twice"),
        (trust_of(rehearsal=True).to_json().replace(b"2027-01-15", b"2027-02-30"), "made_on"),
        (trust_of(rehearsal=True, scheme="mars").to_json(), "the scheme mars cannot be used"),
        (trust_of(rehearsal=True, fingerprint=bytes(32)).to_json(), "key fingerprint"),
        (trust_of(rehearsal=True, number="2027/000001").to_json(), "registration number"),
        (b"[" * 100_000, "not JSON"),
        (b" " * 2_000_000, "longer than"),
    ],
)
def test_a_trust_file_that_does_not_fit_is_refused(desk: Desk, content: bytes, words: str) -> None:
    desk.trust.write_bytes(content)

    assert_refused(desk, words, desk.make.batch(sealed(1)))


def test_what_is_there_is_not_overwritten(desk: Desk) -> None:
    desk.out.mkdir()
    (desk.out / "thesis.txt").write_text("years of work")

    result = desk.open(desk.make.batch(sealed(1)))

    assert result.exit_code == 1
    assert "nothing is overwritten" in result.stderr
    assert [path.name for path in desk.out.iterdir()] == ["thesis.txt"]


def test_an_empty_folder_may_be_there(desk: Desk) -> None:
    desk.out.mkdir(mode=0o755)

    assert desk.open(desk.make.batch(sealed(1))).exit_code == 0
    assert desk.out.stat().st_mode & 0o777 == 0o700


def test_what_a_killed_run_left_behind_is_named(desk: Desk) -> None:
    """It may hold clear text: somebody has to delete it knowingly."""
    left = desk.out.with_name("out" + UNFINISHED)
    left.mkdir()

    result = desk.open(desk.make.batch(sealed(1)))

    assert result.exit_code == 1
    assert str(left) in result.stderr
    assert "delete that folder" in result.stderr
    assert left.exists()
    assert not desk.out.exists()


def test_a_link_in_place_of_the_output_is_refused(desk: Desk) -> None:
    (desk.folder / "elsewhere").mkdir()
    desk.out.symlink_to(desk.folder / "elsewhere")

    assert desk.open(desk.make.batch(sealed(1))).exit_code == 1
    assert not any((desk.folder / "elsewhere").iterdir())


def test_a_missing_parent_folder_is_named(desk: Desk) -> None:
    missing = replace(desk, folder=desk.folder / "missing")

    result = missing.open(desk.make.batch(sealed(1)))

    assert result.exit_code == 1
    assert "is not there" in result.stderr


def test_clear_text_is_asked_for_by_name(desk: Desk) -> None:
    batch = desk.make.batch(sealed(1))

    result = desk.run("open", batch, "--trust", desk.trust, "--format", "xml", "--out", desk.out)

    assert result.exit_code == 2
    assert "--plain is needed" in result.stderr
    assert_nothing_left(desk)


@every_case("arguments", [(), ("open",), ("verify",), ("keygen",), ("verify", "no-such-file"), ("shut",)])
def test_wrong_usage_exits_with_2(desk: Desk, arguments: tuple[str, ...]) -> None:
    assert desk.run(*arguments).exit_code == 2


def test_verify_tells_programs_what_it_refused(desk: Desk) -> None:
    batch = desk.make.batch(sealed(1, member_state="XX"))

    result = desk.run("verify", batch, "--trust", desk.trust, "--json")

    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["verified"], len(answer["refused"])) == (1, False, 1)


def test_verify_names_what_fits(desk: Desk) -> None:
    result = desk.verify(desk.make.batch(sealed(1)), desk.make.batch(sealed(2, member_state="FR"), final=False))

    assert result.exit_code == 0
    assert "DE 1, final, 1 statements from 2027-05-01 to 2027-05-01: fits" in result.stdout
    assert "FR 1, not final" in result.stdout
