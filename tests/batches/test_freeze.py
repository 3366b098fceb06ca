"""Freezing and exporting: every statement of the days that are over once, none twice, and the same bytes each time."""

import secrets
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from signer.atomic_file import FileNotWritten
from signer.batches.batch_file import MalformedBatch, open_batch
from signer.batches.freeze import FrozenMeanwhile, NotFinal, NothingToFreeze, freeze, prepare
from signer.batches.ranges import DayRange
from signer.batches.reconcile import FoundOutside, Unreconciled
from signer.batches.state import State
from signer.batches.transitions import open_again
from signer.database import writing
from signer.initiatives.initiative import Status
from signer.initiatives.lifecycle import change_status
from signer.ledger.checkpoint import read_checkpoint
from signer.sealing.canonical import decode_plaintext
from signer.sealing.code import Code
from signer.sealing.opening import open_envelope
from signer.statements.store import BehindFence
from signer.statements.tables import statement
from tests.acts import MAY_DAY, act, export_to, freeze_now
from tests.batches.conftest import AFTER, NEXT, newest, slip_in
from tests.batches.frozen import batches, file_of, freeze_germany, ids_in, ids_of, records_in
from tests.conftest import END, NUMBER, START, Instance
from tests.people import ADA
from tests.signing import record, signed

DAY = timedelta(days=1)


def test_a_final_batch_holds_every_statement_and_each_opens(instance: Instance, tmp_path: Path) -> None:
    codes = signed(instance, 12)

    freeze_germany(instance, final=True, on=AFTER)
    path = export_to(tmp_path, instance.engine, instance.settings, newest(instance), on=AFTER)

    records = records_in(instance, path)
    assert {found.statement_id for found in records} == ids_of(codes)
    for found in records:
        context = instance.collection("DE").context(found.statement_id, found.on)
        plaintext = open_envelope(found.envelope, instance.opening_key, context)
        assert dict(decode_plaintext(plaintext).fields) == ADA
    with open_batch(path, instance.trust.manifest_key) as opened:
        note = opened.manifest.checkpoint
    checkpoint = read_checkpoint(note, origin=instance.trust.log_origin, key=instance.trust.log_key)
    assert checkpoint.size == 12


def test_making_a_batch_file_twice_gives_the_same_bytes(instance: Instance, tmp_path: Path) -> None:
    signed(instance, 5)
    freeze_germany(instance)

    files = [file_of(instance, newest(instance), tmp_path / name).read_bytes() for name in ("first", "second")]

    assert files[0] == files[1]


def test_a_file_that_is_there_is_not_overwritten(instance: Instance, tmp_path: Path) -> None:
    signed(instance, 1)
    freeze_germany(instance)
    path = export_to(tmp_path, instance.engine, instance.settings, newest(instance), on=AFTER)
    before = path.read_bytes()

    with pytest.raises(FileNotWritten, match="exists already"):
        export_to(tmp_path, instance.engine, instance.settings, newest(instance), on=AFTER)

    assert path.read_bytes() == before


# --- which days


def test_days_after_the_cut_off_stay_open(instance: Instance) -> None:
    signed(instance, 2)
    signed(instance, 3, on=NEXT)

    first = freeze_germany(instance, on=NEXT)
    second = freeze_germany(instance, on=NEXT + DAY)

    assert (first.count, first.until, second.count) == (2, MAY_DAY.isoformat(), 3)


def test_a_day_that_is_not_over_is_not_frozen_and_goes_on_taking_statements(instance: Instance) -> None:
    signed(instance, 2)

    with pytest.raises(NotFinal, match=f"{MAY_DAY} is not over yet; the last day that can be taken in is 2027-04-30"):
        freeze_germany(instance, until=MAY_DAY, on=MAY_DAY)

    signed(instance, 1)
    assert freeze_germany(instance, until=MAY_DAY, on=NEXT).count == 3


@pytest.mark.parametrize("final", [True, False])
def test_the_day_on_which_the_collection_was_closed_is_over_at_once(instance: Instance, *, final: bool) -> None:
    signed(instance, 2)
    act(instance.engine, instance.settings)(change_status)(NUMBER, Status.CLOSED)

    made = freeze_germany(instance, final=final, on=MAY_DAY)

    assert (made.count, made.until) == (2, MAY_DAY.isoformat())


