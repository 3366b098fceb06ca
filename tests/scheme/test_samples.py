"""Good and bad samples of every Member State, from `samples.toml`."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from signer.scheme.check import check
from signer.scheme.document import normalise_number
from signer.scheme.form import DocumentType, Scheme
from signer.scheme.load import load_scheme
from signer.scheme.problem import Severity
from signer.scheme.statement import read_statement
from tests.cases import every_case

SAMPLES = tomllib.loads((Path(__file__).parent / "samples.toml").read_text(encoding="utf-8"))
DOCUMENT_TYPES = [(form, each) for form in load_scheme().forms.values() for each in form.document_types.values()]
ERRORS = {"character", "unknown_document_type"}


def _name(sample: Mapping[str, Any]) -> str:
    return f"{sample['state']}-{sample.get('type', sample.get('residence'))}-{sample['typed']}"


@every_case("sample", SAMPLES["documents"], ids=_name)
def test_a_number_is_kept_or_doubted_as_its_sample_says(sample: Mapping[str, Any], eu: Scheme, may_day: date) -> None:
    """The table is the authority: each row names where it comes from."""
    form = eu.member_state(sample["state"])
    fields = {"first_names": "Ada", "family_names": "Test"}
    fields |= {"document_type": sample["type"], "document_number": sample["typed"]}

    problems = check(fields, form, on=may_day)

    codes = {problem.field: problem.code for problem in problems}
    field = sample.get("field", "document_number")
    assert codes == ({field: sample["problem"]} if "problem" in sample else {})
    assert sample["source"]
    if "kept" in sample:
        statement = read_statement(fields, form, on=may_day, confirmed=frozenset({"document_number"}))
        assert statement.fields["document_number"] == sample["kept"]


@every_case("sample", SAMPLES["documents"], ids=_name)
def test_a_doubtful_number_can_be_confirmed(sample: Mapping[str, Any], eu: Scheme, may_day: date) -> None:
    """Promise 3: what the Commission marks skippable, and every check digit, is a warning."""
    form = eu.member_state(sample["state"])
    fields = {"first_names": "Ada", "family_names": "Test"}
    fields |= {"document_type": sample["type"], "document_number": sample["typed"]}

    problems = check(fields, form, on=may_day, confirmed=frozenset(fields))

    for problem in problems:
        assert problem.severity == (Severity.ERROR if problem.code in ERRORS else Severity.WARNING)
        assert problem.confirmed == (problem.severity is Severity.WARNING)


@every_case("sample", SAMPLES["postal_codes"], ids=_name)
def test_a_postal_code_is_judged_by_the_country_of_residence(
    sample: Mapping[str, Any], eu: Scheme, german: Mapping[str, str], may_day: date
) -> None:
    """Never by nationality: that shut out whoever had moved."""
    fields = {**german, "residence_country": sample["residence"], "postal_code": sample["typed"]}

    problems = check(fields, eu.member_state(sample["state"]), on=may_day)

    codes = {problem.field: problem.code for problem in problems}
    assert codes == ({"postal_code": sample["problem"]} if "problem" in sample else {})
    assert sample["source"]


def test_every_member_state_has_good_and_bad_samples(eu: Scheme) -> None:
    """A Member State without samples is one whose rules nobody has tried."""
    rows = [*SAMPLES["documents"], *SAMPLES["postal_codes"]]

    assert {row["state"] for row in rows if "problem" not in row} == set(eu.forms)
    assert {row["state"] for row in rows if "problem" in row} == set(eu.forms)
    assert {(row["state"], row["type"]) for row in SAMPLES["documents"] if "problem" not in row} == {
        (form.member_state, document_type.key) for form, document_type in DOCUMENT_TYPES
    }


@every_case("document_type", [each for _, each in DOCUMENT_TYPES], ids=lambda each: each.key)
@every_case("junk", ["\n", ";", " X", "\x00", "+", "Ä", "ХХ"])
def test_every_pattern_rejects_a_valid_number_followed_by_junk(document_type: DocumentType, junk: str) -> None:
    """A pattern that is matched by its beginning lets anything through."""
    number = normalise_number(document_type.example, "", date(2027, 5, 1))

    assert document_type.pattern.fullmatch(number)
    assert not document_type.pattern.fullmatch(number + junk)
    assert not document_type.pattern.fullmatch(junk + number)


@given(
    index=st.integers(0, len(DOCUMENT_TYPES) - 1),
    data=st.data(),
    junk=st.text(min_size=1).filter(lambda s: not s.isalnum()),
)
def test_no_pattern_takes_junk_after_anything_it_takes(index: int, data: st.DataObject, junk: str) -> None:
    """Patterns take capital ASCII letters and digits alone, so whatever holds something else must fail."""
    pattern = DOCUMENT_TYPES[index][1].pattern
    number = data.draw(st.from_regex(pattern, fullmatch=True))

    assert number.isascii()
    assert number.isalnum()
    assert not pattern.fullmatch(number + junk)


@every_case("document_type", [each for _, each in DOCUMENT_TYPES], ids=lambda each: each.key)
def test_the_length_of_a_document_is_that_of_its_pattern(document_type: DocumentType) -> None:
    """Sentences name the length, so it must be what the pattern takes."""
    number = normalise_number(document_type.example, "", date(2027, 5, 1))
    pads = (number[0] * 45, number[-1] * 45, "A" * 45, "A0" * 23)
    too_long = [pad[: document_type.longest + 1] for pad in pads]

    assert not any(document_type.pattern.fullmatch(each) for each in too_long)
