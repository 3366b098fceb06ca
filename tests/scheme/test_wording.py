"""Every problem has a sentence that says what to do, and no sentence repeats what was typed."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from babel.messages.extract import extract_from_file

from signer import wording
from signer.scheme.check import check
from signer.scheme.form import Form, Scheme
from signer.scheme.load import load_scheme
from signer.scheme.problem import Problem, error
from signer.wording import age_sentence, document_label, field_hint, field_label, notes, sentence
from tests.cases import every_case

Judge = Callable[..., dict[str, Problem]]

EU = load_scheme()
DOCUMENTED = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EVERY_PROBLEM: list[tuple[str, str, Mapping[str, str], str]] = [
    ("EE", "first_names", {"first_names": ""}, "missing"),
    ("EE", "first_names", {"first_names": "x" * 201}, "too_long"),
    ("EE", "first_names", {"first_names": "a\nb"}, "line_break"),
    ("EE", "first_names", {"first_names": "a\u202eb"}, "direction_mark"),
    ("EE", "first_names", {"first_names": "a\x00b"}, "control_character"),
    ("EE", "first_names", {"first_names": "a§b"}, "character"),
    ("DE", "street", {"street": "a§b"}, "character"),
    ("EE", "document_number", {"document_number": "1§"}, "character"),
    ("EE", "first_names", {"first_names": "www.example.org"}, "web_address"),
    ("DE", "street_number", {"street_number": ""}, "no_number"),
    ("DE", "postal_code", {"postal_code": ""}, "no_postal_code"),
    ("DE", "postal_code", {"postal_code": "1"}, "postal_code_pattern"),
    ("DE", "residence_country", {"residence_country": "XX"}, "unknown_country"),
    ("DE", "date_of_birth", {"date_of_birth": "x"}, "not_a_date"),
    ("DE", "date_of_birth", {"date_of_birth": "2028-01-01"}, "future_date"),
    ("DE", "date_of_birth", {"date_of_birth": "2020-01-01"}, "too_young"),
    ("GR", "date_of_birth", {"date_of_birth": "2020-01-01"}, "too_young"),
    ("DE", "date_of_birth", {"date_of_birth": "1800-01-01"}, "very_old"),
    ("EE", "document_type", {"document_type": "passport"}, "unknown_document_type"),
    ("EE", "document_number", {"document_number": "1"}, "number_pattern"),
    ("SE", "document_number", {"document_number": "1"}, "number_pattern"),
    ("AT", "document_number", {"document_type": "id_card", "document_number": "1"}, "number_pattern"),
    ("CY", "document_number", {"document_type": "id_card", "document_number": "X"}, "number_pattern"),
    ("AT", "document_number", {"document_type": "passport", "document_number": "1"}, "number_pattern"),
    ("EE", "document_number", {"document_number": "36805280108"}, "check_digit"),
    ("LV", "document_number", {"document_type": "personal_id", "document_number": "40003521600"}, "not_a_person"),
    ("EE", "document_number", {"document_number": "61205100001"}, "age_from_number"),
]


def _shout(message: str) -> str:
    """Stand in for a translation: placeholders keep their names."""
    return f"[{message}]"


@every_case("case", EVERY_PROBLEM, ids=lambda case: f"{case[0]}-{case[1]}-{case[3]}")
def test_every_problem_is_said_in_words(
    case: tuple[str, str, Mapping[str, str], str], judge: Judge, eu: Scheme
) -> None:
    """With and without a translation, with all placeholders filled, and listed in docs/rules.md."""
    member_state, field, typed, code = case
    problem = judge(member_state, **typed)[field]
    form = eu.member_state(member_state)

    english = sentence(problem, form)
    translated = sentence(problem, form, gettext=_shout, format_date=lambda day: f"<{day}>")

    assert problem.code == code
    assert f"| `{code}` |" in DOCUMENTED
    assert english[0].isupper() or english.startswith("“")
    assert "%" not in english
    assert translated.startswith("[")
    assert english != sentence(error(field, "no_such_code"), form)


def test_the_sentence_of_a_number_has_its_length_and_an_example(judge: Judge, eu: Scheme) -> None:
    """Say what to do, with an example that is nobody's."""
    problem = judge("PL", document_type="national_id_number", document_number="12")["document_number"]

    said = sentence(problem, eu.member_state("PL"))

    assert said == ("Enter the 11 digits of “PESEL number”, for example 00 00 00 0000 0, or confirm what you entered")


def test_who_is_too_young_learns_from_when(judge: Judge, eu: Scheme) -> None:
    """The rule, and the day; the page writes the day in the citizen's language."""
    problem = judge("DE", date_of_birth="2012-02-29")["date_of_birth"]

    assert sentence(problem, eu.member_state("DE")).endswith("you can sign from 29 February 2028")
    assert sentence(problem, eu.member_state("DE"), format_date=date.isoformat).endswith("from 2028-02-29")


def test_a_character_is_shown_if_it_can_be_seen(judge: Judge, eu: Scheme) -> None:
    """A control character in a page or a terminal does harm."""
    seen = judge("EE", first_names="a§b")["first_names"]
    hidden = judge("EE", first_names="a\x1bb")["first_names"]

    assert "§ (U+00A7 SECTION SIGN)" in sentence(seen, eu.member_state("EE"))
    assert sentence(hidden, eu.member_state("EE")).isprintable()


def test_no_sentence_repeats_what_was_typed(eu: Scheme, german: Mapping[str, str], may_day: date) -> None:
    """Sentences end in logs of commands, values must not."""
    typed = dict.fromkeys(german, "Zyxwvut§98765")
    form = eu.member_state("DE")

    said = [sentence(problem, form) for problem in check(typed, form, on=may_day)]

    assert len(said) == 8
    assert not any("Zyx" in each or "98765" in each for each in said)


@every_case("form", EU.forms.values(), ids=lambda form: form.member_state)
def test_every_field_and_document_has_a_label(form: Form, may_day: date) -> None:
    """In the language of the page, beside the native label."""
    for name in form.fields:
        assert field_label(name, form) != name
        assert "%" not in field_hint(name, form)
    for document_type in form.document_types.values():
        assert document_label(document_type, form) not in document_type.labels.values()
    assert str(form.min_age) in age_sentence(form, may_day)


def test_germans_abroad_are_told_of_their_mission(eu: Scheme) -> None:
    """Annex III Part A, footnote 1."""
    assert ["German mission" in note for note in notes(eu.member_state("DE"))] == [True]
    assert notes(eu.member_state("FR")) == ()


def test_the_extractor_finds_every_text() -> None:
    """A text that is not in the catalogues stays English for everybody."""
    source = Path(wording.__file__)
    found = {message for _, message, _, _ in extract_from_file("python", str(source))}
    tables = [value for name, value in vars(wording).items() if name.isupper() and isinstance(value, dict)]
    used = {message for table in tables for message in table.values() if isinstance(message, str)}

    assert len(used) > 60
    assert used <= found
