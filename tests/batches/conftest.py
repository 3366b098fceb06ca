"""Named states of batches: signed, frozen, exported."""

from datetime import timedelta
from pathlib import Path

import pytest

from signer.batches.export import export
from signer.batches.freeze import freeze
from signer.batches.queries import BatchSummary, list_batches
from signer.database import reading
from signer.sealing.code import Code
from tests.conftest import END, MAY_DAY, NUMBER, TESTER, Instance
from tests.people import ADA
from tests.signing import record
from tests.solved import new_check

AFTER = END + timedelta(days=1)


def signed(instance: Instance, count: int) -> list[Code]:
    """Record `count` statements of Germans and return their codes."""
    codes = [Code.new() for _ in range(count)]
    for code in codes:
        record(
            instance.store,
            instance.collection("DE"),
            ADA,
            code=code,
            check_id=new_check(),
            on=MAY_DAY,
            confirmed=frozenset(),
        )
    return codes


def newest(instance: Instance) -> BatchSummary:
    """The newest batch."""
    with reading(instance.engine) as connection:
        return list_batches(connection, NUMBER)[-1]


@pytest.fixture
def final(instance: Instance) -> BatchSummary:
    """A final batch of twelve German statements."""
    signed(instance, 12)
    freeze(instance.engine, instance.settings, NUMBER, "DE", until=None, final=True, on=AFTER, actor=TESTER)
    return newest(instance)


@pytest.fixture
def exported(instance: Instance, final: BatchSummary, tmp_path: Path) -> Path:
    """The file of the final batch."""
    return export(instance.engine, instance.settings, final, tmp_path, on=AFTER, actor=TESTER)
