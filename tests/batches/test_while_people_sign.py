"""Promise 4 while eight people sign at a time: frozen and exported meanwhile, each statement still comes out once.

The service is a real one, with two processes, one of which settles; the auditors work beside it, as the command line
does. What is signed today is frozen when the collection has closed; the days before are frozen, and opened again, all
the while.
"""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path

import pytest

from signer.batches.batch_file import open_batch
from signer.batches.freeze import NothingToFreeze
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary, list_batches
from signer.batches.reconcile import StatementCounts, require_reconciled
from signer.batches.state import State, WrongStep
from signer.batches.transitions import open_again
from signer.database import reading
from signer.days import today
from signer.initiatives.initiative import Status
from signer.initiatives.lifecycle import change_status
from signer.retention import erase as erasing
from signer.retention.journal import note_request
from signer.sealing.code import Code
from tests.acts import act, erase_now, export_to, freeze_now
from tests.batches.conftest import AFTER, NEXT, newest
from tests.beside import beside
from tests.conftest import NUMBER, Instance
from tests.journeys.served import NotRecorded, Server, serving, sign
from tests.people import ADA
from tests.signing import signed
from tests.solved import solution

pytestmark = pytest.mark.slow


CITIZENS = 8
MEMBER_STATES = ("DE", "DK", "FI", "FR")
ONE_ERASES_OF = 15
"""One of so many takes the statement back at once, and another one of the days before."""
EARLIER_DAYS, A_DAY = 3, 3
"""Days before today, and how many signed on each in each Member State."""
PATIENCE = 300
_numbers = itertools.count()


class Citizens:
    """Eight people at eight machines, each signing again and again until the service takes no more.

    told: of each statement, also those of the days before, the Member State and the code on the thanks page.
    erased: ids of those taken back again. troubled: what went wrong while the collection was open.
    """

    def __init__(self, server: Server, instance: Instance, told: Iterable[tuple[str, Code]]) -> None:
        self.told = list(told)
        # Some of each Member State and day stay.
        self._regretted = self.told[::A_DAY]
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
            self._take_back(code)
            if self._regretted:
                self._take_back(self._regretted.pop()[1])

    def _take_back(self, code: Code) -> None:
        erase_now(self._instance.engine, self._instance.settings, self._instance.initiative, code, on=today())
        self.erased.add(code.statement_id)


def earlier(instance: Instance) -> Iterator[tuple[str, Code]]:
    """Let people sign on the days before; yield the Member State and the code of each."""
    for days in range(EARLIER_DAYS, 0, -1):
        for member_state in MEMBER_STATES:
            for code in signed(instance, A_DAY, member_state=member_state, on=today() - timedelta(days=days)):
                yield member_state, code


class Auditors:
    """They freeze, open again and export; every file that they get they check as the holders will.

    interim, opened, exported: how many batches, and files.
    """

    def __init__(self, instance: Instance, folder: Path) -> None:
        self.interim = self.opened = self.exported = 0
        self._instance, self._folder = instance, folder

    def freeze_while(self, citizens: Citizens, statements: int) -> None:
        """Freeze interim batches and open them again until so many have been told, and each has been done often."""
        deadline = time.monotonic() + PATIENCE
        while not citizens.troubled and time.monotonic() < deadline:
            if len(citizens.told) >= statements and self.opened > len(MEMBER_STATES):
                return
            for days in range(EARLIER_DAYS, 0, -1):
                for member_state in MEMBER_STATES:
                    self._freeze_interim(member_state, until=today() - timedelta(days=days))
            for there in self._frozen()[::2]:
                reason = "two letters of a title were wrong"
                act(self._instance.engine, self._instance.settings, on=today())(open_again)(there, reason=reason)
                self.opened += 1
            time.sleep(0.2)

    def close_and_freeze(self) -> None:
        """Close the collection and freeze final batches at once; the pages hear of it up to two seconds later."""
        act(self._instance.engine, self._instance.settings, on=today())(change_status)(NUMBER, Status.CLOSED)
        for member_state in MEMBER_STATES:
            freeze_now(
                self._instance.engine, self._instance.settings, member_state, number=NUMBER, final=True, on=today()
            )

    def _freeze_interim(self, member_state: str, *, until: date) -> None:
        # Nothing of these days is open, unless a batch was opened again.
        with suppress(NothingToFreeze):
            freeze_now(
                self._instance.engine, self._instance.settings, member_state, number=NUMBER, until=until, on=today()
            )
            self.interim += 1

    def _frozen(self) -> list[BatchSummary]:
        with reading(self._instance.engine) as connection:
            return [there for there in list_batches(connection, NUMBER) if there.state is State.FROZEN]

    def export_all(self) -> dict[str, tuple[Manifest, list[bytes]]]:
        """Write every frozen batch to a file; return manifest and ids by Member State, the newest batch of each."""
        folder = self._folder / f"files-{next(_numbers)}"
        folder.mkdir()
        for there in self._frozen():
            # Somebody may have taken a statement of it back just now, it was opened again, or the final one has it.
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