def test_an_interim_batch_takes_one_stretch_of_open_days_after_the_other(instance: Instance) -> None:
    """Where a batch was opened again, its days are a stretch of their own: what lies behind them is frozen already."""
    days = [MAY_DAY + 2 * place * DAY for place in range(4)]
    for place, day in enumerate(days, start=1):
        signed(instance, place, on=day)
    for day in days[:3]:
        freeze_germany(instance, on=day + DAY)
    for there in batches(instance)[:2]:
        act(instance.engine, instance.settings)(open_again)(there, reason="two letters of a title were wrong")

    again = [freeze_germany(instance, on=days[3] + DAY) for _ in range(2)]

    assert [(made.count, made.first_day, made.until) for made in again] == [
        (1 + 2, days[0].isoformat(), days[1].isoformat()),
        (4, days[3].isoformat(), days[3].isoformat()),
    ]
    with pytest.raises(NothingToFreeze):
        freeze_germany(instance, on=days[3] + DAY)
    living = [(there.since, there.until) for there in batches(instance) if there.is_living]
    assert sorted(living) == [(START, days[1]), (days[1] + DAY, days[2]), (days[2] + DAY, days[3])]


def test_of_two_who_freeze_the_same_days_one_is_told_that_the_other_has(instance: Instance) -> None:
    signed(instance, 2)
    first, second = (
        prepare(instance.engine, instance.settings, NUMBER, "DE", until=None, final=False, on=NEXT) for _ in range(2)
    )
    act(instance.engine, instance.settings)(freeze)(second)

    with pytest.raises(FrozenMeanwhile, match="nothing was frozen, try again"):
        act(instance.engine, instance.settings)(freeze)(first)

    assert [there.number for there in batches(instance)] == [1]


def test_without_open_statements_nothing_is_frozen(instance: Instance) -> None:
    with pytest.raises(NothingToFreeze):
        freeze_germany(instance)

    assert batches(instance) == ()


def test_a_final_batch_waits_for_the_end_of_the_collection(instance: Instance) -> None:
    signed(instance, 1)

    with pytest.raises(NotFinal, match="collects until 2028-01-31"):
        freeze_germany(instance, final=True)

    signed(instance, 1)


def test_a_final_batch_supersedes_the_interim_ones_and_takes_their_statements_in(instance: Instance) -> None:
    signed(instance, 2)
    freeze_germany(instance)
    signed(instance, 3, on=NEXT)

    final = freeze_germany(instance, final=True, on=AFTER)

    interim, last = batches(instance)
    assert (final.count, final.number, last.final) == (5, 2, True)
    assert (interim.state, interim.reason) == (State.FAILED, "superseded by the final batch")
    with pytest.raises(NotFinal, match="is final already"):
        freeze_germany(instance, final=True, on=AFTER)


def test_behind_an_interim_batch_nothing_is_recorded_for_its_days_by_any_member_state(instance: Instance) -> None:
    signed(instance, 1)
    freeze_germany(instance)

    for member_state in ("DE", "FR"):
        with pytest.raises(BehindFence):
            signed(instance, 1, member_state=member_state)
        signed(instance, 1, member_state=member_state, on=NEXT)


def test_behind_a_final_batch_nothing_is_recorded(instance: Instance) -> None:
    signed(instance, 1)
    freeze_germany(instance, final=True, on=AFTER)

    for day in (START, MAY_DAY, END):
        with pytest.raises(BehindFence):
            signed(instance, 1, on=day)


# --- what is erased


def test_a_removed_row_stops_freeze_and_export(instance: Instance, tmp_path: Path) -> None:
    signed(instance, 3)
    freeze_germany(instance)
    last = signed(instance, 2, on=NEXT)
    freeze_germany(instance, on=NEXT + DAY)
    with writing(instance.engine) as connection:
        connection.execute(delete(statement).where(statement.c.id == last[0].statement_id))

    with pytest.raises(Unreconciled):
        freeze_germany(instance, final=True, on=AFTER)
    for there in batches(instance):
        with pytest.raises(Unreconciled):
            export_to(tmp_path, instance.engine, instance.settings, there, on=AFTER)
    assert list(tmp_path.glob("*.zip")) == []


