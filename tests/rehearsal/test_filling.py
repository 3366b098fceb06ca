"""Statements of invented people, filled in for trying, are like any others: they open, and their numbers agree."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from signer.batches.reconcile import require_reconciled
from signer.database import reading
from signer.rehearsal import filling
from signer.rehearsal.filling import LIKE_DEMO, Chunk, collected_days, fill, planned, shared_out
from signer.scheme.load import load_scheme
from signer.scheme.statement import read_statement
from signer.sealing.canonical import decode_plaintext
from signer.sealing.opening import open_envelope
from signer.statements.tables import received, spent_check, statement
from tests.acts import MAY_DAY
from tests.cases import every_case
from tests.conftest import END, START, Instance

COUNTS = {"DE": 60, "SI": 9, "MT": 1}


def filled(instance: Instance, *, processes: int = 0) -> None:
    """Fill an instance with seventy statements over ten days."""
    days = [START + timedelta(days=day) for day in range(10)]
    for _ in fill(instance.engine, instance.settings, instance.initiative, planned(COUNTS, days), processes=processes):
        pass


def test_what_the_demonstration_collected_is_what_the_register_says() -> None:
    assert sum(LIKE_DEMO.values()) == 78_092
    assert set(LIKE_DEMO) == set(load_scheme("eu").forms)


@every_case("total", [1, 27, 78_092, 1_200_000])
def test_any_number_is_shared_out_to_the_last_one(total: int) -> None:
    counts = shared_out(total)

    assert sum(counts.values()) == total
    assert all(abs(counts[code] - total * share / 78_092) < 1 for code, share in LIKE_DEMO.items())


def test_the_plan_has_every_statement_on_some_day_in_pieces_that_fit_into_memory() -> None:
    days = collected_days(_Collecting(), MAY_DAY)  # type: ignore[arg-type]
    chunks = list(planned({"DE": 100_000, "MT": 3}, days))

    total = Counter[str]()
    for chunk in chunks:
        total[chunk.member_state] += chunk.statements
    assert total == {"DE": 100_000, "MT": 3}
    assert max(chunk.statements for chunk in chunks) <= filling.AT_ONCE
    assert {chunk.on for chunk in chunks} == set(days)
    assert (days[0], days[-1]) == (START, MAY_DAY - timedelta(days=1))


def test_a_collection_that_begins_today_is_filled_today() -> None:
    assert collected_days(_Collecting(), START) == [START]  # type: ignore[arg-type]


def test_what_is_filled_in_reconciles_and_opens(instance: Instance) -> None:
    filled(instance)

    require_reconciled(instance.engine)
    with reading(instance.engine) as connection:
        rows = connection.execute(select(statement)).all()
        counted = connection.execute(select(received)).all()
        assert connection.execute(select(spent_check)).all() == []
    assert Counter(row.member_state for row in rows) == COUNTS
    assert Counter({row.member_state: 0 for row in counted}).keys() == COUNTS.keys()
    assert sum(row.statements for row in counted) == 70
    identities = set()
    for row in rows:
        collection = instance.collection(row.member_state)
        envelope = collection.storage_key.unwrap(row.sealed, row.id)
        context = collection.context(row.id, row.submitted_on)
        opened = decode_plaintext(open_envelope(envelope, instance.opening_key, context))
        again = read_statement(opened.fields, collection.form, on=row.submitted_on, confirmed=opened.confirmed)
        assert again.fields == opened.fields
        identities.add(tuple(opened.fields.values()))
    assert len(identities) < len(rows), "some people sign again, as they do"


def test_other_processes_seal_the_same_kind_of_rows(on_sqlite: Instance) -> None:
    filled(on_sqlite, processes=1)

    require_reconciled(on_sqlite.engine)
    with reading(on_sqlite.engine) as connection:
        assert len(connection.execute(select(statement.c.id)).all()) == 70


def test_a_fill_that_is_ended_half_way_leaves_numbers_that_agree(on_sqlite: Instance) -> None:
    chunks = [Chunk("DE", START, 5), Chunk("FR", START, 5), Chunk("IT", START, 5)]
    running = fill(on_sqlite.engine, on_sqlite.settings, on_sqlite.initiative, chunks, processes=0)
    next(running)
    running.close()

    require_reconciled(on_sqlite.engine)
    with reading(on_sqlite.engine) as connection:
        assert len(connection.execute(select(statement.c.id)).all()) == 5


class _Collecting:
    """An initiative's dates."""

    collection_start, collection_end = START, END
