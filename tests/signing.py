"""Signing for tests: from what was typed to the stored row, as the pages do it in two requests."""

from collections.abc import Mapping
from datetime import date

from signer.initiatives.collection import Collection
from signer.scheme.statement import read_statement
from signer.sealing.code import Code
from signer.statements.record import record as record_statement
from signer.statements.store import Store
from tests.acts import MAY_DAY
from tests.conftest import Instance
from tests.people import ADA
from tests.solved import new_check


def record(
    store: Store,
    collection: Collection,
    fields: Mapping[str, str],
    *,
    code: Code | None = None,
    check_id: bytes | None = None,
    on: date = MAY_DAY,
    confirmed: frozenset[str] = frozenset(),
) -> date:
    """Read `fields`, record the statement that they make, and return its day; raises what the two raise.

    code, check_id: new ones, if none are given.
    """
    code, check_id = code or Code.new(), check_id or new_check()
    statement = read_statement(fields, collection.form, on=on, confirmed=confirmed)
    return record_statement(store, collection, statement, code=code, check_id=check_id, on=on)


def signed(instance: Instance, number: int, *, member_state: str = "DE", on: date = MAY_DAY) -> list[Code]:
    """Record so many statements, of Germans if not told otherwise, and return their codes."""
    codes = [Code.new() for _ in range(number)]
    for code in codes:
        record(instance.store, instance.collection(member_state), ADA, code=code, on=on)
    return codes