def test_a_row_that_came_in_behind_the_fence_stops_freeze_and_export(instance: Instance, tmp_path: Path) -> None:
    """With its leaf and its count, so that all numbers but the batch's agree."""
    signed(instance, 3)
    freeze_germany(instance)
    slip_in(instance)

    with pytest.raises(FoundOutside, match="batch DE 1 was made of 3 statements and has 3 left, but 4 are of its days"):
        export_to(tmp_path, instance.engine, instance.settings, newest(instance), on=AFTER)
    with pytest.raises(FoundOutside):
        freeze_germany(instance, final=True, on=AFTER)
    assert list(tmp_path.glob("*.zip")) == []


def test_changed_bytes_stop_the_export_and_leave_no_file(instance: Instance, tmp_path: Path) -> None:
    """A row replaced by another valid one has the same count but not the digest."""
    codes = signed(instance, 3)
    freeze_germany(instance)
    key = instance.collection("DE").storage_key
    other = key.wrap(secrets.token_bytes(1921), codes[0].statement_id)
    with writing(instance.engine) as connection:
        connection.execute(update(statement).where(statement.c.id == codes[0].statement_id).values(sealed=other))

    with pytest.raises(MalformedBatch, match="digest"):
        export_to(tmp_path, instance.engine, instance.settings, newest(instance), on=AFTER)

    assert list(tmp_path.glob("*.zip")) == []


def test_a_fault_of_ours_in_choosing_statements_shows_before_a_file_is_given_out(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The numbers are looked at by counting rows, not by the way by which the file was made."""
    signed(instance, 2)
    french = signed(instance, 1, member_state="FR")
    freeze_now(instance.engine, instance.settings, "FR", number=NUMBER, on=NEXT)
    chosen = DayRange.records

    def too_much(self: DayRange, *arguments: object) -> object:
        other = DayRange(self.initiative_id, "FR", self.since, self.until)
        both = [*chosen(self, *arguments), *chosen(other, *arguments)]  # type: ignore[arg-type]
        return iter(sorted(both, key=lambda each: each.statement_id))

    monkeypatch.setattr(DayRange, "records", too_much)
    assert freeze_germany(instance).count == 2 + len(french)

    with pytest.raises(Unreconciled, match="batch DE 1 was made of 3 statements"):
        export_to(tmp_path, instance.engine, instance.settings, batches(instance)[0], on=AFTER)
    assert list(tmp_path.glob("*.zip")) == []


# --- people who sign meanwhile


def test_whoever_signs_while_days_end_and_are_frozen_is_in_exactly_one_batch(
    instance: Instance, tmp_path: Path
) -> None:
    """Midnight comes again and again: who meets the fence signs with the new day, as the service does for them."""
    germany, clock, ended = instance.collection("DE"), [MAY_DAY], threading.Event()

    def keep_signing() -> list[Code]:
        codes = []
        while not ended.is_set():
            code = Code.new()
            # Once more with the new day, which may end as well while this is under way.
            while not is_recorded(code):
                continue
            codes.append(code)
        return codes

    def is_recorded(code: Code) -> bool:
        try:
            record(instance.store, germany, ADA, code=code, on=clock[0])
        except BehindFence:
            return False
        return True

    with ThreadPoolExecutor(8) as writers:
        done = [writers.submit(keep_signing) for _ in range(8)]
        try:
            while len(batches(instance)) < 5 and not any(future.done() for future in done):
                clock[0] += DAY
                with suppress(NothingToFreeze):
                    freeze_germany(instance, on=clock[0])
        finally:
            ended.set()
    codes = [code for future in done for code in future.result()]
    with suppress(NothingToFreeze):
        freeze_germany(instance, on=clock[0] + DAY)

    frozen = Counter[bytes]()
    for there in batches(instance):
        frozen.update(ids_in(instance, file_of(instance, there, tmp_path / str(there.number))))
    assert max(frozen.values()) == 1
    assert set(frozen) == ids_of(codes)
