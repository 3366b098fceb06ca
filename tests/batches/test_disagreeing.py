"""Numbers that disagree stop every command about batches: exit 1, one line with both numbers and where, nothing done.

Rows are changed behind the program's back, by whoever can reach the database.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from signer.audit.tables import audit_head
from signer.audit.unit_of_work import UnitOfWork
from signer.batches import freeze as freezing
from signer.batches.reconcile import Unreconciled
from signer.batches.tables import batch, batch_step, certificate
from signer.database import reading, writing
from signer.days import today
from signer.ledger.tables import leaf
from signer.statements.tables import erasure, received, statement
from tests.acts import MAY_DAY, act
from tests.batches.conftest import AFTER, Signer, only_line, signed
from tests.conftest import NUMBER, Instance

CHANGEABLE = (statement, erasure, received, leaf)
RECORDED = (batch, batch_step, certificate, audit_head)


@dataclass(frozen=True)
class Change:
    """What somebody does to rows, and what a command then says.

    sql: may name `one`, a German statement, and the days `before` and `after` the one on which everybody signed.
    says: may name `day`, that day, too, and the cut-off day `until` of the German batch.
    """

    sql: str
    says: str


REMOVED = Change(
    "DELETE FROM statement WHERE id = :one", r"DE, {day}: received 3, but open . \+ in batches . \+ erased 0"
)
SLIPPED_OUT = Change(
    "UPDATE statement SET batch = NULL WHERE id = :one",
    "batch DE . was frozen with 3, but holds 2, and 0 were erased since",
)
NO_LEAF = Change("DELETE FROM leaf", "the log has 0 leaves, but 5 statements were received")
FEW = (REMOVED, SLIPPED_OUT, NO_LEAF)
MANY = (
    *FEW,
    Change(
        "UPDATE statement SET member_state = 'FR' WHERE id = :one",
        "batch DE . holds 1 statements of FR, {day}",
    ),
    Change(
        "UPDATE statement SET submitted_on = :before WHERE id = :one",
        r"DE, {before}: received 0, but open 0 \+ in batches 1 \+ erased 0",
    ),
    Change(
        "UPDATE statement SET submitted_on = :after WHERE id = :one",
        "batch DE . ends on {until}, but holds 1 statements of {after}",
    ),
    Change(
        "UPDATE statement SET batch = 77 WHERE id = :one",
        "1 statements of DE, {day} name a batch that is not there",
    ),
    Change(
        "UPDATE received SET statements = 2 WHERE member_state = 'DE'",
        r"DE, {day}: received 2, but open 0 \+ in batches 3 \+ erased 0",
    ),
    Change(
        "INSERT INTO erasure (statement_id, code, sealed_sha256, initiative_id, member_state, submitted_on, erased_on)"
        " SELECT id, key_id, sealed, initiative_id, member_state, submitted_on, submitted_on FROM statement"
        " WHERE id = :one",
        r"DE, {day}: received 3, but open 0 \+ in batches 3 \+ erased 1",
    ),
    Change(
        "INSERT INTO leaf (commitment) SELECT sealed FROM statement WHERE id = :one",
        "the log has 6 leaves, but 5 statements were received",
    ),
)


@contextmanager
def changed(instance: Instance, sql: str, days: dict[str, date]) -> Iterator[None]:
    """Change rows, and put them back when the block ends."""
    with writing(instance.engine) as connection:
        rows = {table: connection.execute(select(table)).mappings().all() for table in CHANGEABLE}
        one = min(row["id"] for row in rows[statement] if row["member_state"] == "DE")
        given = {"one": one, **{name: day.isoformat() for name, day in days.items()}}
        connection.execute(text(sql), {name: value for name, value in given.items() if f":{name}" in sql})
    yield
    with writing(instance.engine) as connection:
        for table, before in rows.items():
            connection.execute(delete(table))
            if before:
                connection.execute(insert(table), [dict(row) for row in before])


def recorded(instance: Instance) -> list[object]:
    """All that a command about batches would record."""
    with reading(instance.engine) as connection:
        return [connection.execute(select(table)).all() for table in RECORDED]


def assert_stopped_at(
    changes: Sequence[Change], instance: Instance, signer: Signer, arguments: tuple[object, ...], *, until: date
) -> None:
    """Each of the changes stops the command."""
    day = today() - timedelta(days=1)
    days = {"day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=7), "until": until}
    before = recorded(instance)
    for change in changes:
        with changed(instance, change.sql, days):
            line = only_line(signer("batch", *arguments))
            after = recorded(instance)
        assert re.fullmatch(f"signer: {change.says.format(**days)}", line), (arguments, line)
        assert after == before


def test_every_way_in_which_numbers_disagree_is_told_with_both_and_where(frozen: Instance, signer: Signer) -> None:
    assert_stopped_at(MANY, frozen, signer, ("reconcile",), until=today())

    assert signer("batch", "reconcile").code == 0


def test_numbers_that_disagree_stop_each_step_from_the_freeze_to_the_certificate(
    closed: Instance, signer: Signer, tmp_path: Path
) -> None:
    """And once they agree again, it is taken."""
    out = tmp_path / "out"
    file = out / "2027-000042-DE-2.zip"
    numbers = ("--on", today(), "--reference", "Certificate 9", "--online", 3, "--paper", 1)
    way: tuple[tuple[object, ...], ...] = (
        ("create", "--final"),
        ("export", "--quiet", "--out", out),
        ("hand-over", "DE", 2, "--file", file, "--to", "Authority of Invention, office 4"),
        ("receive", "DE", 2, "--reference", "Letter 7"),
        ("certify", "DE", 2, *numbers),
    )

    for arguments in way:
        files = list(out.glob("*"))
        assert_stopped_at(FEW, closed, signer, arguments, until=today())
        assert list(out.glob("*")) == files
        assert signer("batch", *arguments).code == 0


def test_a_batch_that_takes_in_what_is_not_its_own_is_not_frozen(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers are looked at once more with the new batch in them: a fault of ours in choosing would show there."""
    signed(instance, 2)
    signed(instance, 1, member_state="FR")
    take_in = freezing._take_in

    def too_much(unit: UnitOfWork, *arguments: object, **options: object) -> tuple[int, int]:
        batch_id, number = take_in(unit, *arguments, **options)  # type: ignore[arg-type]
        unit.connection.execute(update(statement).values(batch=batch_id))
        return batch_id, number

    monkeypatch.setattr(freezing, "_take_in", too_much)
    before = recorded(instance)

    with pytest.raises(Unreconciled, match=f"batch DE 1 holds 1 statements of FR, {MAY_DAY}"):
        act(instance.engine, instance.settings, on=AFTER)(freezing.freeze)(NUMBER, "DE", until=None, final=True)

    assert recorded(instance) == before
    with reading(instance.engine) as connection:
        assert set(connection.scalars(select(statement.c.batch))) == {None}
