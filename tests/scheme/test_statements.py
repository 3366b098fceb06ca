"""What is kept of a form, what is refused, and that nothing a client sends is an exception."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.scheme.check import check
from signer.scheme.form import Scheme
from signer.scheme.load import load_scheme
from signer.scheme.problem import Problem, Severity
from signer.scheme.statement import Refused, read_statement

Judge = Callable[..., dict[str, Problem]]

EU = load_scheme()
FIELD_NAMES = sorted({name for form in EU.forms.values() for name in form.fields})
ON = date(2027, 5, 1)
NOBODY = frozenset[str]()

anything = st.one_of(
    st.none(), st.integers(), st.binary(), st.lists(st.text()), st.text(st.characters(exclude_categories=()))
)
plausible = st.sampled_from(
    [
        "Ada",
        "a ",
        "ß",
        "DE",
        "el",
        "id_card",
        "passport",
        "personal_number",
        "1980-02-29",
        "000101+0016",
        "8803200016",
        "ǅ",
    ]
)
texts = st.one_of(st.text(st.characters(exclude_categories=()), max_size=60), plausible)


@given(fields=st.dictionaries(st.sampled_from(FIELD_NAMES) | st.text(), anything), code=st.sampled_from(list(EU.forms)))
def test_no_input_is_an_exception(fields: Mapping[str, object], code: str) -> None:
    """Nothing that a client can send may give a 500."""
    form = EU.member_state(code)

    problems = check(fields, form, on=ON, confirmed=frozenset(fields))

    assert [problem.field for problem in problems] == [
        name for name in form.fields if name in {p.field for p in problems}
    ]
    assert not any(problem.confirmed for problem in problems if problem.severity is Severity.ERROR)


@given(fields=st.dictionaries(st.sampled_from(FIELD_NAMES), texts), code=st.sampled_from(list(EU.forms)))
def test_a_statement_read_again_is_the_same(fields: Mapping[str, str], code: str) -> None:
    """What is kept is in its final form: sealing, opening and comparing must not change it."""
    form = EU.member_state(code)
    right = {
        "street": "S",
        "city": "C",
        "residence_country": "fr",
        "date_of_birth": "1980-01-01",
        "document_number": "1",
    }
    filled = {
        "first_names": "A",
        "family_names": "B",
        "document_type": next(iter(form.document_types), ""),
        **right,
        **fields,
    }
    try:
        statement = read_statement(filled, form, on=ON, confirmed=frozenset(FIELD_NAMES))
    except Refused:
        return

    again = read_statement(statement.fields, form, on=ON, confirmed=statement.confirmed)

    assert again == statement


def test_only_what_the_form_asks_is_kept(
    eu: Scheme, german: Mapping[str, str], estonian: Mapping[str, str], may_day: date
) -> None:
    """Article 9(3): nothing beyond Annex III, not even if somebody sends it."""
    everything = {**german, **estonian, "email": "ada@example.org"}

    statement = read_statement(everything, eu.member_state("EE"), on=may_day)

    assert list(statement.fields) == ["first_names", "family_names", "document_type", "document_number"]


def test_values_are_kept_tidy_and_country_in_capitals(eu: Scheme, german: Mapping[str, str], may_day: date) -> None:
    """NFC, one space, no white space at the ends; the postal code stays as it was typed."""
    typed = {
        **german,
        "first_names": "  Rene\u0301e \u00a0 Marie\t",
        "postal_code": " 123 45",
        "residence_country": "el",
        "city": "Αθήνα",
    }

    fields = read_statement(typed, eu.member_state("DE"), on=may_day).fields

    assert fields["first_names"] == "Renée Marie"
    assert fields["postal_code"] == "123 45"
    assert fields["residence_country"] == "GR"


def test_an_empty_field_that_may_be_empty_is_kept_empty(eu: Scheme, german: Mapping[str, str], may_day: date) -> None:
    """The authority's file has every field of the form."""
    typed = {**german, "street_number": " ", "postal_code": "", "residence_country": "IE"}

    statement = read_statement(typed, eu.member_state("IE"), on=may_day, confirmed=frozenset({"street_number"}))

    assert statement.fields["street_number"] == statement.fields["postal_code"] == ""


def test_only_warnings_that_came_up_are_kept_as_confirmed(eu: Scheme, german: Mapping[str, str], may_day: date) -> None:
    """A client that confirms everything must not make every statement look doubtful."""
    typed = {**german, "street_number": ""}

    statement = read_statement(typed, eu.member_state("DE"), on=may_day, confirmed=frozenset(typed))

    assert statement.confirmed == {"street_number"}


def test_a_refusal_names_fields_and_codes_but_nothing_typed(
    eu: Scheme, german: Mapping[str, str], may_day: date
) -> None:
    """Exceptions end in logs."""
    typed = {**german, "first_names": "Zyxwv§", "postal_code": "98765-4321-0"}

    with pytest.raises(Refused) as refusal:
        read_statement(typed, eu.member_state("DE"), on=may_day)

    assert [problem.code for problem in refusal.value.problems] == ["character", "postal_code_pattern"]
    assert "first_names: character" in str(refusal.value)
    assert "Zyxwv" not in repr(refusal.value)
    assert "98765" not in str(refusal.value)


def test_a_statement_does_not_show_its_fields(eu: Scheme, estonian: Mapping[str, str], may_day: date) -> None:
    """A statement in a traceback or a log line must tell nobody anything."""
    statement = read_statement(estonian, eu.member_state("EE"), on=may_day)

    assert "36805280109" not in repr(statement)
    assert "Kuusk" not in repr(statement)


def test_an_unconfirmed_warning_refuses(eu: Scheme, estonian: Mapping[str, str], may_day: date) -> None:
    """The citizen has to have seen it."""
    doubtful = {**estonian, "document_number": "36805280108"}

    with pytest.raises(Refused):
        read_statement(doubtful, eu.member_state("EE"), on=may_day, confirmed=frozenset({"first_names"}))
    assert read_statement(doubtful, eu.member_state("EE"), on=may_day, confirmed=frozenset({"document_number"}))


def test_problems_come_in_the_order_of_the_form(judge: Judge) -> None:
    """The summary on top of the page links to the fields from top to bottom."""
    found = judge("DE", date_of_birth="", city="", family_names="", postal_code="")

    assert list(found) == ["family_names", "postal_code", "city", "date_of_birth"]
