"""Promise 4 while eight people sign at a time: frozen and exported meanwhile, each statement still comes out once.

The service is a real one, with two processes; the auditors work beside it, as the command line does.
"""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from signer.batches.batch_file import open_batch
from signer.batches.freeze import NotFinal, NothingToFreeze, freeze
from signer.batches.manifest import Manifest
from signer.batches.queries import list_batches
from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.batches.state import State, WrongStep, fail_batch_of_erased
from signer.database import reading, writing
from signer.days import today
from signer.initiatives.initiative import Status
from signer.initiatives.lifecycle import change_status
from signer.retention import erase as erasing
from signer.sealing.code import Code
from tests.acts import MAY_DAY, act, erase_now, export_to, unit
from tests.batches.conftest import AFTER, newest, signed
from tests.conftest import NUMBER, Instance
from tests.journeys.served import NotRecorded, Server, serving, sign
from tests.people import ADA
from tests.solved import solution

pytestmark = pytest.mark.slow


CITIZENS = 8
MEMBER_STATES = ("DE", "DK", "FI", "FR")
ONE_ERASES_OF = 15
"""One of so many takes the statement back at once."""
PATIENCE = 300
_numbers = itertools.count()


class Citizens:
    """Eight people at eight machines, each signing again and again until the service takes no more.

    told: of each statement, the Member State and the code on the thanks page.
    erased: ids of those taken back again. troubled: what went wrong while the collection was open.
    """

    def __init__(self, server: Server, instance: Instance) -> None:
        self.told: list[tuple[str, Code]] = []
        self.erased: set[bytes] = set()
        self.troubled: list[Exception] = []
        self._port, self._instance = server.port, instance
        self._closing, self._ended = threading.Event(), threading.Event()

    @contextmanager
    def signing(self) -> Iterator[None]:
        """Let them sign while the block runs; it has to close the collection, or they go on for a while."""
        threads = [threading.Thread(target=self._sign_on) for _ in range(CITIZENS)]
        for thread in threads:
            thread.start()
        try:
            yield
            for thread in threads:
                thread.join(timeout=10)
        finally:
            self._ended.set()
            for thread in threads:
                thread.join()

    def expect_the_close(self) -> None:
        """From now on somebody may be refused; nobody takes a statement back any more."""
        self._closing.set()

    def kept(self, member_state: str) -> set[bytes]:
        """Ids of the statements that somebody was told are recorded and has not taken back."""
        return {code.statement_id for place, code in self.told if place == member_state} - self.erased

    def _sign_on(self) -> None:
        while not self._ended.is_set():
            try:
                self._sign(next(_numbers))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
                if not (self._closing.is_set() and isinstance(error, NotRecorded)):
                    self.troubled.append(error)
                return

    def _sign(self, number: int) -> None:
        member_state = MEMBER_STATES[number % len(MEMBER_STATES)]
        # Solved beforehand: a real one takes this process, not the server, more time than all the rest.
        solved, address = solution(self._instance.settings), f"2001:db8:{number:x}::1"
        code = sign(self._port, member_state, ADA, address=address, human_check=solved)
        self.told.append((member_state, code))
        if number % ONE_ERASES_OF == 0 and not self._closing.is_set():
            erase_now(self._instance.engine, self._instance.initiative.id, code, on=today())
            self.erased.add(code.statement_id)


