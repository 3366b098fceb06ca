"""Rows no longer lie in the order in which they came: arrival, settled, statement; batches are ranges of days (14).

Rewrites statements, erasures, leaves, counts and spent checks in the order of their random keys, and places the leaves
that were pending; on SQLite `signer init` then rewrites the file with pages of 8 kB. The service has to stand still: a
million statements take a few minutes, and up to three times their room besides. There is no undo: the older release
does not know these tables. Take a backup before, and destroy it once this has run: it tells the order of arrival.

What an erasure kept as code becomes its proof. A frozen batch becomes the range of its days; an interim one that shared
a day with another batch, which no range can say, is voided and can be frozen again, also where an
authority has it: tell it so.
"""

import hashlib
import hmac
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

from signer.days import today

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MIXED = "it shared a day with another batch, before batches were ranges of days"
PLACE = ("initiative_id", "member_state", "submitted_on")


def upgrade() -> None:
    _count_pending()
    _make_ranges()
    _raise_fences()
    _write_again()
    for table in ("received_pending", "finalised"):
        op.drop_table(table)
    op.execute("DELETE FROM periodic_run")


def _count_pending() -> None:
    op.execute(
        "INSERT INTO received (initiative_id, member_state, submitted_on, statements) "
        "SELECT initiative_id, member_state, submitted_on, count(*) FROM received_pending WHERE true "
        "GROUP BY initiative_id, member_state, submitted_on "
        "ON CONFLICT (initiative_id, member_state, submitted_on) "
        "DO UPDATE SET statements = received.statements + excluded.statements"
    )


def _make_ranges() -> None:
    """Say of each batch from which day it takes statements in, and how many were erased before it was frozen."""
    op.add_column("batch", sa.Column("since", sa.Date, nullable=False, server_default="0001-01-01"))
    op.add_column("batch", sa.Column("erased", sa.BigInteger, nullable=False, server_default="0"))
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT id, initiative_id, member_state, state, final, until FROM batch ORDER BY number").columns(
            until=sa.Date, final=sa.Boolean
        )
    ).all()
    starts = {row.id: row.collection_start for row in connection.execute(_initiatives())}
    ends: dict[tuple[int, str], date] = {}
    for row in rows:
        place = (row.initiative_id, row.member_state)
        start = starts[row.initiative_id]
        lives = row.state not in {"failed", "destroyed"}
        # A failed batch held what a later one holds, or what is open: before the first of its own a batch has no day.
        since = start
        if lives and not row.final:
            since = max(ends.get(place, start), connection.execute(_first_day(), {"id": row.id}).scalar() or start)
        values = {"id": row.id, "since": since, "until": row.until, "initiative_id": place[0], "member_state": place[1]}
        if lives and connection.scalar(_misfits(), values):
            _void(row.id)
            lives = False
        if lives:
            ends[place] = row.until + timedelta(days=1)
        connection.execute(_ranges(), values)


def _initiatives() -> sa.TextualSelect:
    return sa.text("SELECT id, collection_start, collection_end, status FROM initiative").columns(
        collection_start=sa.Date, collection_end=sa.Date
    )


def _dated(statement: str) -> sa.TextClause:
    return sa.text(statement).bindparams(sa.bindparam("since", type_=sa.Date), sa.bindparam("until", type_=sa.Date))


def _first_day() -> sa.TextualSelect:
    """Return what finds the first day of what a batch holds, or held when an authority had it."""
    return sa.text(
        "SELECT min(submitted_on) AS first FROM (SELECT submitted_on FROM statement WHERE batch = :id "
        "UNION ALL SELECT submitted_on FROM erasure WHERE batch = :id) AS own"
    ).columns(first=sa.Date)


def _misfits() -> sa.TextClause:
    """Return what counts the statements in the range and not in the batch, or the other way round."""
    return _dated(
        "SELECT count(*) FROM statement WHERE initiative_id = :initiative_id AND member_state = :member_state AND "
        "(submitted_on BETWEEN :since AND :until) <> (batch IS NOT NULL AND batch = :id)"
    )


def _ranges() -> sa.TextClause:
    """Return what keeps the range. An erasure that names the batch came after an authority had it."""
    return _dated(
        "UPDATE batch SET since = :since, erased = (SELECT count(*) FROM erasure "
        "WHERE initiative_id = :initiative_id AND member_state = :member_state "
        "AND submitted_on BETWEEN :since AND :until AND (batch IS NULL OR batch <> :id)) WHERE id = :id"
    )


def _void(batch_id: int) -> None:
    connection = op.get_bind()
    values = {"id": batch_id, "reason": MIXED, "on": today()}
    connection.execute(sa.text("UPDATE batch SET state = 'failed', reason = :reason WHERE id = :id"), values)
    connection.execute(
        sa.text(
            "INSERT INTO batch_step (batch_id, step, taken_on, actor, statements, digest, reason) "
            "SELECT id, 'failed', :on, 'service', statements, '', :reason FROM batch WHERE id = :id"
        ).bindparams(sa.bindparam("on", type_=sa.Date)),
        values,
    )


def _raise_fences() -> None:
    """Behind the fence lies what is over: yesterday, and whole collections that were closed."""
    op.create_table(
        "fence",
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", name="fence_pkey"),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiative.id"], name="fence_initiative_id_fkey", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    over = today() - timedelta(days=1)
    for row in connection.execute(_initiatives()).all():
        until = max(over, row.collection_end) if row.status in {"closed", "withdrawn"} else over
        if row.status != "draft":
            connection.execute(
                sa.text("INSERT INTO fence VALUES (:id, :until)").bindparams(sa.bindparam("until", type_=sa.Date)),
                {"id": row.id, "until": until},
            )


