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
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn, Self

from signer.cli.main import COMMANDS

LOADED = (*(command.partition(":")[0] for command in COMMANDS.values()), "alembic.command")
KILLED = -signal.SIGKILL
CRASHED = 70
PATIENCE_SECONDS = 300
"""A command that takes longer hangs, and is ended."""


@dataclass(frozen=True)
class Kill:
    """When a command is killed: at a call of one of the program's functions, or after some seconds.

    function: module and name, such as `signer.batches.freeze:record_step`; it is killed when that has returned.
    before: it is killed when that is called. call: at which call of it.
    """

    function: str = ""
    call: int = 1
    before: bool = False
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
    if kill.function:
        _prepare(kill)
    code: object = 0
    try:
        importlib.import_module("signer.cli.main").main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - as Python itself would end
        traceback.print_exc()
        code = CRASHED
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


def _prepare(kill: Kill) -> None:
    module, _, path = kill.function.partition(":")
    owner: object = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    function: Callable[..., object] = getattr(owner, name)
    calls = 0

    def fatal(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        mine = calls == kill.call
        if mine and kill.before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **options)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, fatal)


if __name__ == "__main__":
    serve_orders()
