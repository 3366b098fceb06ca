"""A collection under way is rewritten once: nothing is lost, what was frozen stays valid, the log goes on."""

import hashlib
import hmac
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, select, text

from signer import schema
from signer.batches.tables import batch, batch_step
from signer.database import SQLITE_PAGE_BYTES, open_engine, reading, writing
from signer.days import today
from signer.initiatives.tables import fence
from signer.ledger.tables import leaf
from signer.schema import count_to_rewrite, migrate, require_current
from signer.settings import Settings
from signer.statements.tables import arrival, erasure, received, settled, spent_check, statement
from signer.storage import has_right_pages

INITIATIVE = (
    "INSERT INTO initiative (id, registration_number, scheme, registered_on, collection_start, collection_end, "
    "register_url, website, original_language, organisers, status, pause_reason, forecast_published) "
    "VALUES (1, '2027/000042', 'eu', '2026-01-07', '2026-02-01', '2027-01-31', '', '', 'en', '[]', "
    "'{status}', '', false)"
)
FIRST, SECOND, THIRD = date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3)
CODE = bytes(range(16))


@pytest.fixture
def before(empty_database: str, tmp_path: Path) -> Iterator[Engine]:
    """A database at the schema before, in which nothing is."""
    if empty_database.startswith("sqlite"):
        # As SQLite itself, and so the release before, makes a file.
        with sqlite3.connect(tmp_path / "signer.sqlite3") as file:
            for each in ("PRAGMA page_size=4096", "PRAGMA journal_mode=WAL", "CREATE TABLE one (a)", "DROP TABLE one"):
                file.execute(each)
        file.close()
    engine = open_engine(Settings(instance=tmp_path, secrets=tmp_path, database_url=empty_database))
    with writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
    yield engine
    engine.dispose()


def fill(engine: Engine, *statements: str, status: str = "collecting") -> None:
    """Store an initiative and what else stood there."""
    with writing(engine) as connection:
        connection.exec_driver_sql(INITIATIVE.format(status=status))
        for each in statements:
            connection.exec_driver_sql(each if engine.dialect.name == "postgresql" else each.replace("'\\x", "x'"))


def row(number: int, on: date, batch_: int | None = None, member_state: str = "DE") -> str:
    """A statement whose id ends with a number."""
    id_ = f"'\\x{number:032x}'"
    return (
        "INSERT INTO statement (id, initiative_id, member_state, submitted_on, key_id, sealed, batch) "
        f"VALUES ({id_}, 1, '{member_state}', '{on}', {id_}, {id_}, {batch_ or 'NULL'})"
    )


def frozen(id_: int, until: date, *, state: str = "frozen", final: bool = False, statements: int = 1) -> str:
    """A batch of Germany, numbered like its id."""
    return (
        "INSERT INTO batch (id, initiative_id, member_state, number, state, reason, final, until, frozen_on, "
        f"statements, manifest) VALUES ({id_}, 1, 'DE', {id_}, '{state}', '', {str(final).lower()}, '{until}', "
        f"'{until}', {statements}, '\\x6d')"
    )


def gone(number: int, on: date, batch_: int | None = None) -> str:
    """An erasure of the release before, which kept the code."""
    return (
        "INSERT INTO erasure (statement_id, code, sealed_sha256, initiative_id, member_state, submitted_on, erased_on, "
        f"batch) VALUES ('\\x{number:032x}', '\\x{CODE.hex()}', '\\x{number:064x}', 1, 'DE', '{on}', '{on}', "
        f"{batch_ or 'NULL'})"
    )


def leaves(*places: int | None) -> list[str]:
    """Leaves of the release before; those without a place were pending."""
    return [
        f"INSERT INTO leaf (commitment, place) VALUES ('\\x{99 - number:064x}', {'NULL' if place is None else place})"
        for number, place in enumerate(places)
    ]


def ranges(engine: Engine) -> list[tuple[str, date, date, int]]:
    """State, first and last day of each batch, and how many were erased of it when it was made."""
    with reading(engine) as connection:
        rows = connection.execute(select(batch).order_by(batch.c.number)).all()
    return [(each.state, each.since, each.until, each.erased) for each in rows]