def _write_again() -> None:
    for name, with_rowid, more in (
        (
            "arrival",
            True,
            [sa.Column("sealed", sa.LargeBinary), sa.Column("commitment", sa.LargeBinary(32), nullable=False)],
        ),
        ("settled", False, [sa.Column("sealed", sa.LargeBinary, nullable=False)]),
    ):
        op.create_table(name, *_sealed(), *more, _key(name, "id"), sqlite_with_rowid=with_rowid)
    op.drop_index("statement_place_index", "statement")
    before = _put_aside("statement")
    sealed = sa.Column("sealed", sa.LargeBinary, nullable=False)
    op.create_table("statement", *_sealed(), sealed, _key("statement", "id"), sqlite_with_rowid=False)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("arrival", "settled", "statement"):
            # Random bytes do not compress, and a row that leaves its page costs a seventh of the throughput.
            op.execute(f"ALTER TABLE {table} ALTER sealed SET STORAGE PLAIN")
        for table in ("arrival", "settled"):
            op.execute(
                f"ALTER TABLE {table} SET (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, "
                "vacuum_truncate = off)"
            )
    columns = f"id, {', '.join(PLACE)}, key_id, sealed"
    op.execute(f"INSERT INTO statement ({columns}) SELECT {columns} FROM {before} ORDER BY id")  # noqa: S608
    op.drop_table(before)
    op.create_index("statement_place_index", "statement", ["initiative_id", "member_state", "id", "submitted_on"])
    _erasures()
    _leaves()
    _small_tables()
    op.create_table(
        "day_list",
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        _key("day_list", "initiative_id", "member_state", "last_day"),
        sqlite_with_rowid=False,
    )


def _erasures() -> None:
    before = _put_aside("erasure")
    op.create_table(
        "erasure",
        sa.Column("statement_id", sa.LargeBinary(16), nullable=False),
        sa.Column("proof", sa.LargeBinary(32), nullable=False),
        sa.Column("envelope_sha256", sa.LargeBinary(32), nullable=False),
        *_place(),
        sa.Column("erased_on", sa.Date, nullable=False),
        _key("erasure", "statement_id"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    kept = f"sealed_sha256, {', '.join(PLACE)}, erased_on"
    rows = connection.execute(sa.text(f"SELECT statement_id, code, {kept} FROM {before} ORDER BY statement_id"))  # noqa: S608
    put = sa.text("INSERT INTO erasure VALUES (:statement_id, :proof, :sealed_sha256, :i, :m, :s, :e)")
    for row in rows.all():
        proof = hmac.new(row.code, b"erase", hashlib.sha256).digest()
        values = (row.statement_id, proof, row.sealed_sha256, row.initiative_id, row.member_state)
        names = ("statement_id", "proof", "sealed_sha256", "i", "m", "s", "e")
        connection.execute(put, dict(zip(names, (*values, row.submitted_on, row.erased_on), strict=True)))
    op.drop_table(before)


def _leaves() -> None:
    """A leaf bears its initiative, where it can be of one only. Pending ones get the next places, by hash."""
    op.drop_index("leaf_pending_index", "leaf")
    before = _put_aside("leaf", "leaf_place_key")
    op.create_table(
        "leaf",
        sa.Column("commitment", sa.LargeBinary(32), nullable=False),
        sa.Column("initiative_id", sa.Integer),
        sa.Column("place", sa.BigInteger, nullable=False),
        _key("leaf", "commitment"),
        sa.UniqueConstraint("place", name="leaf_place_key"),
        sqlite_with_rowid=False,
    )
    only = "(SELECT CASE WHEN count(*) = 1 THEN min(id) END FROM initiative)"
    op.execute(
        f"INSERT INTO leaf SELECT commitment, {only}, place FROM {before} WHERE place IS NOT NULL ORDER BY commitment"  # noqa: S608
    )
    op.execute(
        f"INSERT INTO leaf SELECT commitment, {only}, (SELECT count(*) FROM leaf) - 1 + "  # noqa: S608
        f"row_number() OVER (ORDER BY commitment) FROM {before} WHERE place IS NULL ORDER BY commitment"
    )
    op.drop_table(before)


def _small_tables() -> None:
    before = _put_aside("received")
    op.create_table(
        "received",
        *_place(),
        sa.Column("statements", sa.BigInteger, nullable=False),
        _key("received", *PLACE),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO received SELECT * FROM {before} ORDER BY {', '.join(PLACE)}")  # noqa: S608
    op.drop_table(before)
    before = _put_aside("spent_check")
    op.create_table(
        "spent_check",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("spent_on", sa.Date, nullable=False),
        _key("spent_check", "id"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO spent_check SELECT id, spent_on FROM {before} ORDER BY id")  # noqa: S608
    op.drop_table(before)


def _put_aside(table: str, *constraints: str) -> str:
    """Rename a table that is made anew; on PostgreSQL the names of its keys would be taken otherwise."""
    before = f"{table}_before"
    op.rename_table(table, before)
    if op.get_bind().dialect.name == "postgresql":
        for name in (f"{table}_pkey", *constraints):
            op.execute(f"ALTER TABLE {before} RENAME CONSTRAINT {name} TO {name}_before")
    return before


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"{table}_pkey")


def _sealed() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        *_place(),
        sa.Column("key_id", sa.LargeBinary(16), nullable=False),
    ]


def _place() -> list[sa.Column[object]]:
    return [
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("submitted_on", sa.Date, nullable=False),
    ]
