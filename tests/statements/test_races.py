"""Rows on their way are met wherever they are: a page sent again, and an erasure, while settling and night move them.

Promise 2 and 4: every code one row and one answer, every erasure done, nothing stored again that was erased.
"""

import random  # noqa: TID251 - when a page is sent again; nothing secret comes of it
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.database import reading, writing
from signer.sealing.code import Code
from signer.statements.night import _move
from signer.statements.settle import LEAVE, empty_arrivals, settle
from signer.statements.store import AlreadyErased, SealedStatement
from signer.statements.tables import arrival, erasure, settled, statement
from tests.acts import MAY_DAY, erase_now
from tests.beside import beside
from tests.conftest import Instance
from tests.people import ADA
from tests.settling import count, stored
from tests.signing import record, signed
from tests.solved import new_check

pytestmark = pytest.mark.slow
"""Seconds, even on SQLite."""

NUMBER = pytest.mark.parametrize("number", [250, pytest.param(5_000, marks=pytest.mark.long)])
THREADS = 4
TIMES = 3


class Pages:
    """Check pages, each of which can be sent again and again: what a store is given is the same each time."""

    def __init__(self, instance: Instance, number: int) -> None:
        self._store = instance.store
        self._sealed: list[SealedStatement] = []
        self.codes = [Code.new() for _ in range(number)]
        for code in self.codes:
            record(self, instance.collection("DE"), ADA, code=code, check_id=new_check())  # type: ignore[arg-type]

    def write(self, sealed: SealedStatement) -> object:
        """Keep what would be written, for later."""
        self._sealed.append(sealed)
        return sealed.submitted_on

    def send(self, number: int) -> object:
        """Send a page, and return the day that it is told, or that it was erased."""
        try:
            return self._store.write(self._sealed[number])
        except AlreadyErased:
            return "erased"


@contextmanager
def moving(instance: Instance) -> Iterator[None]:
    """Settle, and move what is settled, without a pause while the block runs, and once more behind it."""

    def move_on() -> None:
        settle(instance.engine, instance.settings, instance.initiative.id)
        empty_arrivals(instance.engine)
        _move(instance.engine, instance.initiative.id, MAY_DAY + timedelta(days=1))

    with beside(move_on):
        yield
    move_on()


def at_once(act: Callable[[int], object], numbers: list[int]) -> list[object]:
    """Do it for all numbers, several at a time, in any order."""
    with ThreadPoolExecutor(THREADS) as people:
        return list(people.map(act, numbers))


@NUMBER
def test_a_page_sent_again_while_its_row_moves_gets_its_answer_and_stores_nothing(
    instance: Instance, number: int
) -> None:
    pages = Pages(instance, number)
    # Each one's three sendings lie some thirty others apart: a few milliseconds, in which its row moves.
    order = sorted(
        (place for place in range(number) for _ in range(TIMES)), key=lambda place: place + random.uniform(0, 30)
    )

    with moving(instance):
        answers = at_once(pages.send, order)

    assert set(answers) == {MAY_DAY}
    assert count(instance, arrival, settled, statement) == (0, 0, number)
    assert stored(instance) == {code.statement_id for code in pages.codes}
    counts = require_reconciled(instance.engine).of(instance.initiative.id)
    assert counts == StatementCounts(received=number, open=number)


@NUMBER
def test_an_erasure_while_the_row_moves_is_done_and_a_page_sent_again_behind_it_stores_nothing(
    instance: Instance, number: int
) -> None:
    pages = Pages(instance, number)

    def sign_and_erase(place: int) -> object:
        pages.send(place)
        erase_now(instance.engine, instance.settings, instance.initiative, pages.codes[place])
        return pages.send(place)

    with moving(instance):
        answers = at_once(sign_and_erase, list(range(number)))

    assert set(answers) == {"erased"}
    assert count(instance, arrival, settled, statement, erasure) == (0, 0, 0, number)
    with reading(instance.engine) as connection:
        erased = set(connection.scalars(select(erasure.c.statement_id)))
    assert erased == {code.statement_id for code in pages.codes}
    counts = require_reconciled(instance.engine).of(instance.initiative.id)
    assert counts == StatementCounts(received=number, erased=number)


def test_on_sqlite_a_row_id_that_a_settler_found_may_be_that_of_somebody_who_signed_since(on_sqlite: Instance) -> None:
    """Another settler has emptied the table meanwhile: its row ids begin at one again."""
    codes = signed(on_sqlite, 3)

    with writing(on_sqlite.engine) as connection:
        connection.execute(LEAVE, {"chosen": [1, 2, 3]})

    assert stored(on_sqlite) == {code.statement_id for code in codes}