class Auditors:
    """They freeze and export; every file that they get they check as the holders will."""

    def __init__(self, instance: Instance, folder: Path) -> None:
        self.interim = 0
        self.exported = 0
        self._instance, self._folder = instance, folder

    def freeze_while(self, citizens: Citizens, statements: int) -> None:
        """Freeze interim batches until so many have signed, and there are more batches than Member States."""
        deadline = time.monotonic() + PATIENCE
        while not citizens.troubled and time.monotonic() < deadline:
            if len(citizens.told) >= statements and self.interim > len(MEMBER_STATES):
                return
            for member_state in MEMBER_STATES:
                with suppress(NothingToFreeze):
                    self._freeze(member_state, final=False)
                    self.interim += 1
            time.sleep(0.2)

    def close(self) -> None:
        """Close the collection and freeze final batches at once; the pages hear of it up to two seconds later."""
        with writing(self._instance.engine) as connection:
            change_status(unit(connection, self._instance.settings, on=today()), NUMBER, Status.CLOSED)
        self.freeze_final()

    def freeze_final(self) -> None:
        """Freeze final batches of the Member States that have none, or whose batch was voided by an erasure."""
        for member_state in MEMBER_STATES:
            with suppress(NotFinal):
                self._freeze(member_state, final=True)

    @contextmanager
    def exporting(self) -> Iterator[None]:
        """Export again and again while the block runs."""
        ended = threading.Event()
        troubled: list[Exception] = []

        def go_on() -> None:
            try:
                while not ended.wait(0.2):
                    self.export_all()
            except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
                troubled.append(error)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        assert troubled == []

    def export_all(self) -> dict[str, tuple[Manifest, list[bytes]]]:
        """Write every frozen batch to a file; return manifest and ids by Member State, the newest batch of each."""
        folder = self._folder / f"files-{next(_numbers)}"
        folder.mkdir()
        with reading(self._instance.engine) as connection:
            found = [there for there in list_batches(connection, NUMBER) if there.state is State.FROZEN]
        for there in found:
            # Somebody may have taken a statement of it back meanwhile, or the final one superseded it.
            with suppress(WrongStep):
                export_to(folder, self._instance.engine, self._instance.settings, there, on=today())
        assert all(path.suffix == ".zip" for path in folder.iterdir()), "something half-written was left"
        files = [self._read(path) for path in sorted(folder.iterdir())]
        self.exported += len(files)
        return {manifest.member_state: (manifest, ids) for manifest, ids in files}

    def _read(self, path: Path) -> tuple[Manifest, list[bytes]]:
        with open_batch(path, self._instance.trust.manifest_key) as batch:
            batch.require_exact()
            return batch.manifest, [record.statement_id for record in batch.records()]

    def _freeze(self, member_state: str, *, final: bool) -> None:
        act(self._instance.engine, self._instance.settings, on=today())(freeze)(
            NUMBER, member_state, until=None if final else today(), final=final
        )


@pytest.mark.parametrize("statements", [80, pytest.param(1200, marks=pytest.mark.long)])
def test_every_statement_that_somebody_was_told_of_is_in_exactly_one_final_batch(
    collecting: Instance, tmp_path: Path, statements: int
) -> None:
    """Also of those who press the button in the moment in which the collection closes and is frozen for good."""
    auditors = Auditors(collecting, tmp_path)

    with serving(collecting, tmp_path / "serve.log") as server:
        citizens = Citizens(server, collecting)
        with citizens.signing(), auditors.exporting():
            auditors.freeze_while(citizens, statements)
            told_while_open = len(citizens.told)
            citizens.expect_the_close()
            auditors.close()
    auditors.freeze_final()
    files = auditors.export_all()

    assert citizens.troubled == []
    assert told_while_open >= statements
    assert auditors.interim > len(MEMBER_STATES)
    assert auditors.exported > len(MEMBER_STATES)
    assert citizens.erased
    assert tuple(files) == MEMBER_STATES
    with reading(collecting.engine) as connection:
        numbers = require_reconciled(connection)
    for member_state, (manifest, ids) in files.items():
        assert manifest.final
        assert max(Counter(ids).values()) == 1
        assert set(ids) == citizens.kept(member_state)
        told = sum(place == member_state for place, _ in citizens.told)
        there = StatementCounts(received=told, open=0, in_batches=manifest.count, erased=told - manifest.count)
        assert numbers.of(collecting.initiative.id, member_state) == there
        assert manifest.count == len(ids)


def test_who_erases_in_the_moment_of_the_final_freeze_and_the_auditor_both_get_done(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One holds the row and wants its batch, the other has voided that batch and wants the row."""
    codes = signed(instance, 3)
    act(instance.engine, instance.settings)(freeze)(NUMBER, "DE", until=MAY_DAY, final=False)
    holds_the_row = threading.Event()

    def slowly(*arguments: object, **options: object) -> bool:
        holds_the_row.set()
        time.sleep(0.5)
        return fail_batch_of_erased(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(erasing, "fail_batch_of_erased", slowly)
    troubled: list[Exception] = []

    def take_back() -> None:
        try:
            erase_now(instance.engine, instance.initiative.id, codes[0], on=AFTER)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            troubled.append(error)

    citizen = threading.Thread(target=take_back)
    citizen.start()
    assert holds_the_row.wait(60)
    act(instance.engine, instance.settings, on=AFTER)(freeze)(NUMBER, "DE", until=None, final=True)
    citizen.join()

    assert troubled == []
    assert (newest(instance).final, newest(instance).count, newest(instance).state) == (True, 2, State.FROZEN)
