"""Runs `signer` commands, each in a process of its own, and kills one (kill -9) at a step that a test chooses.

Loading the program takes longest. One process does it once and divides for each command; it reads orders in JSON from
its standard input, a line each, and answers each with how the command ended.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn, Self

from sqlalchemy import Engine, event

from signer.cli.main import COMMANDS

LOADED = (*(command.partition(":")[0] for command in COMMANDS.values()), "alembic.command")
KILLED = -signal.SIGKILL
CRASHED = 70
CHANGES = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.truncate"}
"""Python's own names of what a process does to files (`sys.addaudithook`)."""
PATIENCE_SECONDS = 300
"""A command that takes longer hangs, and is ended."""


@dataclass(frozen=True)
class Kill:
    """When a command is killed: before one of its steps that can be seen from outside, or after some seconds.

    step: which one, counted from 1. A step is a statement or a commit that the database is sent, a file that is opened
    to be written, synced, renamed, linked or removed, and the end, before anything that was printed is let out.
    """

    step: int = 0
    seconds: float = 0


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit status, or KILLED; and what it printed."""

    code: int
    stdout: str
    stderr: str


class Commands:
    """The process that has loaded the program."""

    def __init__(self, folder: Path) -> None:
        self._files = [str(folder / name) for name in ("stdout", "stderr")]
        command = [sys.executable, "-m", "tests.commands"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate()

    def run(
        self, environment: Mapping[str, str], *arguments: object, folder: Path | None = None, kill: Kill | None = None
    ) -> Ended:
        """Run `signer` with these arguments to its end, or until it is killed.

        environment: of names that begin with SIGNER_, there are no others. folder: it runs there.
        """
        order = {
            "arguments": ["signer", *map(str, arguments)],
            "environment": dict(environment),
            "folder": str(folder or Path.cwd()),
            "files": self._files,
            "kill": asdict(kill or Kill()),
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Ended(code, *(Path(file).read_text(encoding="utf-8") for file in self._files))


def serve_orders() -> None:
    """Run each command that is ordered, until nobody orders any more."""
    for module in LOADED:
        importlib.import_module(module)
    for line in sys.stdin:
        order = json.loads(line)
        kill = Kill(**order["kill"])
        process = os.fork()
        if not process:
            os.chdir(order["folder"])
            _run(order["arguments"], order["environment"], order["files"], kill)
        if kill.seconds:
            time.sleep(kill.seconds)
            os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - its answer


def _run(arguments: list[str], environment: Mapping[str, str], files: list[str], kill: Kill) -> NoReturn:
    signal.alarm(PATIENCE_SECONDS)
    # The orders are not for it to read.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), descriptor)
    for name in [name for name in os.environ if name.startswith("SIGNER_")]:
        del os.environ[name]
    os.environ.update(environment)
    sys.argv = arguments
    steps = _Steps(kill.step) if kill.step else None
    code: object = 0
    try:
        importlib.import_module("signer.cli.main").main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - as Python itself would end
        traceback.print_exc()
        code = CRASHED
    if steps:
        steps.take()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


class _Steps:
    """Counts the steps of this process, and kills it before the one that was chosen."""

    def __init__(self, fatal: int) -> None:
        self._taken, self._fatal = 0, fatal
        event.listen(Engine, "before_cursor_execute", self.take)
        event.listen(Engine, "commit", self.take)
        self._sync, os.fsync = os.fsync, self._step_and_sync
        sys.addaudithook(self._hear)

    def take(self, *_unused: object) -> None:
        self._taken += 1
        if self._taken == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def _step_and_sync(self, file: int) -> None:
        self.take()
        self._sync(file)

    def _hear(self, name: str, arguments: tuple[object, ...]) -> None:
        if name in CHANGES or (name == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE):
            self.take()


if __name__ == "__main__":
    serve_orders()
