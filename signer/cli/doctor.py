"""`signer doctor`: tries what the service stands on, and says what to do about what does not hold."""

import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import Engine, func, select

from signer.cli.instance import SECRETS, require_secrets, show
from signer.database import is_sqlite, open_engine, reading
from signer.errors import SignerError
from signer.initiatives.initiative import Status
from signer.initiatives.keys import log_key, manifest_key, read_storage_key, require_key
from signer.initiatives.queries import read_initiatives
from signer.retention.journal import journal_of, read_journal
from signer.schema import require_current
from signer.scheme.load import load_scheme
from signer.sealing.selftest import run_known_answers
from signer.service.postgres import examine as examine_postgresql
from signer.service.status import DISK_FAIL_BYTES, DISK_WARN_BYTES, is_late
from signer.settings import Settings, read_settings
from signer.tallies.job_log import Work, read_runs

CLOCK_TOLERANCE = timedelta(seconds=5)
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
OPENSSL = re.compile(r"OpenSSL (\d+)\.")
IF_LATE = {
    Work.SETTLE: "start the service",
    Work.NIGHT: "start the service, or run `signer daily`",
    Work.EMPTY_LOG: "end what reads from the database for long, and run `signer daily`",
}
"""Periodic work that only a running worker sees to, and what to do where it is late."""


@dataclass(frozen=True)
class Finding:
    """What one examination found.

    result: pass, warn or fail. advice: what to do; empty if nothing is to be done.
    """

    subject: str
    result: str
    found: str
    advice: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def doctor(context: click.Context, *, as_json: bool) -> None:
    """Examine settings, secrets, database, keys, clock, disk and openssl."""
    findings = list(examine())
    lines = [f"{finding.result:4}  {finding.subject:12} {finding.found}" for finding in findings]
    advice = [f"{finding.subject}: {finding.advice}" for finding in findings if finding.advice]
    text = "\n".join([*lines, *(["", "What to do:", *advice] if advice else [])])
    show([vars(finding) for finding in findings], as_json=as_json, text=text)
    if any(finding.result == "fail" for finding in findings):
        context.exit(1)


def examine() -> Iterator[Finding]:
    """Yield the findings; what a failed examination makes impossible is left out."""
    yield _try("cryptography", _cryptography)
    yield _try("rules", lambda: f"{len(load_scheme('eu').forms)} Member States")
    yield _openssl()
    try:
        settings = read_settings()
        engine = open_engine(settings)
    except SignerError as error:
        yield Finding("settings", "fail", str(error), "correct it in settings.toml or the environment")
        return
    yield Finding("settings", "pass", f"instance {settings.instance}")
    yield _private("instance", settings.instance)
    yield _private("secrets", settings.secrets)
    yield _try("secret keys", lambda: _secret_keys(settings))
    yield _journal(settings)
    yield _disk(settings.instance)
    database = _try("database", lambda: _database(engine))
    yield database
    yield _clock(engine if database.result == "pass" else None)
    if database.result == "pass":
        yield from _postgresql(engine, settings)
        yield from periodic_work(engine, settings)
        yield from _initiatives(engine, settings)


def _try(subject: str, examination: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, "pass", examination())
    except SignerError as error:
        return Finding(subject, "fail", str(error), "see the line above; `signer init` makes what is missing")


def _cryptography() -> str:
    run_known_answers()
    return "known answers agree"


def _openssl() -> Finding:
    try:
        answer = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return Finding("openssl", "warn", "not found", "install openssl 3.0 or later where batches are opened")
    version = OPENSSL.match(answer)
    if not version or int(version[1]) < 3:  # noqa: PLR2004 - the version in the advice
        return Finding("openssl", "warn", answer.strip(), "install openssl 3.0 or later where batches are opened")
    return Finding("openssl", "pass", answer.strip())


