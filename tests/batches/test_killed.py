"""The process is killed at every step of every command: nothing is half-done, and the same command run again goes on.

A step is what can be seen from outside: a statement or commit that is sent, a file that is touched (tests/commands.py).
A kill is SIGKILL: nothing can clean up.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from signer.batches.batch_file import open_batch
from signer.batches.queries import BatchSummary, find_batch, read_certificate
from signer.batches.state import State
from signer.database import reading
from signer.days import today
from signer.initiatives.initiative import Status
from signer.initiatives.lifecycle import change_status
from tests.acts import act, erase_now, freeze_now
from tests.batches.conftest import Signer, only_line
from tests.batches.killed import (
    COUNTED,
    NOTHING_LEFT,
    ON_ITS_WAY,
    assert_sound,
    batches,
    killed_everywhere,
    steps_of,
    through,
    until_it_has_an_effect,
)
from tests.commands import KILLED, Kill
from tests.conftest import NUMBER, Instance, in_file
from tests.signing import signed

DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables and no rows; on PostgreSQL in the long form only."""
    url: str = in_file(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")()
    return url


@pytest.fixture(params=[4, pytest.param(1, marks=pytest.mark.long)], ids=lambda every: f"every {every}")
def every(request: pytest.FixtureRequest) -> int:
    """Before each so-manieth step commands are killed; before every single one in the long form only."""
    number: int = request.param
    return number


def test_create_killed_at_any_step_has_frozen_a_whole_batch_or_none_and_goes_on_with_what_is_open(
    closed: Instance, signer: Signer, every: int
) -> None:
    ended, stages = through(closed, signer, every, "create", "--final")

    assert (ended.code, ended.stdout) == (0, NOTHING_LEFT)
    assert [(str(there), there.count) for there in batches(closed)] == [("DE 1", 3), ("DE 2", 3), ("FR 1", 2)]
    assert [there.state for there in batches(closed)] == [State.FAILED, State.FROZEN, State.FROZEN]
    assert [len(stage["batch"]) for stage in stages] == [1, 2, 3]


@pytest.fixture
def unsettled(collecting: Instance) -> tuple[Instance, set[bytes]]:
    """Three Germans, yesterday and today, and a Frenchman; then it was closed, before anything was settled. Ids too."""
    codes = signed(collecting, 2, on=today() - DAY) + signed(collecting, 1, on=today())
    codes += signed(collecting, 1, member_state="FR", on=today())
    act(collecting.engine, collecting.settings, on=today())(change_status)(NUMBER, Status.CLOSED)
    return collecting, {code.statement_id for code in codes}


def test_create_killed_at_any_step_of_settling_moving_listing_and_freezing_loses_and_doubles_nobody(
    unsettled: tuple[Instance, set[bytes]], signer: Signer, every: int
) -> None:
    """On SQLite a row is copied before it leaves its first table; killed between the two, it counts once all the same.

    Whatever is where, `assert_sound` has counted it.
    """
    instance, ids = unsettled

    ended, stages = through(instance, signer, every, "create", "--final")

    assert (ended.code, ended.stdout) == (0, NOTHING_LEFT)
    for stage in stages:
        assert {row[0] for table in ON_ITS_WAY for row in stage[table.name]} == ids
    assert [len(stages[-1][table.name]) for table in (*ON_ITS_WAY, *COUNTED)] == [0, 0, 4, 4, 1, 3, 2]
    assert [(str(there), there.count, there.final) for there in batches(instance)] == [
        ("DE 1", 3, True),
        ("FR 1", 1, True),
    ]
    assert len(stages) > 3, "it was killed between these steps, too"


def test_create_of_named_member_states_goes_on_behind_the_one_that_is_done(
    closed: Instance, signer: Signer, every: int
) -> None:
    named = ("create", "--final", "--member-state", "DE", "--member-state", "FR")
    until_it_has_an_effect(closed, signer, every, *named)
    assert [(str(there), there.state) for there in batches(closed)] == [("DE 1", State.FAILED), ("DE 2", State.FROZEN)]

    again = signer("batch", *named)

    assert (again.code, again.stdout) == (1, f"FR 1 (final): 2 statements until {today()}\n")
    assert again.stderr == "signer: batch 2 of DE is final already\n"
    assert_sound(closed)


def test_a_final_batch_is_made_also_where_every_statement_lies_in_an_interim_one(
    closed: Instance, signer: Signer
) -> None:
    """Of Germany nothing is open, and yet its authority has to get what was signed: it takes final batches only."""
    made = signer("batch", "create", "--final")

    assert made.stdout.splitlines()[0] == f"DE 2 (final): 3 statements until {today()}"


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
    frozen: Instance, signer: Signer, every: int, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = ("export", "--quiet", "--out", out)

    def exported() -> list[str]:
        return sorted(path.name for path in out.glob("[!.]*"))

    def is_there(told: str) -> bool:
        return {Path(line).name for line in told.splitlines()} <= set(exported())

    counts = []
    for _ in killed_everywhere(frozen, signer, every, *command, done=exported, may_tell=is_there):
        assert_files_whole(frozen, out)
        counts.append(len(exported()))
    again = signer("batch", *command)

    assert sorted(set(counts)) == [0, 1, 2]
    files = sorted(out.iterdir())
    assert [path.name for path in files] == ["2027-000042-DE-2.zip", "2027-000042-FR-1.zip"]
    assert (again.code, again.stdout) == (0, "".join(f"{path}\n" for path in files))
    assert_files_whole(frozen, out)
    for path in files:
        with open_batch(path, frozen.trust.manifest_key) as opened:
            opened.require_exact()


def test_export_of_what_was_erased_from_killed_at_any_step_makes_the_file_again_once(
    collecting: Instance, signer: Signer, every: int, tmp_path: Path
) -> None:
    codes = signed(collecting, 2, on=today() - DAY)
    freeze_now(collecting.engine, collecting.settings, "DE", number=NUMBER, on=today())
    erase_now(collecting.engine, collecting.settings, collecting.initiative, codes[0], on=today())
    out = tmp_path / "out"

    def done() -> object:
        # Not what is recorded of an export: that comes before its file shows, each time anew.
        return batches(collecting), sorted(path.name for path in out.glob("[!.]*"))

    for _ in killed_everywhere(
        collecting,
        signer,
        every,
        "export",
        "--quiet",
        "--out",
        out,
        done=done,
        may_tell=lambda told: not told or out.exists(),
    ):
        assert_files_whole(collecting, out)

    (there,) = batches(collecting)
    steps = steps_of(collecting, there)
    assert (there.count, steps[:2], set(steps[2:])) == (1, ["frozen", "remade"], {"exported"})
    with open_batch(out / "2027-000042-DE-1.zip", collecting.trust.manifest_key) as opened:
        opened.require_exact()
        assert [found.statement_id for found in opened.records()] == [codes[1].statement_id]


@dataclass(frozen=True)
class Taken:
    """A step of one batch: the command, and what it says when it is done already."""

    command: tuple[object, ...]
    done: str


def steps(file: Path) -> Iterator[Taken]:
    """The way of the German batch to its certificate."""
    day = today().isoformat()
    office = ("--to", "Authority of Invention, office 4")
    letter = ("--reference", "Letter 7")
    numbers = ("--on", day, "--reference", "Certificate 9", "--online", 3, "--paper", 1, "--invalid", "duplicate=0")
    yield Taken(
        ("hand-over", "DE", 2, "--file", file, *office), "batch DE 2 is handed_over and cannot become handed_over"
    )
    yield Taken(("receive", "DE", 2, *letter), "batch DE 2 is received and cannot become received")
    yield Taken(("certify", "DE", 2, *numbers), "this certificate of batch DE 2 is recorded already")


def assert_goes_on(instance: Instance, signer: Signer, every: int, taken: Taken) -> None:
    """Killed anywhere, the command has done everything or nothing; done and not told, it says so when run again."""
    ended, stages = through(instance, signer, every, *taken.command)

    assert only_line(ended) == f"signer: {taken.done}"
    assert len(stages) == 2


def test_the_steps_to_the_certificate_killed_anywhere_are_taken_once_or_not_at_all(
    frozen: Instance, signer: Signer, every: int, tmp_path: Path
) -> None:
    """A command that was killed before it could tell says, when it is run again, what is done already."""
    signer("batch", "export", "--quiet", "--out", tmp_path)

    for taken in steps(tmp_path / "2027-000042-DE-2.zip"):
        assert_goes_on(frozen, signer, every, taken)

    with reading(frozen.engine) as connection:
        there = find_batch(connection, NUMBER, "DE", 2)
        certified = read_certificate(connection, there.id)
    assert steps_of(frozen, there) == ["frozen", "exported", "handed_over", "received", "certified"]
    assert certified
    assert certified.valid == 4


def test_opening_again_killed_anywhere_is_done_once_or_not_at_all(frozen: Instance, signer: Signer, every: int) -> None:
    reason = ("--reason", "two letters of a title were wrong")
    done = "batch DE 2 is failed and cannot become failed"

    assert_goes_on(frozen, signer, every, Taken(("open-again", "DE", 2, *reason), done))

    assert signer("batch", "create", "--final").stdout == f"DE 3 (final): 3 statements until {today()}\n"


MOMENTS = 30


@pytest.mark.long
def test_killed_at_any_moment_create_and_export_are_done_by_the_next_run(
    collecting: Instance, signer: Signer, tmp_path: Path
) -> None:
    """Not at a step but in the middle of one, at moments spread evenly over the time that a command takes."""
    signed(collecting, 200, on=today() - DAY)
    longest = 0.0
    # The first one settles and moves them, too, which takes longer.
    for number in (1, 2):
        began = time.monotonic()
        signer("batch", "create")
        longest = 1.5 * (time.monotonic() - began)
        signer("batch", "open-again", "DE", number, "--reason", "only to see how long it takes")

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
