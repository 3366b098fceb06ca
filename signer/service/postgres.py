"""PostgreSQL as this service needs it: what it must not be set to, and what it should be.

What the write-ahead log, its archive or a server log keep tells in which order people came, however the tables are
written; what loses a commit loses a statement that somebody was thanked for. Examined at start and by `signer doctor`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from signer.database import is_sqlite, reading
from signer.settings import Settings, WrongSettings


@dataclass(frozen=True)
class Misfit:
    """Something that is not as it should be. name: of the server's setting. is_fatal: the service must not start."""

    name: str
    found: str
    advice: str
    is_fatal: bool = False


LOSES_COMMITS = ("fsync", "full_page_writes", "synchronous_commit")
"""Never off: an acknowledged statement would be gone with the power."""

KEEPS_ORDER: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "archive_mode": (lambda value: value != "off", "the archive keeps the order of arrival for as long as it is kept"),
    "track_commit_timestamp": (lambda value: value == "on", "it keeps the time of each commit to the microsecond"),
    "wal_level": (lambda value: value == "logical", "logical replication hands on each row as it comes"),
}
"""Refused, unless the operator has accepted it by name (`accepted_postgresql_settings`)."""

SHOULD_BE: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "wal_recycle": (lambda value: value == "off", "wal_recycle = off: old segments would keep their content"),
    "wal_keep_size": (lambda value: value == "0", "wal_keep_size = 0: nothing of the days before is kept"),
    "log_parameter_max_length": (
        lambda value: value == "0",
        "log_parameter_max_length = 0: a logged statement would show what it stored",
    ),
    "log_parameter_max_length_on_error": (
        lambda value: value == "0",
        "log_parameter_max_length_on_error = 0: an error would show what was to be stored",
    ),
}

KEEPS_LOG = {"archive_mode", "wal_level", "wal_recycle", "wal_keep_size", "replication slots", "role"}
"""With these as they should not be, a checkpoint leaves the write-ahead log of before where it is."""
IDLE_SLOTS = "SELECT count(*) FROM pg_replication_slots WHERE NOT active"
MAY_EMPTY_LOG = """
SELECT has_function_privilege(current_user, 'pg_switch_wal()', 'EXECUTE') AND (
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    OR EXISTS (
        SELECT FROM pg_roles WHERE rolname = 'pg_checkpoint' AND pg_has_role(current_user, oid, 'USAGE')
    )
)
"""
MAY_WRITE_AGAIN = "SELECT has_database_privilege(current_database(), 'TEMPORARY')"


def keeps_log(engine: Engine, settings: Settings) -> bool:
    """Tell whether the server keeps what was written ahead, however often its log is switched."""
    return any(found.name in KEEPS_LOG for found in examine(engine, settings))


def require_fit(engine: Engine, settings: Settings) -> None:
    """Return if the database may be served from. Raises WrongSettings, naming the first setting that forbids it."""
    for misfit in examine(engine, settings):
        if misfit.is_fatal:
            raise WrongSettings(f"PostgreSQL: {misfit.name} is {misfit.found}; {misfit.advice}")


def examine(engine: Engine, settings: Settings) -> Iterator[Misfit]:
    """Yield what is not as it should be; nothing of SQLite. Raises StoreUnavailable."""
    if is_sqlite(engine):
        return
    with reading(engine) as connection:
        yield from _pooler(connection)
        found = {
            row.name: row.setting
            for row in connection.execute(
                text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)"),
                {"names": [*LOSES_COMMITS, *KEEPS_ORDER, *SHOULD_BE]},
            )
        }
        yield from _of_settings(found, settings)
        if slots := connection.scalar(text(IDLE_SLOTS)):
            yield Misfit("replication slots", f"{slots} idle", "drop them: they keep the write-ahead log")
        if not connection.scalar(text(MAY_EMPTY_LOG)):
            yield Misfit(
                "role",
                "not allowed to empty the write-ahead log",
                "GRANT pg_checkpoint TO it, and GRANT EXECUTE ON FUNCTION pg_switch_wal() TO it",
            )
        if not connection.scalar(text(MAY_WRITE_AGAIN)):
            advice = (
                "GRANT TEMPORARY ON DATABASE to it: each night small tables are written again in order of their keys"
            )
            yield Misfit("role", "not allowed to make temporary tables", advice, is_fatal=True)


def _of_settings(found: Mapping[str, str], settings: Settings) -> Iterator[Misfit]:
    for name in LOSES_COMMITS:
        if found[name] == "off":
            yield Misfit(name, "off", "set it to on: acknowledged statements would be lost", is_fatal=True)
    for name, (is_wrong, why) in KEEPS_ORDER.items():
        if is_wrong(found[name]):
            is_accepted = name in settings.accepted_postgresql_settings
            advice = f"{why}; change it, or accept it by name in the setting accepted_postgresql_settings"
            yield Misfit(name, found[name], advice, is_fatal=not is_accepted)
    for name, (is_right, advice) in SHOULD_BE.items():
        # A release of the server that does not know a setting has nothing to be set.
        if name in found and not is_right(found[name]):
            yield Misfit(name, found[name], advice)


def _pooler(connection: Connection) -> Iterator[Misfit]:
    """Yield a misfit where something between us and the server deals out its sessions.

    Leaders are elected by a lock of the session; a pooler would give the session, lock and all, to somebody else. It
    tells clients process numbers of its own making.
    """
    driver = connection.connection.driver_connection
    told = driver.info.backend_pid if driver else None
    if told != connection.scalar(text("SELECT pg_backend_pid()")):
        advice = "connect to PostgreSQL itself: elections hold a session, and the service has a pool of its own"
        yield Misfit("connection", "through a pooler", advice, is_fatal=True)
