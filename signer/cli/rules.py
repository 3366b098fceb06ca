"""`signer rules`: judges statements of support without storing them, and shows what each Member State asks."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO, NoReturn
from zoneinfo import ZoneInfo

import click

from signer.cli.rule_sheet import describe, in_one_line, in_words
from signer.errors import SignerError
from signer.scheme.check import check
from signer.scheme.form import Form, Scheme, UnknownMemberState
from signer.scheme.load import load_scheme
from signer.scheme.problem import Problem
from signer.wording import sentence

LONGEST_LINE = 4 * 1024 * 1024
"""In bytes: a stream without line ends must not fill the memory."""

_LINE_PROBLEMS = {
    "empty_line": "the line is empty, a JSON object was expected",
    "line_too_long": f"the line is longer than {LONGEST_LINE} bytes",
    "not_utf8": "the line is not UTF-8",
    "not_json": "the line is not JSON",
    "duplicate_key": "an object in the line has the same key twice",
    "not_an_object": "the line is no JSON object",
    "unknown_member_state": "member_state names no Member State",
    "fields_not_an_object": "fields is no JSON object",
    "confirmed_not_a_list": "confirmed is no list of field names",
}


class _Unjudged(SignerError):
    """A line that cannot be judged; `code` is a key of `_LINE_PROBLEMS`."""

    def __init__(self, code: str) -> None:
        super().__init__(_LINE_PROBLEMS[code])
        self.code = code


@click.group()
def rules() -> None:
    """What the Member States ask for, and whether given fields fit."""


@rules.command("check")
@click.argument("file", type=click.File("rb"), default="-")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day of signing; today in Brussels if left out.",
)
def check_lines(file: BinaryIO, today: datetime | None) -> None:
    """Judge JSON lines, one statement each, from FILE or standard input.

    A line holds {"member_state": "BG", "fields": {...}, "confirmed": ["document_number"]}. One line of JSON answers
    each, also one that cannot be judged. Nothing is stored.
    """
    scheme = load_scheme()
    on = today.date() if today else datetime.now(ZoneInfo("Europe/Brussels")).date()
    for line in _lines(file):
        click.echo(json.dumps(judge_line(line, scheme, on)))


@rules.command("show")
@click.argument("member_state", required=False)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def show(member_state: str | None, as_json: bool) -> None:
    """Print what MEMBER_STATE asks for, with sources; without one, a line for each."""
    scheme = load_scheme()
    try:
        forms = [scheme.member_state(member_state)] if member_state else list(scheme.forms.values())
    except UnknownMemberState as unknown:
        raise click.ClickException(str(unknown)) from unknown
    if as_json:
        described = [describe(form, scheme) for form in forms]
        click.echo(json.dumps(described[0] if member_state else described, indent=2, ensure_ascii=False))
    elif member_state:
        click.echo("\n".join(in_words(forms[0], scheme)))
    else:
        click.echo("\n".join(in_one_line(form) for form in forms))


def judge_line(line: bytes, scheme: Scheme, on: date) -> dict[str, Any]:
    """Return the answer to one line: accepted, problems, ignored. Never raises for what the line holds."""
    try:
        form, fields, confirmed = _read_line(line, scheme)
    except _Unjudged as unjudged:
        problem = {
            "field": None,
            "code": unjudged.code,
            "severity": "error",
            "confirmed": False,
            "message": str(unjudged),
        }
        return {"accepted": False, "problems": [problem], "ignored": []}
    problems = check(fields, form, on=on, confirmed=confirmed)
    return {
        "accepted": not any(problem.stops for problem in problems),
        "problems": [_answer(problem, form) for problem in problems],
        "ignored": sorted(name for name in fields if name not in form.fields),
    }


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines as they arrive, without their ends; of one that is too long, only the beginning."""
    while line := stream.readline(LONGEST_LINE + 1):
        rest = line
        while not rest.endswith(b"\n") and len(rest) > LONGEST_LINE:
            rest = stream.readline(LONGEST_LINE + 1)
        yield line.rstrip(b"\r\n") if len(line) <= LONGEST_LINE else line


def _read_line(line: bytes, scheme: Scheme) -> tuple[Form, Mapping[str, object], frozenset[str]]:
    statement = _read_json(line)
    if not isinstance(statement, dict):
        raise _Unjudged("not_an_object")
    form = _find_form(statement.get("member_state"), scheme)
    fields = statement.get("fields")
    if not isinstance(fields, dict):
        raise _Unjudged("fields_not_an_object")
    confirmed = statement.get("confirmed", [])
    if not isinstance(confirmed, list) or not all(isinstance(name, str) for name in confirmed):
        raise _Unjudged("confirmed_not_a_list")
    return form, fields, frozenset(confirmed)


def _read_json(line: bytes) -> object:
    if len(line) > LONGEST_LINE:
        raise _Unjudged("line_too_long")
    if not line.strip():
        raise _Unjudged("empty_line")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        raise _Unjudged("not_utf8") from reason
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as reason:
        # Also numbers of thousands of digits, and nesting deeper than the stack.
        raise _Unjudged("not_json") from reason


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _Unjudged("duplicate_key")
    return values


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _find_form(code: object, scheme: Scheme) -> Form:
    try:
        return scheme.member_state(code if isinstance(code, str) else "")
    except UnknownMemberState as unknown:
        raise _Unjudged("unknown_member_state") from unknown


def _answer(problem: Problem, form: Form) -> dict[str, Any]:
    return {
        "field": problem.field,
        "code": problem.code,
        "severity": problem.severity.value,
        "confirmed": problem.confirmed,
        "message": sentence(problem, form),
    }
