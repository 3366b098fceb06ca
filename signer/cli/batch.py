"""`signer batch`: sealed batches, from freezing them to the certificates of the authorities."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

import click
from sqlalchemy import Engine

from signer.batches.batch_file import Record
from signer.batches.export import brought_up_to_date, export, exportable, file_name, is_written, record_export
from signer.batches.freeze import AlreadyFinal, NothingToFreeze, freeze, member_states_to_freeze, prepare
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary, list_batches, read_certificate, read_steps
from signer.batches.reconcile import require_reconciled
from signer.cli.batch_steps import certify_one, hand_one_over, open_one_again, receive_one, result
from signer.cli.instance import UnreadableFile, acting, open_instance, show
from signer.cli.named_batch import (
    as_json_option,
    certificate_row,
    day_option,
    find_named,
    number_of,
    of_initiative,
    one_batch,
)
from signer.database import reading
from signer.days import today
from signer.errors import SignerError
from signer.initiatives.queries import find_initiative
from signer.progress import progress
from signer.service.night import last_day_over
from signer.settings import Settings
from signer.statements.night import bring_home

NO_BATCH = "no batch yet; next: signer batch create"


class NothingToExport(SignerError):
    """No frozen batch fits what was asked for."""


@click.group()
def batch() -> None:
    """Freeze, export and follow sealed batches, one for each Member State."""


@batch.command()
@of_initiative
@click.option("--member-state", "wanted", multiple=True, help="Such as DE; all with statements to freeze without it.")
@day_option("--until", "Last day taken in; yesterday without it.")
@click.option("--final", is_flag=True, help="After collection has closed: every statement of the Member State.")
@as_json_option
def create(number: str | None, wanted: tuple[str, ...], until: datetime | None, *, final: bool, as_json: bool) -> None:
    """Freeze the open statements of Member States into new batches."""
    settings, engine = open_instance()
    number = number_of(engine, number)
    chosen = wanted or _all_to_freeze(settings, engine, number, final=final)
    manifests: list[Manifest] = []
    refused: list[str] = []
    day = until.date() if until else None
    waiting = deque(chosen)
    while waiting:
        member_state = waiting.popleft()
        try:
            prepared = prepare(engine, settings, number, member_state, until=day, final=final, on=today())
            with acting(settings, engine) as unit:
                made = freeze(unit, prepared)
        except (NothingToFreeze, AlreadyFinal) as nothing:
            # An earlier run was stopped behind this one, or there are only statements of today: go on with the others.
            if member_state not in {there.member_state for there in manifests}:
                refused.append(str(nothing))
            continue
        manifests.append(made)
        # Each is done for good before the next begins: what was frozen is told even if the next one is refused.
        if not as_json:
            click.echo(f"{_title(made)}: {made.count} statements until {made.until}")
        if not final:
            # Where a batch was opened again, its days are one stretch and those behind the last one another.
            waiting.appendleft(member_state)
    rows = [
        {"member_state": made.member_state, "number": made.number, "count": made.count, "until": made.until}
        for made in manifests
    ]
    if as_json or not (manifests or wanted):
        show(rows, as_json=as_json, text="\n".join(refused) or "no statement is open")
    if wanted and refused:
        raise NothingToFreeze("; ".join(refused))


def _all_to_freeze(settings: Settings, engine: Engine, number: str, *, final: bool) -> tuple[str, ...]:
    """Return the Member States with something to freeze, once what still waits is in the counts, too."""
    with reading(engine) as connection:
        found = find_initiative(connection, number)
    require_reconciled(engine)
    bring_home(engine, settings, found, last_day_over(found, today()))
    with reading(engine) as connection:
        return member_states_to_freeze(connection, found, final=final)


@batch.command("list")
@of_initiative
@as_json_option
def list_all(number: str | None, *, as_json: bool) -> None:
    """List the batches with their states."""
    _, engine = open_instance()
    with reading(engine) as connection:
        found = list_batches(connection, number_of(engine, number))
    lines = [
        f"{there.member_state} {there.number:3}  {there.state:12} {'final  ' if there.final else 'interim'} "
        f"{there.count:9} until {there.until}  {there.reason}".rstrip()
        for there in found
    ]
    show(
        [_row(there) for there in found],
        as_json=as_json,
        text="\n".join(lines) or NO_BATCH,
    )


@batch.command("show")
@one_batch
@as_json_option
def show_one(number: str | None, member_state: str, batch_number: int, *, as_json: bool) -> None:
    """Show one batch: its digest, and who took each step when and why."""
    _, engine, found = find_named(number, member_state, batch_number)
    manifest = Manifest.decode(found.manifest)
    with reading(engine) as connection:
        steps = read_steps(connection, found.id)
        certificate = read_certificate(connection, found.id)
    lines = [
        f"{_title(manifest)}: {found.state}, {found.count} statements of {manifest.first_day} to {manifest.last_day}",
        f"file SHA-256 {found.digest or 'not kept by the release that froze it'}",
        *(f"{step.taken_on}  {step.step:12} {step.actor:24} {step.reason}".rstrip() for step in steps),
    ]
    if certificate:
        lines.append(f"certified valid: {certificate.valid_online} online, {certificate.valid_paper} on paper")
    row = _row(found) | {
        "first_day": manifest.first_day,
        "last_day": manifest.last_day,
        "steps": [{**vars(step), "taken_on": step.taken_on.isoformat()} for step in steps],
        "certificate": certificate_row(certificate),
    }
    show(row, as_json=as_json, text="\n".join(lines))


@batch.command("export")
@of_initiative
@click.option("--member-state", "wanted", multiple=True, help="Such as DE; all without it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the files.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def export_files(number: str | None, wanted: tuple[str, ...], out: Path, *, quiet: bool) -> None:
    """Write each frozen batch to a file; the same batch always gives the same bytes."""
    settings, engine = open_instance()
    with reading(engine) as connection:
        found = list_batches(connection, number_of(engine, number))
    member_states = {name.upper() for name in wanted}
    chosen = [there for there in exportable(found) if not member_states or there.member_state in member_states]
    if not chosen:
        raise NothingToExport("no frozen batch to export; run `signer batch list`")
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnreadableFile(f"the folder {out} cannot be made: {error.strerror}") from None
    require_reconciled(engine)
    for each in chosen:
        there = brought_up_to_date(engine, settings, each, partial(acting, settings, engine))
        if is_written(there, out):
            click.echo(f"{there} is there already, unchanged", err=True)
            click.echo(out / file_name(there))
            continue
        recorded = partial(_record_export, settings, engine, there)
        watched = partial(_watched, batch_=there, quiet=quiet)
        with reading(engine) as connection:
            written = export(connection, settings, there, out, recorded=recorded, watched=watched)
        click.echo(written)


@batch.command()
@of_initiative
@as_json_option
def reconcile(number: str | None, *, as_json: bool) -> None:
    """Recompute from the rows that received = waiting + open + in batches + erased, and print the numbers."""
    _, engine = open_instance()
    number = number_of(engine, number)
    with reading(engine) as connection:
        found = find_initiative(connection, number)
    numbers = require_reconciled(engine)
    member_states = sorted({place.member_state for place in numbers.places if place.initiative_id == found.id})
    names = ("received", "waiting", "open", "in_batches", "erased")
    of_all = {name: numbers.of(found.id, name) for name in [*member_states, ""]}
    rows = {code: {name: getattr(there, name) for name in names} for code, there in of_all.items()}
    lines = ["    " + "".join(f"{name.replace('_', ' '):>12}" for name in names)]
    lines += [f"{code or 'all':4}" + "".join(f"{row[name]:12}" for name in names) for code, row in rows.items()]
    text = "\n".join([*lines, "they agree, for every Member State and day; as many leaves in the log"])
    show({code or "all": row for code, row in rows.items()}, as_json=as_json, text=text)


def _record_export(settings: Settings, engine: Engine, there: BatchSummary) -> None:
    with acting(settings, engine) as unit:
        record_export(unit, there)


def _watched(records: Iterable[Record], *, batch_: BatchSummary, quiet: bool) -> Iterable[Record]:
    return progress(records, total=batch_.count, label=str(batch_), quiet=quiet)


def _title(manifest: Manifest) -> str:
    return f"{manifest.member_state} {manifest.number}{' (final)' if manifest.final else ''}"


def _row(there: BatchSummary) -> dict[str, object]:
    return {
        "member_state": there.member_state,
        "number": there.number,
        "state": there.state,
        "final": there.final,
        "count": there.count,
        "until": there.until.isoformat(),
        "reason": there.reason,
        "file_sha256": there.digest,
    }


for _command in (open_one_again, hand_one_over, receive_one, certify_one, result):
    batch.add_command(_command)
