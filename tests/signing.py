"""Recording for tests: from what was typed to the stored row, as the pages do it in two requests."""

from collections.abc import Mapping
from datetime import date

from signer.initiatives.collection import Collection
from signer.scheme.statement import read_statement
from signer.sealing.code import Code
from signer.statements.record import record as record_statement
from signer.statements.store import Store


def record(
    store: Store,
    collection: Collection,
    fields: Mapping[str, str],
    *,
    code: Code,
    check_id: bytes,
    on: date,
    confirmed: frozenset[str],
) -> None:
    """Read `fields` and record the statement that they make; raises what the two raise."""
    statement = read_statement(fields, collection.form, on=on, confirmed=confirmed)
    record_statement(store, collection, statement, code=code, check_id=check_id, on=on)
