"""A human check lets one statement in, whichever process and store sees it first, and is then forgotten."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from signer.batches.reconcile import require_reconciled
from signer.database import open_engine, reading
from signer.human_check.expire import CHUNK, expire_spent_checks
from signer.sealing.code import Code
from signer.statements.store import AlreadyErased, CheckSpent, Store
from signer.statements.stores import open_store
from signer.statements.tables import spent_check
from tests.acts import MAY_DAY, erase_now
from tests.conftest import Instance
from tests.people import ADA, BERT
from tests.settling import count, stored
from tests.signing import record
from tests.solved import new_check


def sign(
    instance: Instance,
    check_id: bytes,
    *,
    code: Code | None = None,
    who: dict[str, str] = ADA,
    store: Store | None = None,
) -> Code:
    """Record a statement that comes with the human check of this name."""
    code = code or Code.new()
    germany = instance.collection("DE")
    record(store or instance.store, germany, who, code=code, check_id=check_id, on=MAY_DAY, confirmed=frozenset())
    return code


def kept(instance: Instance) -> tuple[int, ...]:
    """How many statements and spent checks there are."""
    return len(stored(instance)), *count(instance, spent_check)


def test_a_second_statement_with_the_same_check_is_refused_and_leaves_nothing(instance: Instance) -> None:
    check_id = new_check()
    sign(instance, check_id)

    with pytest.raises(CheckSpent):
        sign(instance, check_id, who=BERT)

    assert kept(instance) == (1, 1)
    require_reconciled(instance.engine)


def test_the_same_page_sent_twice_is_still_no_error(instance: Instance) -> None:
    check_id = new_check()
    code = sign(instance, check_id)

    sign(instance, check_id, code=code)

    assert kept(instance) == (1, 1)


def test_an_erased_statement_is_called_erased_and_its_check_stays_spent(instance: Instance) -> None:
    check_id = new_check()
    code = sign(instance, check_id)
    erase_now(instance.engine, instance.settings, instance.initiative, code, on=MAY_DAY)

    with pytest.raises(AlreadyErased):
        sign(instance, check_id, code=code)
    with pytest.raises(CheckSpent):
        sign(instance, check_id)


def test_of_many_statements_at_once_with_one_check_one_is_kept(instance: Instance) -> None:
    """Two stores on one database, as two worker processes have them."""
    other = open_store(open_engine(instance.settings))
    check_id = new_check()

    def try_to_sign(number: int) -> bool:
        try:
            sign(instance, check_id, store=(instance.store, other)[number % 2])
        except CheckSpent:
            return False
        return True

    with ThreadPoolExecutor(8) as people:
        passed = list(people.map(try_to_sign, range(40)))
    other.close()

    assert passed.count(True) == 1
    assert kept(instance) == (1, 1)


AGAIN = """
import sys
from datetime import date
from signer.database import open_engine
from signer.initiatives.catalogue import Catalogue
from signer.sealing.code import Code
from signer.settings import Settings
from tests.signing import record
from signer.statements.store import CheckSpent
from signer.statements.stores import open_store
from pathlib import Path
from tests.conftest import NUMBER
from tests.people import ADA
instance, secrets, url, fingerprint, check_id = sys.argv[1:]
settings = Settings(Path(instance), Path(secrets), database_url=url, collection_keys={NUMBER: fingerprint})
engine = open_engine(settings)
germany = Catalogue(engine, settings).collection(NUMBER, "DE")
store = open_store(engine)
try:
    check_id = bytes.fromhex(check_id)
    record(store, germany, ADA, code=Code.new(), check_id=check_id, on=date(2027, 5, 1), confirmed=frozenset())
except CheckSpent:
    print("refused")
store.close()
"""


@pytest.mark.slow
def test_another_process_and_a_later_one_refuse_it_too(instance: Instance) -> None:
    """The memory is the database's: it outlives a restart and holds for every worker."""
    check_id = new_check()
    sign(instance, check_id)
    settings = instance.settings
    (fingerprint,) = settings.collection_keys.values()
    arguments = [str(settings.instance), str(settings.secrets), settings.database_url, fingerprint, check_id.hex()]

    for _ in range(2):
        again = subprocess.run(
            [sys.executable, "-c", AGAIN, *arguments], capture_output=True, text=True, check=True, timeout=60
        )
        assert again.stdout == "refused\n"


def test_what_is_kept_of_a_check_is_as_old_as_the_statement_and_names_none(instance: Instance) -> None:
    """Promises 1 and 2: a name that only the key can make, and the day that the statement's row has anyway."""
    check_id = new_check()
    code = sign(instance, check_id)

    with reading(instance.engine) as connection:
        assert connection.execute(select(spent_check)).all() == [(check_id, MAY_DAY)]
    assert check_id != code.statement_id


def test_spent_checks_are_forgotten_after_a_day_when_no_page_can_carry_them_any_more(instance: Instance) -> None:
    for _ in range(3):
        sign(instance, new_check())

    assert expire_spent_checks(instance.engine, MAY_DAY) == 0
    assert expire_spent_checks(instance.engine, MAY_DAY + timedelta(days=1)) == 0
    assert expire_spent_checks(instance.engine, MAY_DAY + timedelta(days=2)) == 3
    assert kept(instance) == (3, 0)


def test_many_are_forgotten_in_small_commits(instance: Instance) -> None:
    with instance.engine.begin() as connection:
        rows = [{"id": os.urandom(16), "spent_on": MAY_DAY} for _ in range(2 * CHUNK + 1)]
        connection.execute(spent_check.insert(), rows)

    assert expire_spent_checks(instance.engine, MAY_DAY + timedelta(days=2)) == 2 * CHUNK + 1