def test_every_row_stays_and_what_was_pending_is_counted_and_placed(before: Engine) -> None:
    pending = "INSERT INTO received_pending VALUES (1, 'DE', '2026-05-02')"
    counted = "INSERT INTO received VALUES (1, 'DE', '2026-05-01', 3)"
    check = "INSERT INTO spent_check VALUES ('\\x07', '2026-05-01')"
    rows = (row(3, FIRST), row(1, SECOND), row(2, FIRST, member_state="FR"))
    fill(before, *rows, gone(9, FIRST), counted, pending, check, *leaves(1, 0, None, None))
    assert count_to_rewrite(before) == 3

    migrate(before)

    require_current(before)
    assert count_to_rewrite(before) == 0
    with reading(before) as connection:
        ids = [
            int.from_bytes(id_, "big") for id_ in connection.scalars(select(statement.c.id).order_by(statement.c.id))
        ]
        erased = connection.execute(select(erasure)).one()
        counts = {each.submitted_on: each.statements for each in connection.execute(select(received))}
        placed = connection.execute(select(leaf).order_by(leaf.c.place)).all()
        assert connection.execute(select(arrival)).all() == connection.execute(select(settled)).all() == []
        assert len(connection.execute(select(spent_check)).all()) == 1
        assert connection.scalar(select(fence.c.until)) == today() - timedelta(days=1)
    assert ids == [1, 2, 3]
    assert erased.proof == hmac.new(CODE, b"erase", hashlib.sha256).digest()
    assert int.from_bytes(erased.statement_id, "big") == 9
    assert counts == {FIRST: 3, SECOND: 1}
    assert [each.place for each in placed] == [0, 1, 2, 3]
    assert [each.commitment[-1] for each in placed] == [98, 99, 96, 97]
    assert {each.initiative_id for each in placed} == {1}


def test_of_several_initiatives_no_leaf_is_given_to_one(before: Engine) -> None:
    other = INITIATIVE.format(status="draft").replace("VALUES (1, '2027/000042'", "VALUES (2, '2027/000043'")
    fill(before, *leaves(0), other)

    migrate(before)

    with reading(before) as connection:
        assert connection.scalars(select(leaf.c.initiative_id)).all() == [None]


def test_interim_batches_become_the_days_that_they_hold(before: Engine) -> None:
    fill(
        before,
        frozen(1, FIRST),
        frozen(2, SECOND, state="failed"),
        frozen(3, THIRD, statements=2),
        row(1, FIRST, 1),
        row(2, SECOND, 3),
        row(3, THIRD, 3),
        gone(4, FIRST),
    )

    migrate(before)

    start = date(2026, 2, 1)
    assert ranges(before) == [
        ("frozen", FIRST, FIRST, 1),
        ("failed", start, SECOND, 1),
        ("frozen", SECOND, THIRD, 0),
    ]


def test_after_a_batch_that_an_erasure_has_voided_the_next_one_stays_valid(before: Engine) -> None:
    """In the release before each erasure voided the batch that held the statement, whose others were open again."""
    fill(
        before,
        frozen(1, FIRST, state="failed", statements=2),
        frozen(2, THIRD, statements=2),
        row(1, FIRST),
        gone(2, FIRST),
        row(3, SECOND, 2),
        row(4, THIRD, 2),
    )

    migrate(before)

    assert ranges(before)[1] == ("frozen", SECOND, THIRD, 0)


def test_of_an_interim_batch_that_an_authority_has_its_erased_days_stay_in_the_range(before: Engine) -> None:
    fill(before, frozen(1, SECOND, state="handed_over", statements=2), gone(1, FIRST, 1), row(2, SECOND, 1))

    migrate(before)

    assert ranges(before) == [("handed_over", FIRST, SECOND, 0)]


def test_a_final_batch_that_an_authority_has_stays_with_what_was_erased_since(before: Engine) -> None:
    fill(
        before,
        frozen(1, THIRD, state="handed_over", final=True, statements=3),
        row(1, FIRST, 1),
        row(2, SECOND, 1),
        gone(3, SECOND),
        gone(4, THIRD, 1),
        status="closed",
    )

    migrate(before)

    assert ranges(before) == [("handed_over", date(2026, 2, 1), THIRD, 1)]
    with reading(before) as connection:
        assert connection.scalar(select(fence.c.until)) == date(2027, 1, 31)


def test_interim_batches_that_share_a_day_are_voided_and_say_why(before: Engine) -> None:
    """No range of days says which statements of that day were in which."""
    fill(before, frozen(1, FIRST), frozen(2, FIRST), row(1, FIRST, 1), row(2, FIRST, 2))

    migrate(before)

    assert [state for state, *_ in ranges(before)] == ["failed", "failed"]
    with reading(before) as connection:
        steps = connection.execute(select(batch_step).where(batch_step.c.step == "failed")).all()
    assert {step.reason for step in steps} == {"it shared a day with another batch, before batches were ranges of days"}


def test_the_file_gets_larger_pages_also_where_the_first_try_was_ended(
    before: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if before.dialect.name == "postgresql":
        pytest.skip("PostgreSQL has pages of 8 kB")
    fill(before, row(1, FIRST))
    with monkeypatch.context() as ended:
        ended.setattr(schema, "resize_pages", lambda _: None)
        migrate(before)
    assert not has_right_pages(before)
    with pytest.raises(schema.WrongSchema, match="pages of 8192 bytes"):
        require_current(before)
    assert count_to_rewrite(before) == 1

    migrate(before)

    require_current(before)
    with reading(before) as connection:
        assert connection.scalar(text("PRAGMA page_size")) == SQLITE_PAGE_BYTES
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert len(connection.execute(select(statement)).all()) == 1
