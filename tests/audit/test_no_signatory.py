"""Nothing of whoever signs, nor that they did, comes into the audit log: it is shown, exported and kept for years."""

import ast
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from signer.audit.read import latest_entries, read_head
from signer.batches.queries import find_batch
from signer.database import reading
from signer.sealing.code import Code
from signer.statements.tables import statement
from tests.acts import MAY_DAY, erase_now, export_to, freeze_now
from tests.conftest import NUMBER, Instance
from tests.people import ADA, BERT
from tests.signing import record

SIGNER = Path(__file__).parents[2] / "signer"
BLIND = ("statements", "human_check", "web/public")
"""Rooms through which a statement goes on its way in."""


def signed(instance: Instance, fields: dict[str, str]) -> Code:
    code = Code.new()
    record(instance.store, instance.collection("DE"), fields, code=code)
    return code


def head(instance: Instance) -> str:
    with reading(instance.engine) as connection:
        return read_head(connection)


def test_signing_and_erasing_leave_no_trace_in_the_log(instance: Instance) -> None:
    """A line for each would tell when somebody signed, and how many did in which minute."""
    before = head(instance)

    code = signed(instance, ADA)
    signed(instance, BERT)
    erase_now(instance.engine, instance.settings, instance.initiative, code, on=MAY_DAY)

    assert head(instance) == before


def test_what_is_done_with_statements_is_written_down_without_anything_of_them(
    instance: Instance, tmp_path: Path
) -> None:
    """Also that a file was made again, which tells that somebody has erased: how many, and nothing of whom."""
    codes = [signed(instance, fields) for fields in (ADA, BERT)]
    after = MAY_DAY + timedelta(days=2)
    freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, until=MAY_DAY, on=after)
    with reading(instance.engine) as connection:
        ids = [bytes(value).hex() for value in connection.scalars(select(statement.c.id))]
        batch = find_batch(connection, NUMBER, "DE", 1)
    erase_now(instance.engine, instance.settings, instance.initiative, codes[0], on=after)
    export_to(tmp_path, instance.engine, instance.settings, batch, on=after)

    with reading(instance.engine) as connection:
        entries = [entry.to_json() for entry in latest_entries(connection, 100)]
    log = json.dumps(entries, ensure_ascii=False)

    assert [entry["kind"] for entry in entries][:3] == ["batch_exported", "batch_remade", "batch_frozen"]
    # A short number stands in a random fingerprint now and then: in these, only what is not all digits is looked for.
    words = re.sub(r"\b[0-9a-f]{64}\b", "", log)
    # A house number or a country's code is in every log; what tells of one person is not.
    telling = [value for fields in (ADA, BERT) for value in fields.values() if len(value) > 4]
    for code in codes:
        telling += [code.statement_id.hex(), code.blind.hex(), code.erasure_proof.hex()]
    telling += ids
    assert len(telling) > 12
    assert not [value for value in telling if value in (words if value.isdigit() else log)]


@pytest.mark.parametrize("room", BLIND)
def test_no_room_on_the_way_of_a_statement_knows_the_log(room: str) -> None:
    """What cannot write into it cannot write a name into it."""
    for path in (SIGNER / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else ""
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in (module or "", *names) if name.startswith("signer.audit")], path.name
