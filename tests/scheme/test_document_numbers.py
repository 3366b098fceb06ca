"""How the number of a document is normalised, and what of it is refused whatever is confirmed."""

from collections.abc import Callable
from datetime import date
from types import ModuleType

import pytest

from signer.scheme import document
from signer.scheme.document import full_year, normalise_number
from signer.scheme.form import Scheme
from signer.scheme.problem import Problem, Severity
from signer.scheme.statement import read_statement
from tests.cases import every_case

Judge = Callable[..., dict[str, Problem]]


@every_case(
    "typed",
    [
        "36805280109",
        "368 0528 0109",
        "368.0528/0109",
        "3-6-8 05280109",
        "368·05280109",
        "３６８０５２８０１０９",
        "368–05280109",
    ],
)
def test_separators_and_wide_digits_make_no_difference(typed: str, judge: Judge) -> None:
    """Numbers are copied from cards and from other scripts' keyboards."""
    assert judge("EE", document_number=typed) == {}


@every_case(
    ("typed", "character"),
    [
        ("368052801O9§", "U+00A7 SECTION SIGN"),
        ("Α1234567", "U+0391 GREEK CAPITAL LETTER ALPHA"),
        ("ß1234567", "U+00DF LATIN SMALL LETTER SHARP S"),
        ("A1234<567", "U+003C LESS-THAN SIGN"),
        ("A1234﹤567", "U+FE64 SMALL LESS-THAN SIGN"),
        ("A+1234567", "U+002B PLUS SIGN"),
        ("A\u200b1234567", "U+200B ZERO WIDTH SPACE"),
        ("٣٦٨٠٥٢٨٠١٠٩", "U+0663 ARABIC-INDIC DIGIT THREE"),
        ("A1234567'; DROP", "U+0027 APOSTROPHE"),
    ],
)
def test_other_characters_are_errors_that_cannot_be_confirmed(typed: str, character: str, judge: Judge) -> None:
    """A Greek letter that looks like ours is told apart, and named as it was typed."""
    problem = judge("AT", document_type="passport", document_number=typed, confirmed=frozenset({"document_number"}))
    found = problem["document_number"]

    assert (found.code, found.severity, found.confirmed) == ("character", Severity.ERROR, False)
    assert found.details == {"character": character}


@every_case("typed", ["", "  ", "---", ". / ·"])
def test_a_number_of_separators_alone_is_missing(typed: str, judge: Judge) -> None:
    """The Commission's software refuses blank values before any rule that can be skipped."""
    assert judge("EE", document_number=typed, confirmed=frozenset({"document_number"}))["document_number"].stops


def test_40_characters_are_the_most_whatever_is_confirmed(judge: Judge) -> None:
    """A confirmed number still has to fit where authorities put it."""
    confirmed = frozenset({"document_number"})

    assert not judge("EE", document_number="7" * 40, confirmed=confirmed)["document_number"].stops
    problem = judge("EE", document_number="7" * 41, confirmed=confirmed)["document_number"]
    assert (problem.code, problem.stops, problem.details) == ("too_long", True, {"at_most": 40})


def test_without_a_document_type_the_number_is_not_judged(judge: Judge) -> None:
    """One mistake, one message."""
    assert set(judge("EE", document_type="", document_number="12")) == {"document_type"}
    assert judge("EE", document_type="id.card")["document_type"].code == "unknown_document_type"


def test_leading_zeros_stay(eu: Scheme, may_day: date) -> None:
    """They are part of the number that the authority looks up."""
    fields = {"first_names": "Ada", "family_names": "Test", "document_type": "id_card", "document_number": "00001"}

    assert read_statement(fields, eu.member_state("PT"), on=may_day).fields["document_number"] == "00001"


@every_case(
    ("number", "on", "expected"),
    [
        ("8803200016", date(2027, 5, 1), "198803200016"),
        ("0703200016", date(2027, 5, 1), "200703200016"),
        ("2703200016", date(2027, 5, 1), "202703200016"),
        ("2803200016", date(2027, 5, 1), "192803200016"),
        ("198803200016", date(2027, 5, 1), "198803200016"),
        ("123", date(2027, 5, 1), "123"),
    ],
)
def test_a_short_year_is_the_last_one_with_these_digits(number: str, on: date, expected: str) -> None:
    """Two spellings of one Swedish number must be one identity."""
    assert full_year(number, on) == expected


def test_the_sign_of_the_aged_is_reckoned_on_the_day_of_signing() -> None:
    """It replaces the hyphen on New Year's Eve of the year in which a person turns 100."""
    assert normalise_number("270320+0016", "+", date(2027, 1, 1)) == "192703200016"
    assert normalise_number("260320+0016", "+", date(2027, 1, 1)) == "192603200016"
    assert normalise_number("990320+0016", "+", date(2000, 1, 1)) == "189903200016"


def test_a_fault_in_the_library_is_a_doubt(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a citizen sends may end in an exception."""

    def _fail(_: str) -> str:
        raise IndexError

    broken = ModuleType("broken")
    broken.validate = _fail  # type: ignore[attr-defined]
    monkeypatch.setattr(document, "load_module", lambda _: broken)

    assert judge("EE")["document_number"].code == "check_digit"


def test_an_age_read_from_a_number_is_a_doubt_that_keeps_no_date(judge: Judge) -> None:
    """Part B never asks for a birth date, so none may be derived and kept."""
    problem = judge("EE", document_number="61205100001")["document_number"]

    assert (problem.code, problem.severity) == ("age_from_number", Severity.WARNING)
    assert problem.details == {"document_type": "personal_number", "minimum": 16}
    assert judge("EE", document_number="61205100001", on=date(2028, 5, 9))["document_number"].code == "age_from_number"
    assert judge("EE", document_number="61205100001", on=date(2028, 5, 10)) == {}
