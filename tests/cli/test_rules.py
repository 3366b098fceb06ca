"""`signer rules check` answers every line, whatever it holds; `signer rules show` prints rules and their sources."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from signer.cli.rules import judge_line, rules
from signer.scheme.load import load_scheme
from tests.cases import every_case

EU = load_scheme()
ESTONIAN = {
    "first_names": "Ada",
    "family_names": "Kuusk",
    "document_type": "personal_number",
    "document_number": "36805280109",
}


def _check(lines: bytes, *options: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(rules, ["check", "--today", "2027-05-01", *options], input=lines)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def _line(member_state: object = "EE", fields: object = ESTONIAN, **more: object) -> bytes:
    return json.dumps({"member_state": member_state, "fields": fields, **more}).encode() + b"\n"


def test_a_right_statement_is_accepted() -> None:
    """The contract: accepted, problems, ignored."""
    assert _check(_line()) == [{"accepted": True, "problems": [], "ignored": []}]


def test_a_doubt_is_accepted_when_confirmed() -> None:
    """Promise 3; the problem stays in the answer."""
    doubtful: Mapping[str, str] = {**ESTONIAN, "document_number": "36805280108"}

    open_answer, confirmed = _check(_line("EE", doubtful) + _line("EE", doubtful, confirmed=["document_number"]))

    assert (open_answer["accepted"], confirmed["accepted"]) == (False, True)
    (problem,) = confirmed["problems"]
    assert problem.pop("message").startswith("Compare “Personal identification code”")
    assert problem == {"field": "document_number", "code": "check_digit", "severity": "warning", "confirmed": True}


def test_fields_that_are_not_asked_are_listed_and_never_shown() -> None:
    """Names in order, no values."""
    (answer,) = _check(_line("EE", {**ESTONIAN, "street": "Zyxwvut", "email": 5}))

    assert answer == {"accepted": True, "problems": [], "ignored": ["email", "street"]}


@every_case(
    ("line", "code"),
    [
        (b"\n", "empty_line"),
        (b" \r\n", "empty_line"),
        (b"{\n", "not_json"),
        (b"\xff\xfe\n", "not_utf8"),
        (b"[1]\n", "not_an_object"),
        (b'"text"\n', "not_an_object"),
        (b"null\n", "not_an_object"),
        (b"NaN\n", "not_json"),
        (b'{"member_state": "EE", "fields": {"first_names": NaN}}\n', "not_json"),
        (b"1" * 5_000 + b"\n", "not_json"),
        (b"[" * 200_000 + b"\n", "not_json"),
        (b'{"fields": ' * 100_000 + b"\n", "not_json"),
        (b'{"member_state": "EE", "member_state": "DE", "fields": {}}\n', "duplicate_key"),
        (b'{"member_state": "EE", "fields": {"city": "a", "city": "b"}}\n', "duplicate_key"),
        (b'{"fields": {}}\n', "unknown_member_state"),
        (_line("XX"), "unknown_member_state"),
        (_line(5), "unknown_member_state"),
        (_line(["EE"]), "unknown_member_state"),
        (_line("EE", []), "fields_not_an_object"),
        (_line("EE", None), "fields_not_an_object"),
        (b'{"member_state": "EE"}\n', "fields_not_an_object"),
        (_line("EE", ESTONIAN, confirmed="document_number"), "confirmed_not_a_list"),
        (_line("EE", ESTONIAN, confirmed=[{}]), "confirmed_not_a_list"),
        (_line("EE", ESTONIAN, confirmed=None), "confirmed_not_a_list"),
        (b'"' + b"x" * (5 * 1024 * 1024) + b'"\n', "line_too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_line_that_cannot_be_judged_has_an_answer_too(line: bytes, code: str) -> None:
    """One answer for each line, or answers could not be told apart."""
    before, answer, after = _check(_line() + line + _line())

    assert before["accepted"]
    assert after["accepted"]
    assert (answer["accepted"], answer["ignored"]) == (False, [])
    (problem,) = answer["problems"]
    assert problem.pop("message")
    assert problem == {"field": None, "code": code, "severity": "error", "confirmed": False}


def test_values_that_are_no_text_are_problems_of_their_field() -> None:
    """The rest of the form is judged all the same."""
    (answer,) = _check(_line("EE", {**ESTONIAN, "first_names": None, "family_names": 7}))

    assert [(problem["field"], problem["code"]) for problem in answer["problems"]] == [
        ("first_names", "not_text"),
        ("family_names", "not_text"),
    ]


def test_lines_may_end_in_any_way() -> None:
    """Carriage returns, a byte order mark, no end at all."""
    lines = b"\xef\xbb\xbf" + _line().replace(b"\n", b"\r\n") + _line().rstrip(b"\n")

    assert [answer["accepted"] for answer in _check(lines)] == [True, True]
    assert _check(b"") == []


def test_a_file_is_read_and_the_day_is_given(tmp_path: Path) -> None:
    """Ages are reckoned on the day of `--today`."""
    file = tmp_path / "statements.jsonl"
    file.write_bytes(_line("EE", {**ESTONIAN, "document_number": "61205100001"}))

    early = CliRunner().invoke(rules, ["check", str(file), "--today", "2028-05-09"])
    late = CliRunner().invoke(rules, ["check", str(file), "--today", "2028-05-10"])

    assert (json.loads(early.stdout)["accepted"], json.loads(late.stdout)["accepted"]) == (False, True)


@every_case("arguments", [["check", "/nowhere/at/all"], ["check", "--today", "2027-02-30"], ["chek"]])
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    """As every command does."""
    assert CliRunner().invoke(rules, arguments).exit_code == 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(list(ESTONIAN)), inner),
    max_leaves=8,
)


@given(
    st.binary()
    | st.builds(_line, st.sampled_from(list(EU.forms)) | json_values, json_values, confirmed=json_values)
    | st.builds(_line, st.sampled_from(list(EU.forms)), st.dictionaries(st.sampled_from(list(ESTONIAN)), json_values))
)
def test_no_line_is_an_exception(line: bytes) -> None:
    """Whatever a line holds, it is answered with what JSON can carry."""
    answer = judge_line(line, EU, date(2027, 5, 1))

    assert json.loads(json.dumps(answer)) == answer
    assert set(answer) == {"accepted", "problems", "ignored"}
    assert answer["accepted"] or answer["problems"]


def test_what_a_member_state_asks_is_shown_with_sources() -> None:
    """For the people who have to check it."""
    result = CliRunner().invoke(rules, ["show", "se"])

    assert result.exit_code == 0
    assert "Document personal_number: Personal identity number (Personnummer)" in result.stdout
    assert "check digit by stdnum.se.personnummer" in result.stdout
    assert "source: Regulation (EU) 2019/788, Annex III Part B" in result.stdout


def test_all_member_states_are_listed_in_protocol_order() -> None:
    """Without a code, a line for each."""
    lines = CliRunner().invoke(rules, ["show"]).stdout.splitlines()

    assert len(lines) == 27
    assert lines[0].startswith("BE  Belgium")
    assert lines[-1].startswith("SE  Sweden")


@every_case("code", [*EU.forms, None])
def test_machines_get_the_same_as_json(code: str | None) -> None:
    """Every rule in it names its sources."""
    result = CliRunner().invoke(rules, ["show", "--json", *([code] if code else [])])

    shown = json.loads(result.stdout)
    for form in [shown] if code else shown:
        ruled = [form, *form["ages"], *form["documents"], *form["postal_codes"].values(), *form["thresholds"]]
        assert all(rule["sources"] for rule in ruled)
        assert bool(form["documents"]) != bool(form["postal_codes"])


def test_an_unknown_member_state_exits_with_1_and_a_reason() -> None:
    """Refused, not wrong usage."""
    result = CliRunner().invoke(rules, ["show", "XX"])

    assert result.exit_code == 1
    assert "names no Member State" in result.stderr
