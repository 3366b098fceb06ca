"""`signer batch`, behind the export: what authorities are given, what they say, and what it amounts to."""

import hashlib
from datetime import datetime
from pathlib import Path

import click

from signer.batches.certify import INVALID, MemberStateResult, certify, read_result
from signer.batches.queries import Certificate
from signer.batches.transitions import hand_over, open_again, receive
from signer.cli.instance import UnreadableFile, open_instance, show
from signer.cli.named_batch import (
    agreeing,
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
from signer.initiatives.queries import find_initiative


@click.command("open-again")
@one_batch
@click.option("--reason", required=True, help="Why; for the auditors, so name nobody who signed.")
def open_one_again(number: str | None, member_state: str, batch_number: int, *, reason: str) -> None:
    """Void a frozen batch that nobody was given: its statements are open again."""
    settings, engine, found = find_named(number, member_state, batch_number)
    with agreeing(settings, engine) as unit:
        open_again(unit, found, reason=reason)
    click.echo(f"{found} is void; its {found.count} statements are open again; next: signer batch create")


@click.command("hand-over")
@one_batch
@click.option("--file", type=click.Path(path_type=Path), required=True, help="The file that the authority was given.")
@click.option("--to", "recipient", required=True, help="Who took it: authority and office.")
def hand_one_over(number: str | None, member_state: str, batch_number: int, *, file: Path, recipient: str) -> None:
    """Record that the authority has the file of a final batch; there is no way back behind it."""
    settings, engine, found = find_named(number, member_state, batch_number)
    digest = _digest(file)
    with agreeing(settings, engine) as unit:
        hand_over(unit, found, recipient=recipient, digest=digest)
    click.echo(f"{found} is handed over; next, when the authority says that it has everything: signer batch receive")


@click.command("receive")
@one_batch
@day_option("--on", "The day that the authority names; today without it.")
@click.option("--reference", required=True, help="Reference of the authority's letter.")
def receive_one(
    number: str | None, member_state: str, batch_number: int, *, on: datetime | None, reference: str
) -> None:
    """Record that the authority has all statements, on paper too; its three months begin."""
    settings, engine, found = find_named(number, member_state, batch_number)
    day = on.date() if on else today()
    with agreeing(settings, engine) as unit:
        receive(unit, found, reference=reference, received_on=day)
    click.echo(f"{found} is received on {day}; next: signer batch certify")


@click.command("certify")
@one_batch
@day_option("--on", "Date of the certificate.", required=True)
@click.option("--reference", required=True, help="Reference of the certificate.")
@click.option("--online", type=int, required=True, help="Valid statements among those collected online.")
@click.option("--paper", type=int, required=True, help="Valid statements on paper; 0 if there are none.")
@click.option(
    "--invalid", multiple=True, metavar="CODE=NUMBER", help=f"As far as the authority told: {', '.join(INVALID)}."
)
def certify_one(
    number: str | None,
    member_state: str,
    batch_number: int,
    *,
    on: datetime,
    reference: str,
    online: int,
    paper: int,
    invalid: tuple[str, ...],
) -> None:
    """Record the certificate of Annex VI; a further one corrects the one before."""
    settings, engine, found = find_named(number, member_state, batch_number)
    certificate = Certificate(on.date(), reference, online, paper, dict(map(_reason, invalid)))
    with agreeing(settings, engine) as unit:
        certify(unit, found, certificate)
    click.echo(f"{found}: {online} valid online, {paper} on paper")


@click.command()
@of_initiative
@as_json_option
def result(number: str | None, *, as_json: bool) -> None:
    """Print what the authorities certified, against the goal and the thresholds, and who is waited for until when."""
    _, engine = open_instance()
    with reading(engine) as connection:
        found = read_result(connection, find_initiative(connection, number_of(engine, number)))
    lines = [_result_line(there) for there in found.member_states if there.batch]
    lines += [
        f"valid: {found.valid} of {found.goal}",
        f"thresholds reached: {found.member_states_reached} of {found.member_states_needed}",
    ]
    if found.submit_by:
        lines.append(f"every certificate is here; submit to the Commission by {found.submit_by} (Article 13)")
    row = {
        "valid": found.valid,
        "goal": found.goal,
        "member_states_reached": found.member_states_reached,
        "member_states_needed": found.member_states_needed,
        "enough": found.is_enough,
        "submit_by": found.submit_by.isoformat() if found.submit_by else None,
        "waited_for": [there.member_state for there in found.waited_for],
        "member_states": {
            there.member_state: {
                "threshold": there.threshold,
                "state": there.batch.state if there.batch else None,
                "certificate": certificate_row(there.certificate),
                "due_on": there.due_on.isoformat() if there.due_on else None,
            }
            for there in found.member_states
        },
    }
    show(row, as_json=as_json, text="\n".join(lines))


def _result_line(there: MemberStateResult) -> str:
    state = there.batch.state if there.batch else "open"
    line = f"{there.member_state}  {state:12} threshold {there.threshold:6}"
    if there.certificate:
        return f"{line}  valid {there.certificate.valid}{', reached' if there.is_reached else ''}"
    return f"{line}  waited for{f', due {there.due_on}' if there.due_on else ''}"


def _reason(text: str) -> tuple[str, int]:
    code, _, number = text.partition("=")
    if not number.isascii() or not number.isdecimal():
        raise click.BadParameter(f"expected CODE=NUMBER such as duplicate=12, not {text!r}", param_hint="--invalid")
    return code, int(number)


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(f"{file} cannot be read: {error.strerror}") from None