def _private(subject: str, folder: Path) -> Finding:
    try:
        mode = stat.S_IMODE(folder.stat().st_mode)
    except OSError:
        return Finding(subject, "fail", f"{folder} is not there", "run `signer init`")
    if mode & 0o077:
        return Finding(subject, "warn", f"{folder} may be read by others ({mode:o})", f"chmod 700 {folder}")
    return Finding(subject, "pass", f"{folder} is private")


def _secret_keys(settings: Settings) -> str:
    require_secrets(settings)
    if manifest_key(settings).verifying_key == log_key(settings).verifying_key:
        raise SignerError("the manifest key and the log key are the same; make one of them anew")
    return f"{len(SECRETS)} keys are there, each for one purpose"


def _journal(settings: Settings) -> Finding:
    try:
        lines = sum(1 for _ in read_journal(journal_of(settings)))
    except SignerError as error:
        return Finding("journal", "fail", str(error), "keep it as it is, and compare it with your copies of it")
    return Finding("journal", "pass", f"{lines} lines, each follows the one before")


def periodic_work(engine: Engine, settings: Settings) -> Iterator[Finding]:
    """Yield a finding for settling, the night and the emptied log: when it was last done, and whether that is late."""
    with reading(engine) as connection:
        runs = read_runs(connection)
    for work, advice in IF_LATE.items():
        at = runs.get(work)
        said = f"last {at:%Y-%m-%d %H:%M} UTC" if at else "never yet"
        # Without any worker so far there is nothing to be late with.
        if runs and is_late(at, work, now=datetime.now(UTC), settle_seconds=settings.sequence_seconds):
            yield Finding(work, "warn", f"{said}, which is late", advice)
        else:
            yield Finding(work, "pass", said)


def _disk(folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return Finding("disk", "fail", f"{folder} is not there", "run `signer init`")
    result = "fail" if free < DISK_FAIL_BYTES else "warn" if free < DISK_WARN_BYTES else "pass"
    advice = "" if result == "pass" else "a million statements need 3 GB, and as much again for their batches"
    return Finding("disk", result, f"{free >> 20} MiB free", advice)


def _database(engine: Engine) -> str:
    require_current(engine)
    return f"{engine.dialect.name}, schema is current"


def _postgresql(engine: Engine, settings: Settings) -> Iterator[Finding]:
    if is_sqlite(engine):
        return
    misfits = list(examine_postgresql(engine, settings))
    for misfit in misfits:
        result = "fail" if misfit.is_fatal else "warn"
        yield Finding("postgresql", result, f"{misfit.name} is {misfit.found}", misfit.advice)
    if not misfits:
        yield Finding("postgresql", "pass", "the server keeps what it must and nothing more")


def _clock(engine: Engine | None) -> Finding:
    now = datetime.now(UTC)
    if now < RELEASED:
        return Finding("clock", "fail", f"it says {now:%Y-%m-%d}, before this release", "set the clock (NTP)")
    if engine is not None and not is_sqlite(engine):
        with reading(engine) as connection:
            there = connection.scalar(select(func.clock_timestamp()))
        if there is not None and abs(there - datetime.now(UTC)) > CLOCK_TOLERANCE:
            return Finding("clock", "fail", f"the database says {there:%H:%M:%S %Z}", "set both clocks (NTP)")
    return Finding("clock", "pass", f"{now:%Y-%m-%d %H:%M:%S %Z}")


def _initiatives(engine: Engine, settings: Settings) -> Iterator[Finding]:
    with reading(engine) as connection:
        for initiative in read_initiatives(connection):
            number = initiative.registration_number
            try:
                key = require_key(connection, settings, initiative)
                read_storage_key(settings, number)
            except SignerError as error:
                result = "warn" if initiative.status is Status.DRAFT else "fail"
                yield Finding(number, result, str(error), "hold the ceremony, then `signer keys install`")
            else:
                yield Finding(number, "pass", f"{initiative.status}, sealed to {key.fingerprint.hex()}")
