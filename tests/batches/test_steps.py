"""The life of a batch: each step is recorded, none can be skipped, and there is no way back from an authority."""

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pytest

from signer.audit.entry import EntryKind
from signer.audit.read import latest_entries
from signer.batches.certify import certify, read_result
from signer.batches.export import export_pieces
from signer.batches.queries import BatchSummary, Certificate, UnknownBatch, find_batch, read_steps
from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.batches.state import State, WrongStep
from signer.batches.transitions import NotReady, hand_over, open_again, receive
from signer.database import reading
from signer.initiatives.queries import find_initiative
from tests.acts import TESTER, act, erase_now, export_to, freeze_now
from tests.batches.conftest import AFTER, NEXT, newest
from tests.cases import every_case
from tests.conftest import NUMBER, Instance
from tests.signing import signed

RECEIVED = AFTER + timedelta(days=10)
ISSUED = AFTER + timedelta(days=40)
OFFICE = "Authority of Invention, office 4"


def give(instance: Instance, batch: BatchSummary, file: Path, *, recipient: str = OFFICE) -> None:
    """Hand over what `file` holds."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    act(instance.engine, instance.settings, on=AFTER)(hand_over)(batch, recipient=recipient, digest=digest)


def receive_it(instance: Instance, batch: BatchSummary, *, received_on: date = RECEIVED) -> None:
    """The authority has everything."""
    act(instance.engine, instance.settings, on=RECEIVED)(receive)(batch, reference="Letter 7", received_on=received_on)


@pytest.fixture
def handed_over(instance: Instance, final: BatchSummary, exported: Path) -> BatchSummary:
    """The final batch, handed over to the authority."""
    give(instance, final, exported)
    return final


@pytest.fixture
def received(instance: Instance, handed_over: BatchSummary) -> BatchSummary:
    """The final batch, of which the authority has everything."""
    receive_it(instance, handed_over)
    return handed_over


def certify_it(instance: Instance, batch: BatchSummary, **changes: object) -> None:
    """The authority certifies eleven online and three on paper."""
    values = {"issued_on": ISSUED, "reference": "Certificate 9", "valid_online": 11, "valid_paper": 3, "invalid": {}}
    certificate = Certificate(**(values | changes))  # type: ignore[arg-type]
    act(instance.engine, instance.settings, on=ISSUED)(certify)(batch, certificate)


def reconciled(instance: Instance) -> StatementCounts:
    """The numbers of Germany, which agree."""
    return require_reconciled(instance.engine).of(instance.initiative.id, "DE")


def test_the_way_of_a_batch_to_its_certificate_is_recorded_step_by_step(
    instance: Instance, final: BatchSummary, exported: Path
) -> None:
    give(instance, final, exported)
    receive_it(instance, final)
    certify_it(instance, final, invalid={"duplicate": 1})

    with reading(instance.engine) as connection:
        steps = read_steps(connection, final.id)
        entries = latest_entries(connection, 5)
        result = read_result(connection, find_initiative(connection, NUMBER))
    assert [(step.step, step.taken_on) for step in steps] == [
        ("frozen", AFTER),
        ("exported", AFTER),
        ("handed_over", AFTER),
        ("received", RECEIVED),
        ("certified", ISSUED),
    ]
    assert {(step.actor, step.count) for step in steps} == {(TESTER, 12)}
    assert [entry.kind for entry in reversed(entries)] == [
        EntryKind.BATCH_FROZEN,
        EntryKind.BATCH_EXPORTED,
        EntryKind.BATCH_HANDED_OVER,
        EntryKind.BATCH_RECEIVED,
        EntryKind.BATCH_CERTIFIED,
    ]
    assert (result.valid, result.member_states_reached, result.is_enough) == (14, 0, False)
    assert result.waited_for == ()
    assert result.submit_by == date(ISSUED.year, ISSUED.month + 3, ISSUED.day)


def test_the_file_is_the_one_whose_digest_was_recorded_at_the_freeze(
    instance: Instance, final: BatchSummary, exported: Path
) -> None:
    """The same statements give the same bytes: as a file, and as a download."""
    downloaded = b"".join(export_pieces(instance.engine, instance.settings, final))

    assert hashlib.sha256(exported.read_bytes()).hexdigest() == final.digest
    assert downloaded == exported.read_bytes()


def test_another_file_is_not_handed_over(instance: Instance, final: BatchSummary, exported: Path) -> None:
    exported.write_bytes(exported.read_bytes()[:-1])

    with pytest.raises(NotReady, match=f"was frozen as {final.digest}"):
        give(instance, final, exported)

    assert newest(instance).state is State.FROZEN


def test_a_batch_that_was_never_exported_is_not_handed_over(instance: Instance, final: BatchSummary) -> None:
    with pytest.raises(NotReady, match="never exported"):
        act(instance.engine, instance.settings, on=AFTER)(hand_over)(final, recipient=OFFICE, digest=final.digest)


def test_an_interim_batch_is_not_handed_over(instance: Instance, tmp_path: Path) -> None:
    signed(instance, 2)
    freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, on=NEXT)
    interim = newest(instance)
    path = export_to(tmp_path, instance.engine, instance.settings, interim)

    with pytest.raises(NotReady, match="not final"):
        give(instance, interim, path)


def test_no_step_can_be_skipped(instance: Instance, final: BatchSummary, exported: Path) -> None:
    with pytest.raises(WrongStep, match="DE 1 is frozen and cannot become received"):
        receive_it(instance, final)
    with pytest.raises(WrongStep, match="cannot become certified"):
        certify_it(instance, final)

    give(instance, final, exported)

    with pytest.raises(WrongStep, match="is handed_over and cannot become handed_over"):
        give(instance, final, exported)
    with pytest.raises(WrongStep, match="cannot become certified"):
        certify_it(instance, final)


def test_a_batch_is_opened_again_only_before_an_authority_has_it(
    instance: Instance, final: BatchSummary, exported: Path
) -> None:
    reason = "two letters of a title were wrong"
    again = act(instance.engine, instance.settings, on=AFTER)(open_again)
    again(final, reason=reason)
    assert reconciled(instance) == StatementCounts(received=12, open=12)

    freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, final=True, on=AFTER)
    anew = newest(instance)
    path = export_to(exported.parent, instance.engine, instance.settings, anew, on=AFTER)
    give(instance, anew, path)

    with pytest.raises(WrongStep, match="DE 2 is handed_over and cannot become failed"):
        again(anew, reason=reason)
    assert reconciled(instance) == StatementCounts(received=12, in_batches=12)


def test_what_was_erased_since_the_file_was_made_stops_the_hand_over_until_it_is_exported_again(
    instance: Instance, tmp_path: Path
) -> None:
    """Behind the hand-over it is counted beside: the authority's file cannot change; our row is gone all the same."""
    first, second, third, *_ = signed(instance, 5)
    freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, final=True, on=AFTER)
    frozen = newest(instance)
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, erased in ((old, first), (new, second)):
        folder.mkdir()
        export_to(folder, instance.engine, instance.settings, newest(instance), on=AFTER)
        erase_now(instance.engine, instance.settings, instance.initiative, erased, on=AFTER)
        with pytest.raises(NotReady, match="batch DE 1 were erased since its file was made; export it again"):
            give(instance, newest(instance), file_in(folder))

    last = export_to(tmp_path, instance.engine, instance.settings, newest(instance), on=AFTER)
    for folder in (old, new):
        with pytest.raises(NotReady, match="the file given has"):
            give(instance, newest(instance), file_in(folder))
    # Whoever has had the page open since before knows the digest of the file only that was made first.
    with pytest.raises(NotReady):
        give(instance, frozen, file_in(old))
    give(instance, newest(instance), last)
    erase_now(instance.engine, instance.settings, instance.initiative, third, on=AFTER)

    there = newest(instance)
    assert (there.state, there.count) == (State.HANDED_OVER, 3)
    assert reconciled(instance) == StatementCounts(received=5, in_batches=2, erased=3)
    receive_it(instance, there)
    certify_it(instance, there, valid_online=3)


