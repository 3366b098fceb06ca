"""A real `signer serve` for journeys and faults, and a citizen who signs over HTTP without a browser."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

from signer.database import writing
from signer.days import today
from signer.human_check.solve import solve
from signer.initiatives.initiative import Status
from signer.initiatives.tables import initiative
from signer.rehearsal.ports import free_port
from signer.sealing.code import Code
from tests.conftest import NUMBER, Instance

START_SECONDS = 30
TOKEN = re.compile(r'name="token" value="([^"]+)"')
CODE = re.compile(r"\b(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}\b")


class NotRecorded(AssertionError):
    """The citizen was not told that the statement is recorded."""


def collect_now(instance: Instance) -> Instance:
    """Move the collection period so that today lies in it, and write the settings that a server process reads."""
    start, end = today() - timedelta(days=30), today() + timedelta(days=30)
    with writing(instance.engine) as connection:
        moved = initiative.update().values(collection_start=start, collection_end=end, status=Status.COLLECTING)
        connection.execute(moved)
    (key,) = instance.settings.collection_keys.values()
    (instance.settings.instance / "settings.toml").write_text(
        f'sequence_seconds = 1\ntrusted_proxies = 1\nworkers = 2\n\n[collection_keys]\n"{NUMBER}" = "{key}"\n',
        encoding="utf-8",
    )
    return replace(instance, initiative=replace(instance.initiative, collection_start=start, collection_end=end))


class Server:
    """One run of `signer serve` in a process group of its own."""

    def __init__(self, instance: Instance, log: Path) -> None:
        self.port = free_port()
        environ = os.environ | {
            "SIGNER_INSTANCE": str(instance.settings.instance),
            "SIGNER_SECRETS": str(instance.settings.secrets),
            "SIGNER_DATABASE_URL": instance.settings.database_url,
        }
        command = [sys.executable, "-m", "signer.cli.main", "serve", "--port", str(self.port)]
        with log.open("ab") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file, env=environ, start_new_session=True)
        self._wait_until_it_answers()

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask the server to end, as an operator would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if post(self.port, "GET", "/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        self.kill()
        raise TimeoutError("the server did not answer")


@contextmanager
def serving(instance: Instance, log: Path) -> Iterator[Server]:
    """Serve the instance until the block ends."""
    server = Server(instance, log)
    try:
        yield server
    finally:
        server.stop()


def post(
    port: int, method: str, path: str, fields: Mapping[str, str] | None = None, *, address: str = ""
) -> tuple[int, str]:
    """Send one request and return status and body; `address` is what the proxy in front would say."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields is not None else {}
    if address:
        headers["X-Forwarded-For"] = address
    try:
        connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except http.client.HTTPException as error:
        raise OSError("the connection broke") from error
    finally:
        connection.close()


def typed(fields: Mapping[str, str]) -> dict[str, str]:
    """Return `fields` as the form's inputs send them."""
    inputs = dict(fields)
    born = date.fromisoformat(inputs.pop("date_of_birth"))
    parts = {"day": born.day, "month": born.month, "year": born.year}
    return inputs | {f"date_of_birth-{name}": str(value) for name, value in parts.items()}


def sign(port: int, member_state: str, fields: Mapping[str, str], *, address: str = "", human_check: str = "") -> Code:
    """Sign as a citizen does and return the code of the thanks page. Raises NotRecorded or OSError.

    human_check: a solution; without one, a challenge is fetched and solved.
    """
    form = f"/en/initiatives/{NUMBER}/support/{member_state}"
    human_check = human_check or solve(json.loads(post(port, "GET", "/human-check", address=address)[1]))
    inputs = typed(fields) | {"human_check": human_check}
    status, page = post(port, "POST", f"{form}/check", inputs, address=address)
    token = TOKEN.search(page)
    if status != 200 or not token:
        raise NotRecorded(f"the check page answered {status}")
    declared = {"token": token[1], "declare_correct": "yes", "declare_privacy": "yes"}
    status, page = post(port, "POST", f"{form}/sign", inputs | declared, address=address)
    code = CODE.search(page)
    if status != 200 or not code:
        raise NotRecorded(f"the sign page answered {status}")
    return Code.parse(code[0])
