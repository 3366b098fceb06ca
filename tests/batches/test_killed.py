"""The process is killed at every step of every command: nothing is half-done, and the same command run again goes on.

What a step shows is named by the function behind which the process dies. A kill is SIGKILL: nothing can clean up.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from signer.audit.read import read_entries, read_head, verify
from signer.audit.record import audit_key
from signer.audit.tables import audit_head
from signer.batches.batch_file import open_batch
from signer.batches.queries import BatchSummary, find_batch, list_batches, read_certificate, read_steps
from signer.batches.reconcile import require_reconciled
from signer.batches.state import State
from signer.batches.tables import batch, batch_step, certificate
from signer.database import reading
from signer.days import today
from signer.ledger.tables import leaf
from signer.statements.tables import finalised, statement
from tests.batches.conftest import Signer, only_line, signed
from tests.commands import KILLED, Kill
from tests.conftest import NUMBER, Instance

WATCHED = (batch, batch_step, certificate, finalised, audit_head, statement, leaf)


def kept(instance: Instance) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a command about batches writes."""
    with reading(instance.engine) as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in WATCHED}


def assert_sound(instance: Instance) -> None:
    """The numbers agree, and the audit log is whole."""
    with reading(instance.engine) as connection:
        require_reconciled(connection)
        key = audit_key(instance.settings).verifying_key
        verify(read_entries(connection), read_head(connection), instance.settings, key)


def batches(instance: Instance) -> tuple[BatchSummary, ...]:
    with reading(instance.engine) as connection:
        return list_batches(connection, NUMBER)


def steps_of(instance: Instance, there: BatchSummary) -> list[str]:
    with reading(instance.engine) as connection:
        return [taken.step for taken in read_steps(connection, there.id)]


FREEZING = (
    Kill("signer.batches.freeze:require_reconciled"),
    Kill("signer.batches.freeze:_close_behind"),
    Kill("signer.batches.freeze:roll_up_within"),
    Kill("signer.batches.freeze:sequence_within"),
    Kill("signer.batches.freeze:_take_in"),
    Kill("signer.batches.batch_file:Record.encode", call=2),
    Kill("signer.batches.freeze:batch_digest"),
    Kill("signer.batches.freeze:require_reconciled", call=2),
    Kill("signer.batches.freeze:record_step"),
    Kill("signer.batches.freeze:record_event"),
)
"""Until the first batch is committed, in order."""


def test_create_killed_at_any_step_has_frozen_nothing_and_goes_on_with_what_is_open(
    closed: Instance, signer: Signer
) -> None:
    before = kept(closed)
    for kill in FREEZING:
        assert signer("batch", "create", "--final", kill=kill).code == KILLED, kill
        assert kept(closed) == before, kill
        assert_sound(closed)

    behind_the_first = signer("batch", "create", "--final", kill=Kill("signer.cli.batch:freeze"))
    within_the_second = signer("batch", "create", "--final", kill=Kill("signer.batches.freeze:record_event"))
    assert (behind_the_first.code, behind_the_first.stdout) == (within_the_second.code, "") == (KILLED, "")
    assert [(str(there), there.state) for there in batches(closed)] == [("DE 1", State.FAILED), ("DE 2", State.FROZEN)]
    assert_sound(closed)

    again = signer("batch", "create", "--final")

    assert (again.code, again.stdout) == (0, f"FR 1 (final): 2 statements until {today()}\n")
    assert signer("batch", "create", "--final").stdout == "no statement is open\n"
    assert [(str(there), there.count) for there in batches(closed)] == [("DE 1", 3), ("DE 2", 3), ("FR 1", 2)]
    assert_sound(closed)


def test_create_of_named_member_states_goes_on_behind_the_one_that_is_done(closed: Instance, signer: Signer) -> None:
    named = ("batch", "create", "--final", "--member-state", "DE", "--member-state", "FR")
    signer(*named, kill=Kill("signer.cli.batch:freeze"))

    again = signer(*named)

    assert (again.code, again.stdout) == (1, f"FR 1 (final): 2 statements until {today()}\n")
    assert again.stderr == "signer: batch 2 of DE is final already\n"
    assert_sound(closed)


def test_a_final_batch_is_made_also_where_every_statement_lies_in_an_interim_one(
    closed: Instance, signer: Signer
) -> None:
    """Of Germany nothing is open, and yet its authority has to get what was signed: it takes final batches only."""
    made = signer("batch", "create", "--final")

    assert made.stdout.splitlines()[0] == f"DE 2 (final): 3 statements until {today()}"


EXPORTING = (
    Kill("signer.batches.export:_manifest_and_records"),
    Kill("signer.atomic_file:_require_free"),
    Kill("signer.batches.batch_file:Record.encode", call=2),
    Kill("signer.batches.batch_file:make_durable"),
    Kill("signer.batches.export:record_step"),
    Kill("signer.batches.export:record_event"),
    Kill("signer.batches.export:record_export"),
    Kill("pathlib:Path.rename", before=True),
    Kill("pathlib:Path.rename"),
    Kill("signer.cli.batch:export"),
)
"""The first file, in order, and behind it before the second."""


def assert_files_whole(instance: Instance, folder: Path) -> None:
    """What has a final name is the batch as it was frozen; what is left over is hidden and for its owner only."""
    digests = {f"2027-000042-{there.member_state}-{there.number}.zip": there.digest for there in batches(instance)}
    for path in folder.iterdir() if folder.exists() else ():
        if path.name.startswith("."):
            assert path.name.endswith(".partial")
            assert path.stat().st_mode & 0o777 == 0o600
        else:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == digests[path.name]
            assert "exported" in steps_of(instance, find(instance, path.name))