def file_in(folder: Path) -> Path:
    """The only file of a folder."""
    (file,) = folder.iterdir()
    return file


@every_case(
    ("changes", "named"),
    [
        ({"valid_online": 13}, "13 valid online statements are certified, but batch DE 1 has 12"),
        ({"valid_paper": -1}, "between 0 and"),
        ({"issued_on": ISSUED + timedelta(days=1)}, "has not come yet"),
        ({"issued_on": RECEIVED - timedelta(days=1)}, "when the authority had all statements"),
        ({"reference": " \n"}, "the reference is empty"),
        ({"reference": "two\nlines"}, "one line"),
        ({"reference": "x" * 501}, "at most 500"),
        ({"invalid": {"too_late": 2}}, "no reason for invalid statements is called 'too_late'"),
        ({"invalid": {"duplicate": -2}}, "between 0 and"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused(
    instance: Instance, received: BatchSummary, changes: dict[str, object], named: str
) -> None:
    with pytest.raises(NotReady, match=named):
        certify_it(instance, received, **changes)

    assert newest(instance).state is State.RECEIVED


def test_a_corrected_certificate_counts_in_place_of_the_first(
    instance: Instance, final: BatchSummary, exported: Path
) -> None:
    give(instance, final, exported)
    receive_it(instance, final)
    certify_it(instance, final)
    certify_it(instance, final, reference="Certificate 9, corrected", valid_online=10)

    with reading(instance.engine) as connection:
        result = read_result(connection, find_initiative(connection, NUMBER))
    assert result.valid == 13


def test_the_authority_has_three_months_from_the_day_on_which_it_had_everything(
    instance: Instance, final: BatchSummary, exported: Path
) -> None:
    def due() -> date | None:
        with reading(instance.engine) as connection:
            found = read_result(connection, find_initiative(connection, NUMBER))
        (waited,) = found.waited_for
        return waited.due_on

    assert due() == date(2028, 4, 30), "to be handed over three months after 31 January 2028"
    give(instance, final, exported)
    assert due() is None, "nothing runs until the authority says that it has everything"
    receive_it(instance, final)
    assert due() == date(RECEIVED.year, RECEIVED.month + 3, RECEIVED.day)


@every_case("received_on", [AFTER - timedelta(days=1), RECEIVED + timedelta(days=1)])
def test_a_day_of_receipt_that_cannot_be_is_refused(
    instance: Instance, handed_over: BatchSummary, received_on: date
) -> None:
    with pytest.raises(NotReady):
        receive_it(instance, handed_over, received_on=received_on)


def test_a_batch_that_is_not_there_is_named(instance: Instance) -> None:
    with reading(instance.engine) as connection, pytest.raises(UnknownBatch, match="no batch 7"):
        find_batch(connection, NUMBER, "DE", 7)


@pytest.mark.parametrize(("member_state", "number"), [("D\0", 1), ("DE", 0), ("DE", 10**30), ("", 1)])
def test_what_no_database_takes_names_no_batch(instance: Instance, member_state: str, number: int) -> None:
    """PostgreSQL would answer such a question with an error, as if it were not there."""
    with reading(instance.engine) as connection, pytest.raises(UnknownBatch):
        find_batch(connection, NUMBER, member_state, number)
