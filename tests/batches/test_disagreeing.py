"""Numbers that disagree stop every command about batches: exit 1, one line with both numbers and where, nothing done.

Rows are changed behind the program's back, by whoever can reach the database.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, select, text

from signer.audit.tables import audit_head
from signer.batches.tables import batch, batch_step, certificate
from signer.database import reading, writing
from signer.days import today
from signer.ledger.tables import leaf
from signer.statements.tables import arrival, erasure, received, settled, statement
from tests.batches.conftest import Signer, only_line
from tests.conftest import Instance

CHANGEABLE = (arrival, settled, statement, erasure, received, leaf)
RECORDED = (batch, batch_step, certificate, audit_head)


@dataclass(frozen=True)
class Change:
    """What somebody does to rows, and what a command then says.

    sql: commands with a semicolon between them; may name `one`, a German statement, `new`, an id that no statement has,
    and the days `before` and `after` the one on which everybody signed.
    says: may name `day`, that day, too.
    """

    sql: str
    says: str


REST = "initiative_id, member_state, submitted_on, key_id, sealed"
ONE = "FROM statement WHERE id = :one"
ONE_MORE = f"INSERT INTO statement (id, {REST}) SELECT :new, {REST} {ONE}"
ONE_MORE_LEAF = f"INSERT INTO leaf (commitment, initiative_id, place) SELECT :new, initiative_id, 99 {ONE}"
REMOVED = Change(
    "DELETE FROM statement WHERE id = :one",
    r"DE, {day}: received 3, but waiting 0 \+ open . \+ in batches . \+ erased 0",
)
PUT_IN = Change(
    f"{ONE_MORE}; {ONE_MORE_LEAF}; UPDATE received SET statements = 4 WHERE member_state = 'DE'",
    "batch DE . was made of 3 statements and has 3 left, but 4 are of its days",
)
NO_LEAF = Change("DELETE FROM leaf", "the log has 0 leaves, but 5 statements were settled")
FEW = (REMOVED, PUT_IN, NO_LEAF)
MANY = (
    *FEW,
    Change(
        "UPDATE statement SET member_state = 'FR' WHERE id = :one",
        r"DE, {day}: received 3, but waiting 0 \+ open 0 \+ in batches 2 \+ erased 0",
    ),
    Change(
        "UPDATE statement SET submitted_on = :before WHERE id = :one",
        r"DE, {before}: received 0, but waiting 0 \+ open 0 \+ in batches 1 \+ erased 0",
    ),
    Change(
        "UPDATE statement SET submitted_on = :after WHERE id = :one",
        r"DE, {day}: received 3, but waiting 0 \+ open 0 \+ in batches 2 \+ erased 0",
    ),
    Change(
        ONE_MORE,
        r"DE, {day}: received 3, but waiting 0 \+ open 0 \+ in batches 4 \+ erased 0",
    ),
    Change(
        f"INSERT INTO settled (id, {REST}) SELECT :new, {REST} {ONE}",
        r"DE, {day}: received 3, but waiting 0 \+ open 1 \+ in batches 3 \+ erased 0",
    ),
    Change(
        f"INSERT INTO arrival (id, {REST}, commitment) SELECT :new, {REST}, :new {ONE}",
        "1 statements of DE, {day}, are not in batch DE ., which has the day",
    ),
    Change(
        "UPDATE received SET statements = 2 WHERE member_state = 'DE'",
        r"DE, {day}: received 2, but waiting 0 \+ open 0 \+ in batches 3 \+ erased 0",
    ),
    Change(
        "INSERT INTO erasure"
        " (initiative_id, member_state, submitted_on, statement_id, proof, envelope_sha256, erased_on)"
        f" SELECT initiative_id, member_state, submitted_on, id, key_id, sealed, submitted_on {ONE}",
        r"DE, {day}: received 3, but waiting 0 \+ open 0 \+ in batches 3 \+ erased 1",
    ),
    Change(ONE_MORE_LEAF, "the log has 6 leaves, but 5 statements were settled"),
)


@contextmanager
def changed(instance: Instance, sql: str, days: dict[str, date]) -> Iterator[None]:
    """Change rows, and put them back when the block ends."""
    with writing(instance.engine) as connection:
        rows = {table: connection.execute(select(table)).mappings().all() for table in CHANGEABLE}
        one = min(row["id"] for row in rows[statement] if row["member_state"] == "DE")
        given = {"one": one, "new": bytes(16), **{name: day.isoformat() for name, day in days.items()}}
        for command in sql.split("; "):
            named = {name: value for name, value in given.items() if f":{name}" in command}
            connection.execute(text(command), named)
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
    changes: Sequence[Change], instance: Instance, signer: Signer, arguments: tuple[object, ...]
) -> None:
    """Each of the changes stops the command."""
    day = today() - timedelta(days=1)
    days = {"day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=7)}
    before = recorded(instance)
    for change in changes:
        with changed(instance, change.sql, days):
            line = only_line(signer("batch", *arguments))
            after = recorded(instance)
        assert re.fullmatch(f"signer: {change.says.format(**days)}", line), (arguments, line)
        assert after == before


def test_every_way_in_which_numbers_disagree_is_told_with_both_and_where(frozen: Instance, signer: Signer) -> None:
    assert_stopped_at(MANY, frozen, signer, ("reconcile",))

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
        assert_stopped_at(FEW, closed, signer, arguments)
        assert list(out.glob("*")) == files
        assert signer("batch", *arguments).code == 0