@pytest.mark.parametrize("statements", [120, pytest.param(1200, marks=pytest.mark.long)])
def test_every_statement_that_somebody_was_told_of_is_in_exactly_one_final_batch(
    collecting: Instance, tmp_path: Path, statements: int
) -> None:
    """Also of those who press the button in the moment in which the collection closes and is frozen for good."""
    auditors = Auditors(collecting, tmp_path)

    # The service's first act is the night that was missed: nobody signs for these days any more.
    told = list(earlier(collecting))
    with serving(collecting, tmp_path / "serve.log") as server:
        citizens = Citizens(server, collecting, told)
        with citizens.signing(), beside(auditors.export_all, every=0.2):
            auditors.freeze_while(citizens, statements)
            told_while_open = len(citizens.told)
            citizens.expect_the_close()
            auditors.close_and_freeze()
    files = auditors.export_all()

    assert citizens.troubled == []
    assert told_while_open >= statements
    assert auditors.interim > auditors.opened > len(MEMBER_STATES)
    assert auditors.exported > len(MEMBER_STATES)
    assert citizens.erased
    assert tuple(files) == MEMBER_STATES
    numbers = require_reconciled(collecting.engine)
    for member_state, (manifest, ids) in files.items():
        assert manifest.final
        assert max(Counter(ids).values()) == 1
        assert set(ids) == citizens.kept(member_state)
        signed_there = sum(place == member_state for place, _ in citizens.told)
        erased = signed_there - manifest.count
        there = StatementCounts(received=signed_there, in_batches=manifest.count, erased=erased)
        assert numbers.of(collecting.initiative.id, member_state) == there
        assert manifest.count == len(ids)


@pytest.mark.parametrize("is_frozen", [True, False], ids=["of an interim batch", "that waits"])
def test_who_erases_in_the_moment_of_the_final_freeze_and_the_auditor_both_get_done(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, is_frozen: bool
) -> None:
    """One holds the row, the other wants to move it, or to read it for the file: which then is made again."""
    codes = signed(instance, 3)
    if is_frozen:
        freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, on=NEXT)
    holds_the_row = threading.Event()

    def slowly(*arguments: object, **options: object) -> None:
        holds_the_row.set()
        time.sleep(0.5)
        note_request(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(erasing, "note_request", slowly)
    troubled: list[Exception] = []

    def take_back() -> None:
        try:
            erase_now(instance.engine, instance.settings, instance.initiative, codes[0], on=AFTER)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            troubled.append(error)

    citizen = threading.Thread(target=take_back)
    citizen.start()
    assert holds_the_row.wait(60)
    freeze_now(instance.engine, instance.settings, "DE", number=NUMBER, final=True, on=AFTER)
    citizen.join()

    assert troubled == []
    require_reconciled(instance.engine)
    path = export_to(tmp_path, instance.engine, instance.settings, newest(instance), on=AFTER)
    with open_batch(path, instance.trust.manifest_key) as opened:
        opened.require_exact()
        assert {found.statement_id for found in opened.records()} == {code.statement_id for code in codes[1:]}
    assert (newest(instance).final, newest(instance).count, newest(instance).state) == (True, 2, State.FROZEN)
