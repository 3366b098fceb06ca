"""A batch of which something is erased: its file is made again without it, and both digests stay recorded."""

import hashlib
from functools import partial
from pathlib import Path

import pytest

from signer.audit.entry import EntryKind
from signer.audit.read import latest_entries
from signer.audit.unit_of_work import unit_of_work
from signer.batches import export as exporting
from signer.batches.export import brought_up_to_date, export
from signer.batches.freeze import NothingToFreeze, freeze, prepare
from signer.batches.queries import read_steps
from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.batches.state import State, WrongStep
from signer.batches.transitions import open_again
from signer.database import reading
from tests.acts import TESTER, act, export_to
from tests.batches.conftest import AFTER, NEXT, newest
from tests.batches.frozen import erase_it, file_of, freeze_germany, ids_in, ids_of
from tests.conftest import NUMBER, Instance
from tests.signing import signed


def test_what_was_erased_since_is_left_out_of_the_next_file_and_both_digests_stay_recorded(
    instance: Instance, tmp_path: Path
) -> None:
    codes = signed(instance, 3)
    freeze_germany(instance, final=True, on=AFTER)
    before = newest(instance)
    first = file_of(instance, before, tmp_path / "first")

    erase_it(instance, codes[0])
    assert newest(instance) == before
    second = file_of(instance, before, tmp_path / "second")

    after = newest(instance)
    assert ids_in(instance, first) == ids_of(codes)
    assert ids_in(instance, second) == ids_of(codes[1:])
    assert (after.number, after.state, after.count, after.erased) == (1, State.FROZEN, 2, 1)
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (first, second)]
    assert [before.digest, after.digest] == digests
    with reading(instance.engine) as connection:
        steps = [(taken.step, taken.digest, taken.count) for taken in read_steps(connection, after.id)]
        entries = [entry for entry in latest_entries(connection, 10) if entry.kind == EntryKind.BATCH_REMADE]
    assert steps == [
        ("frozen", digests[0], 3),
        ("exported", digests[0], 3),
        ("remade", digests[1], 2),
        ("exported", digests[1], 2),
    ]
    (remade,) = entries
    assert (remade.details["before"], remade.details["file_sha256"], remade.details["erased"]) == (*digests, 1)
    assert require_reconciled(instance.engine).of(instance.initiative.id) == StatementCounts(3, 0, 0, 2, 1)


def test_a_file_of_which_nothing_was_erased_is_not_made_again(instance: Instance, tmp_path: Path) -> None:
    """Nor where somebody erased what is in no batch, or in that of another Member State."""
    signed(instance, 2)
    french, later = signed(instance, 1, member_state="FR"), signed(instance, 1, on=NEXT)
    freeze_germany(instance)
    before = newest(instance)
    for code in (*french, *later):
        erase_it(instance, code)

    file_of(instance, before, tmp_path / "out")

    assert newest(instance) == before
    with reading(instance.engine) as connection:
        assert [taken.step for taken in read_steps(connection, before.id)] == ["frozen", "exported"]


def test_what_was_erased_before_the_freeze_is_in_no_file(instance: Instance, tmp_path: Path) -> None:
    codes = signed(instance, 3)
    erase_it(instance, codes[0])

    freeze_germany(instance)

    assert (newest(instance).count, newest(instance).erased) == (2, 1)
    assert ids_in(instance, file_of(instance, newest(instance), tmp_path / "out")) == ids_of(codes[1:])


def test_what_is_erased_while_a_batch_is_being_prepared_is_in_no_file_that_is_given_out(
    instance: Instance, tmp_path: Path
) -> None:
    codes = signed(instance, 3)
    prepared = prepare(instance.engine, instance.settings, NUMBER, "DE", until=None, final=False, on=NEXT)
    erase_it(instance, codes[0])

    act(instance.engine, instance.settings)(freeze)(prepared)

    require_reconciled(instance.engine)
    assert ids_in(instance, file_of(instance, newest(instance), tmp_path / "out")) == ids_of(codes[1:])


def test_what_is_erased_in_the_moment_of_the_export_stops_it(instance: Instance, tmp_path: Path) -> None:
    codes = signed(instance, 3)
    freeze_germany(instance)
    acting = partial(unit_of_work, instance.engine, instance.settings, actor=TESTER, on=AFTER)
    there = brought_up_to_date(instance.engine, instance.settings, newest(instance), acting)
    erase_it(instance, codes[0])

    with (
        reading(instance.engine) as connection,
        pytest.raises(WrongStep, match="a statement of batch DE 1 was erased just now; try again"),
    ):
        export(connection, instance.settings, there, tmp_path, recorded=lambda: None)

    assert list(tmp_path.glob("*.zip")) == []
    assert ids_in(instance, file_of(instance, there, tmp_path / "out")) == ids_of(codes[1:])


def test_of_two_who_make_the_file_again_one_is_told_that_it_has_changed(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = signed(instance, 3)
    freeze_germany(instance)
    there = newest(instance)
    acting = partial(unit_of_work, instance.engine, instance.settings, actor=TESTER, on=AFTER)
    erase_it(instance, codes[0])
    prepare_again = exporting.prepare_again

    def overtaken(*arguments: object) -> object:
        made = prepare_again(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(exporting, "prepare_again", prepare_again)
        brought_up_to_date(instance.engine, instance.settings, there, acting)
        return made

    monkeypatch.setattr(exporting, "prepare_again", overtaken)

    with pytest.raises(WrongStep, match="batch DE 1 has changed meanwhile; try again"):
        brought_up_to_date(instance.engine, instance.settings, there, acting)

    with reading(instance.engine) as connection:
        assert [taken.step for taken in read_steps(connection, there.id)] == ["frozen", "remade"]


def test_a_batch_of_which_everything_was_erased_has_no_file_and_can_be_opened_again(
    instance: Instance, tmp_path: Path
) -> None:
    codes = signed(instance, 2)
    freeze_germany(instance)
    for code in codes:
        erase_it(instance, code)

    with pytest.raises(WrongStep, match="every statement of batch DE 1 was erased; open it again"):
        export_to(tmp_path, instance.engine, instance.settings, newest(instance), on=AFTER)

    assert list(tmp_path.glob("*.zip")) == []
    act(instance.engine, instance.settings)(open_again)(newest(instance), reason="nothing is left of it")
    with pytest.raises(NothingToFreeze):
        freeze_germany(instance)
    require_reconciled(instance.engine)


# --- rows that somebody has changed
