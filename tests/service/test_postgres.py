"""PostgreSQL's settings are examined at start: what loses statements or keeps their order is refused by name."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from signer.database import open_engine
from signer.service import postgres
from signer.service.postgres import Misfit, examine, require_fit
from signer.service.service import open_service
from signer.settings import Settings, WrongSettings, read_settings
from tests.cases import every_case
from tests.conftest import Instance

FINE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "archive_mode": "off",
    "track_commit_timestamp": "off",
    "wal_level": "replica",
    "wal_recycle": "off",
    "wal_keep_size": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def misfits(instance: Instance, *, accepted: tuple[str, ...] = (), **changed: str) -> list[Misfit]:
    """What is said of a server with these settings."""
    settings = replace(instance.settings, accepted_postgresql_settings=accepted)
    return list(postgres._of_settings(FINE | changed, settings))


def test_a_server_that_keeps_nothing_is_fine(on_sqlite: Instance) -> None:
    assert misfits(on_sqlite) == []
    assert list(examine(on_sqlite.engine, on_sqlite.settings)) == []


@every_case("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_what_loses_an_acknowledged_statement_is_never_accepted(on_sqlite: Instance, name: str) -> None:
    (found,) = misfits(on_sqlite, accepted=(name,), **{name: "off"})

    assert (found.name, found.is_fatal) == (name, True)


@every_case(("name", "value"), [("archive_mode", "on"), ("track_commit_timestamp", "on"), ("wal_level", "logical")])
def test_what_keeps_the_order_of_arrival_is_refused_unless_it_is_accepted_by_name(
    on_sqlite: Instance, name: str, value: str
) -> None:
    (refused,) = misfits(on_sqlite, **{name: value})
    (accepted,) = misfits(on_sqlite, accepted=(name,), **{name: value})

    assert (refused.name, refused.is_fatal, accepted.is_fatal) == (name, True, False)
    assert "accepted_postgresql_settings" in refused.advice


@every_case(
    ("name", "value"),
    [
        ("wal_recycle", "on"),
        ("wal_keep_size", "64"),
        ("log_parameter_max_length", "-1"),
        ("log_parameter_max_length_on_error", "100"),
    ],
)
def test_what_should_be_otherwise_is_said_and_stops_nothing(on_sqlite: Instance, name: str, value: str) -> None:
    (found,) = misfits(on_sqlite, **{name: value})

    assert (found.name, found.found, found.is_fatal) == (name, value, False)


def test_the_server_itself_is_asked(on_postgresql: Instance) -> None:
    """The tests' own: it may lose what is in memory, which no test takes the power from."""
    names = {found.name for found in examine(on_postgresql.engine, on_postgresql.settings)}

    assert names <= {"fsync", "log_parameter_max_length_on_error"}


def test_a_role_that_cannot_empty_the_log_is_told_what_to_be_granted(
    on_postgresql: Instance, postgres_server: str
) -> None:
    database = urlsplit(on_postgresql.settings.database_url).path[1:]
    with psycopg.connect(postgres_server.replace("/postgres?", f"/{database}?"), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS lesser")
        connection.execute("CREATE ROLE lesser LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO lesser")
    url = on_postgresql.settings.database_url.replace("postgres:@", "lesser:@")
    engine = open_engine(replace(on_postgresql.settings, database_url=url))

    before = [found.advice for found in examine(engine, on_postgresql.settings) if found.name == "role"]
    with psycopg.connect(postgres_server.replace("/postgres?", f"/{database}?"), autocommit=True) as connection:
        connection.execute("GRANT pg_checkpoint TO lesser")
        connection.execute("GRANT EXECUTE ON FUNCTION pg_switch_wal() TO lesser")
    after = [found.name for found in examine(engine, on_postgresql.settings)]
    engine.dispose()

    assert before
    assert "pg_checkpoint" in before[0]
    assert "role" not in after


def test_a_role_that_may_make_no_temporary_table_is_refused(on_postgresql: Instance, postgres_server: str) -> None:
    """Each night would fail."""
    database = urlsplit(on_postgresql.settings.database_url).path[1:]
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS least")
        connection.execute("CREATE ROLE least LOGIN")
        connection.execute("GRANT pg_read_all_data TO least")
        connection.execute(f'REVOKE TEMPORARY ON DATABASE "{database}" FROM PUBLIC')  # type: ignore[arg-type]
    url = on_postgresql.settings.database_url.replace("postgres:@", "least:@")
    engine = open_engine(replace(on_postgresql.settings, database_url=url))

    with pytest.raises(WrongSettings, match="GRANT TEMPORARY ON DATABASE"):
        require_fit(engine, on_postgresql.settings)

    engine.dispose()


def test_a_setting_that_forbids_it_stops_the_start_and_is_named(
    on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        postgres, "_of_settings", lambda _found, _: iter([Misfit("fsync", "off", "why", is_fatal=True)])
    )

    with pytest.raises(WrongSettings, match="PostgreSQL: fsync is off; why"):
        open_service(on_postgresql.settings)


def test_what_is_accepted_stands_in_the_settings_file(tmp_path: object) -> None:
    (tmp_path / "settings.toml").write_text('accepted_postgresql_settings = ["archive_mode"]\n')  # type: ignore[operator]

    assert read_settings({"SIGNER_INSTANCE": str(tmp_path)}).accepted_postgresql_settings == ("archive_mode",)
    (tmp_path / "settings.toml").write_text("accepted_postgresql_settings = 7\n")  # type: ignore[operator]
    with pytest.raises(WrongSettings, match="must be a list of names"):
        read_settings({"SIGNER_INSTANCE": str(tmp_path)})


@contextmanager
def pooled(address: Callable[[], socket.socket]) -> Iterator[int]:
    """Stand between client and server as a pooler does: clients are told process numbers of its own making."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                with suppress(OSError):
                    client, _ = listening.accept()
                    server = address()
                    threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
                    threading.Thread(target=_tell_otherwise, args=(server, client), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        ended.set()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _tell_otherwise(server: socket.socket, client: socket.socket) -> None:
    """Pass on message by message, and change the process number in the one that tells it (BackendKeyData)."""
    with suppress(OSError), server.makefile("rb") as messages:
        while head := messages.read(5):
            kind, length = head[:1], struct.unpack("!I", head[1:])[0]
            body = messages.read(length - 4)
            if kind == b"K":
                body = struct.pack("!I", 4711) + body[4:]
            client.sendall(head + body)
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def test_a_pooler_that_deals_out_sessions_is_refused(on_postgresql: Instance) -> None:
    """Elections hold a lock of the session, which a pooler would give to somebody else."""
    url = urlsplit(on_postgresql.settings.database_url)
    folder = parse_qs(url.query)["host"][0]

    def connect() -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.connect(f"{folder}/.s.PGSQL.5432")
        return made

    with pooled(connect) as port:
        through = f"postgresql://{url.username}:@127.0.0.1:{port}{url.path}?sslmode=disable&gssencmode=disable"
        settings: Settings = replace(on_postgresql.settings, database_url=through)
        engine = open_engine(settings)
        with pytest.raises(WrongSettings, match="connection is through a pooler"):
            require_fit(engine, settings)
        engine.dispose()