def find(instance: Instance, name: str) -> BatchSummary:
    """The batch whose file has this name."""
    (found,) = (there for there in batches(instance) if name.endswith(f"-{there.member_state}-{there.number}.zip"))
    return found


def test_export_killed_at_any_step_leaves_whole_files_only_and_goes_on_with_those_that_are_missing(
    frozen: Instance, signer: Signer, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for kill in EXPORTING:
        assert signer("batch", "export", "--quiet", "--out", out, kill=kill).code == KILLED, kill
        assert_files_whole(frozen, out)
        assert_sound(frozen)

    again = signer("batch", "export", "--quiet", "--out", out)

    files = sorted(out.iterdir())
    assert [path.name for path in files] == ["2027-000042-DE-2.zip", "2027-000042-FR-1.zip"]
    assert (again.code, again.stdout) == (0, "".join(f"{path}\n" for path in files))
    assert_files_whole(frozen, out)
    for path in files:
        with open_batch(path, frozen.trust.manifest_key) as opened:
            opened.require_exact()


@dataclass(frozen=True)
class Taken:
    """A step of one batch: the command, where it can be killed before it is committed, and what it says when done."""

    command: tuple[object, ...]
    room: str
    function: str
    done: str


def steps(file: Path) -> Iterator[Taken]:
    """The way of the German batch to its certificate."""
    day = today().isoformat()
    office = ("--to", "Authority of Invention, office 4")
    letter = ("--reference", "Letter 7")
    numbers = ("--on", day, "--reference", "Certificate 9", "--online", 3, "--paper", 1, "--invalid", "duplicate=0")
    yield Taken(
        ("hand-over", "DE", 2, "--file", file, *office),
        "transitions",
        "hand_over",
        "batch DE 2 is handed_over and cannot become handed_over",
    )
    yield Taken(
        ("receive", "DE", 2, *letter), "transitions", "receive", "batch DE 2 is received and cannot become received"
    )
    yield Taken(
        ("certify", "DE", 2, *numbers), "certify", "certify", "this certificate of batch DE 2 is recorded already"
    )


def assert_goes_on(instance: Instance, signer: Signer, taken: Taken) -> None:
    """Kill the command behind each thing that it does, then when it is done, and run it once more."""
    before = kept(instance)
    for name in ("move_to", "require_reconciled", "record_step", "record_event"):
        kill = Kill(f"signer.batches.{taken.room}:{name}")
        assert signer("batch", *taken.command, kill=kill).code == KILLED, kill
        assert kept(instance) == before, kill
        assert_sound(instance)

    killed = signer("batch", *taken.command, kill=Kill(f"signer.cli.batch_steps:{taken.function}"))
    done = kept(instance)
    again = signer("batch", *taken.command)

    assert (killed.code, killed.stdout) == (KILLED, "")
    assert done != before
    assert only_line(again) == f"signer: {taken.done}"
    assert kept(instance) == done
    assert_sound(instance)


def test_the_steps_to_the_certificate_killed_anywhere_are_taken_once_or_not_at_all(
    frozen: Instance, signer: Signer, tmp_path: Path
) -> None:
    """A command that was killed before it could tell says, when it is run again, what is done already."""
    signer("batch", "export", "--quiet", "--out", tmp_path)

    for taken in steps(tmp_path / "2027-000042-DE-2.zip"):
        assert_goes_on(frozen, signer, taken)

    with reading(frozen.engine) as connection:
        there = find_batch(connection, NUMBER, "DE", 2)
        certified = read_certificate(connection, there.id)
    assert steps_of(frozen, there) == ["frozen", "exported", "handed_over", "received", "certified"]
    assert certified
    assert certified.valid == 4


def test_opening_again_killed_anywhere_is_done_once_or_not_at_all(frozen: Instance, signer: Signer) -> None:
    reason = ("--reason", "two letters of a title were wrong")
    done = "batch DE 2 is failed and cannot become failed"

    assert_goes_on(frozen, signer, Taken(("open-again", "DE", 2, *reason), "transitions", "open_again", done))

    assert signer("batch", "create", "--final").stdout == f"DE 3 (final): 3 statements until {today()}\n"


MOMENTS = 30


@pytest.mark.long
def test_killed_at_any_moment_create_and_export_are_done_by_the_next_run(
    collecting: Instance, signer: Signer, tmp_path: Path
) -> None:
    """Not at a step but in the middle of one, at moments spread evenly over the time that a command takes."""
    signed(collecting, 200, on=today() - timedelta(days=1))
    began = time.monotonic()
    signer("batch", "create")
    longest = 1.5 * (time.monotonic() - began)
    signer("batch", "open-again", "DE", 1, "--reason", "only to see how long it takes")

    killed = 0
    for moment in range(MOMENTS):
        kill = Kill(seconds=longest * moment / MOMENTS)
        out = tmp_path / f"out-{moment}"
        for command in (("create",), ("export", "--quiet", "--out", out)):
            killed += signer("batch", *command, kill=kill).code == KILLED
            assert_sound(collecting)
            assert_files_whole(collecting, out)
            assert signer("batch", *command).code == 0
        newest = batches(collecting)[-1]
        assert (newest.state, newest.count) == (State.FROZEN, 200)
        (file,) = out.iterdir()
        assert hashlib.sha256(file.read_bytes()).hexdigest() == newest.digest
        assert signer("batch", "open-again", "DE", newest.number, "--reason", "to freeze once more").code == 0

    assert killed > MOMENTS / 2
