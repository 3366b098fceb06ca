"""Freezing and exporting: every open statement once, none twice, and the same bytes each time."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from signer.atomic_file import FileNotWritten
from signer.batches.batch_file import MalformedBatch, open_batch
from signer.batches.freeze import NotFinal, NothingToFreeze, freeze
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary, list_batches
from signer.batches.reconcile import Unreconciled
from signer.batches.state import State, WrongStep
from signer.batches.tables import batch
from signer.database import reading, writing
from signer.ledger.checkpoint import read_checkpoint
from signer.sealing.canonical import decode_plaintext
from signer.sealing.code import Code
from signer.sealing.opening import open_envelope
from signer.statements.store import CollectionFinalised
from signer.statements.tables import statement
from tests.acts import MAY_DAY, act, erase_now, export_to
from tests.conftest import END, NUMBER, Instance
from tests.people import ADA
from tests.signing import record
from tests.solved import new_check

AFTER = END + timedelta(days=1)


def sign(instance: Instance, count: int, *, on: date = MAY_DAY) -> list[Code]:
    """Record `count` statements of Germans."""
    codes = [Code.new() for _ in range(count)]
    for code in codes:
        record(instance.store, instance.collection("DE"), ADA, code=code, on=on)
    return codes


def freeze_germany(
    instance: Instance, *, final: bool = False, on: date = MAY_DAY, until: date | None = None
) -> Manifest:
    """Freeze what is open of Germany."""
    return act(instance.engine, instance.settings, on=on)(freeze)(NUMBER, "DE", until=until, final=final)


def batches(instance: Instance) -> tuple[BatchSummary, ...]:
    """List the batches."""
    with reading(instance.engine) as connection:
        return list_batches(connection, NUMBER)


def test_a_final_batch_holds_every_statement_and_each_opens(instance: Instance, tmp_path: Path) -> None:
    codes = sign(instance, 12)

    freeze_germany(instance, final=True, on=AFTER)
    path = export_to(tmp_path, instance.engine, instance.settings, batches(instance)[0], on=AFTER)

    with open_batch(path, instance.trust.manifest_key) as opened:
        opened.require_exact()
        records = list(opened.records())
        note = opened.manifest.checkpoint
    assert {found.statement_id for found in records} == {code.statement_id for code in codes}
    for found in records:
        context = instance.collection("DE").context(found.statement_id, found.on)
        plaintext = open_envelope(found.envelope, instance.opening_key, context)
        assert dict(decode_plaintext(plaintext).fields) == ADA
    checkpoint = read_checkpoint(note, origin=instance.trust.log_origin, key=instance.trust.log_key)
    assert checkpoint.size == 12


def test_making_a_batch_file_twice_gives_the_same_bytes(instance: Instance, tmp_path: Path) -> None:
    sign(instance, 5)
    freeze_germany(instance, until=MAY_DAY)

    files = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        files.append(
            export_to(tmp_path / name, instance.engine, instance.settings, batches(instance)[0], on=AFTER).read_bytes()
        )

    assert files[0] == files[1]


def test_a_file_that_is_there_is_not_overwritten(instance: Instance, tmp_path: Path) -> None:
    sign(instance, 1)
    freeze_germany(instance, until=MAY_DAY)
    path = export_to(tmp_path, instance.engine, instance.settings, batches(instance)[0], on=AFTER)
    before = path.read_bytes()

    with pytest.raises(FileNotWritten, match="exists already"):
        export_to(tmp_path, instance.engine, instance.settings, batches(instance)[0], on=AFTER)

    assert path.read_bytes() == before


def test_days_after_the_cut_off_stay_open(instance: Instance) -> None:
    sign(instance, 2)
    sign(instance, 3, on=MAY_DAY + timedelta(days=1))

    first = freeze_germany(instance, on=MAY_DAY + timedelta(days=1))
    second = freeze_germany(instance, on=MAY_DAY + timedelta(days=2))

    assert (first.count, first.until, second.count) == (2, MAY_DAY.isoformat(), 3)


def test_without_open_statements_nothing_is_frozen(instance: Instance) -> None:
    with pytest.raises(NothingToFreeze):
        freeze_germany(instance, until=MAY_DAY)

    assert batches(instance) == ()


def test_a_final_batch_waits_for_the_end_of_the_collection(instance: Instance) -> None:
    sign(instance, 1)

    with pytest.raises(NotFinal, match="collects until 2028-01-31"):
        freeze_germany(instance, final=True)

    record(instance.store, instance.collection("DE"), ADA)


def test_a_final_batch_supersedes_the_interim_ones_and_takes_their_statements_in(instance: Instance) -> None:
    sign(instance, 2)
    freeze_germany(instance, until=MAY_DAY)
    sign(instance, 3)

    final = freeze_germany(instance, final=True, on=AFTER)

    interim, last = batches(instance)
    assert (final.count, final.number, last.final) == (5, 2, True)
    assert (interim.state, interim.reason) == (State.FAILED, "superseded by the final batch")
    with pytest.raises(NotFinal, match="is final already"):
        freeze_germany(instance, final=True, on=AFTER)


def test_behind_a_final_batch_nothing_is_recorded(instance: Instance) -> None:
    sign(instance, 1)
    freeze_germany(instance, final=True, on=AFTER)

    with pytest.raises(CollectionFinalised):
        sign(instance, 1)


def test_an_erasure_voids_the_frozen_batch_which_is_then_frozen_anew(instance: Instance, tmp_path: Path) -> None:
    codes = sign(instance, 3)
    freeze_germany(instance, final=True, on=AFTER)

    erase_now(instance.engine, instance.initiative.id, codes[0], on=AFTER)

    (voided,) = batches(instance)
    assert (voided.state, voided.reason) == (State.FAILED, "a statement in it was erased by its signatory")
    with pytest.raises(WrongStep, match="is failed; only a frozen one"):
        export_to(tmp_path, instance.engine, instance.settings, voided, on=AFTER)
    assert list(tmp_path.glob("*.zip")) == []
    assert freeze_germany(instance, final=True, on=AFTER).count == 2


def test_a_removed_row_stops_freeze_and_export(instance: Instance, tmp_path: Path) -> None:
    sign(instance, 3)
    freeze_germany(instance, until=MAY_DAY)
    last = sign(instance, 1)
    with writing(instance.engine) as connection:
        connection.execute(delete(statement).where(statement.c.id == last[0].statement_id))

    with pytest.raises(Unreconciled):
        freeze_germany(instance, until=MAY_DAY)
    with pytest.raises(Unreconciled):
        export_to(tmp_path, instance.engine, instance.settings, batches(instance)[0], on=AFTER)
    assert list(tmp_path.glob("*.zip")) == []


def test_a_statement_slipped_out_of_its_batch_is_found(instance: Instance, tmp_path: Path) -> None:
    codes = sign(instance, 3)
    freeze_germany(instance, until=MAY_DAY)
    with writing(instance.engine) as connection:
        connection.execute(update(statement).where(statement.c.id == codes[0].statement_id).values(batch=None))

    with pytest.raises(Unreconciled, match="batch DE 1 was frozen with 3, but holds 2"):
        export_to(tmp_path, instance.engine, instance.settings, batches(instance)[0], on=AFTER)


def test_changed_bytes_stop_the_export_and_leave_no_file(instance: Instance, tmp_path: Path) -> None:
    """A row replaced by another valid one has the same count but not the digest."""
    codes = sign(instance, 3)
    freeze_germany(instance, until=MAY_DAY)
    key = instance.collection("DE").storage_key
    other = key.wrap(secrets.token_bytes(1921), codes[0].statement_id)
    with writing(instance.engine) as connection:
        connection.execute(update(statement).where(statement.c.id == codes[0].statement_id).values(sealed=other))

    with pytest.raises(MalformedBatch, match="digest"):
        export_to(tmp_path, instance.engine, instance.settings, batches(instance)[0], on=AFTER)

    assert list(tmp_path.glob("*.zip")) == []


def test_statements_that_arrive_during_freezes_are_in_exactly_one_batch_or_open(instance: Instance) -> None:
    germany = instance.collection("DE")

    def keep_signing(_: int) -> None:
        for _ in range(40):
            record(
                instance.store, germany, ADA, code=Code.new(), check_id=new_check(), on=MAY_DAY, confirmed=frozenset()
            )

    sign(instance, 1)
    frozen = 0
    with ThreadPoolExecutor(8) as writers:
        done = [writers.submit(keep_signing, number) for number in range(8)]
        while not all(future.done() for future in done):
            try:
                frozen += freeze_germany(instance, until=MAY_DAY).count
            except NothingToFreeze:
                continue
    for future in done:
        future.result()

    with reading(instance.engine) as connection:
        rows = connection.execute(select(statement.c.batch)).scalars().all()
        counted = sum(connection.execute(select(batch.c.statements)).scalars())
    assert len(rows) == 321
    assert counted == frozen == sum(row is not None for row in rows)
