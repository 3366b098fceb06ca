"""Runs `signer` and `signer-offline` as programs, each with its own environment, and keeps what they print as logs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

from signer.errors import SignerError
from signer.rehearsal.browser import connect
from signer.rehearsal.ports import free_port

SIGNER, OFFLINE = "signer.cli.main", "signer.offline.main"
START_SECONDS, STOP_SECONDS = 60, 20


class ProgramFailed(SignerError):
    """A program of the rehearsal ended with an error; the message has its last line."""


class Programs:
    """Runs programs on one instance.

    logs: folder for what they print; exists.
    """

    def __init__(self, instance: Path, secrets: Path, logs: Path, *, database_url: str) -> None:
        self._logs = logs
        # What is set for a live instance must not reach the rehearsal's: neither its database nor its proxies.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SIGNER_")}
        own = {"SIGNER_INSTANCE": str(instance), "SIGNER_SECRETS": str(secrets), "SIGNER_TRUSTED_PROXIES": "1"}
        self._environment: Mapping[str, str] = inherited | own | {"SIGNER_DATABASE_URL": database_url}

    def signer(self, *arguments: str) -> str:
        """Run `signer` to its end; return its standard output. Raises ProgramFailed."""
        return self._run(SIGNER, arguments, self._environment)

    def offline(self, *arguments: str) -> str:
        """Run `signer-offline` to its end, which knows nothing of the instance. Raises ProgramFailed."""
        bare = {name: value for name, value in self._environment.items() if not name.startswith("SIGNER_")}
        return self._run(OFFLINE, arguments, bare)

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Serve the instance on a free port of this machine, which is given to the block. Raises ProgramFailed.

        The server is stopped at the end of the block, however it ends.
        """
        port = free_port()
        command = [sys.executable, "-m", SIGNER, "serve", "--port", str(port)]
        with (self._logs / "serve.log").open("ab") as log:
            # A session of its own: Ctrl-C reaches only us, and we end the server in good order.
            server = subprocess.Popen(
                command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
            try:
                self._wait_until_up(server, port)
                yield port
            finally:
                _stop(server)

    def _run(self, module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
        words = [argument for argument in arguments[:2] if argument.isalpha()]
        name = " ".join(["signer-offline" if module == OFFLINE else "signer", *words])
        ended = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        with (self._logs / "commands.log").open("a", encoding="utf-8") as log:
            log.write(f"$ {name}: exit {ended.returncode}\n{ended.stdout}{ended.stderr}")
        if ended.returncode:
            lines = ended.stderr.strip().splitlines() or ["no reason was given"]
            raise ProgramFailed(f"`{name}` ended with {ended.returncode}: {lines[-1]}")
        return ended.stdout

    def _wait_until_up(self, server: "subprocess.Popen[bytes]", port: int) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if server.poll() is not None:
                raise ProgramFailed(
                    f"`signer serve` ended with {server.returncode} at once; see {self._logs}/serve.log"
                )
            if _is_up(port):
                return
            time.sleep(0.1)
        raise ProgramFailed(f"`signer serve` did not answer within {START_SECONDS} seconds; see {self._logs}/serve.log")


def _is_up(port: int) -> bool:
    connection = connect(port)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """End the server and its workers: asked first, then by force."""
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(STOP_SECONDS)
