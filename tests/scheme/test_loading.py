"""Bad data files stop the start and name the file and the line."""

import shutil
from pathlib import Path

import pytest

from signer.scheme.load import DATA, load_scheme
from signer.scheme.rule_file import InvalidRules, find_line
from tests.cases import every_case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the European scheme, to be spoilt."""
    shutil.copytree(DATA / "eu", tmp_path / "eu")
    return tmp_path


def _line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)


SECOND_AGE = '[[age]] # new\nminimum = 16\ncount = "exact_date"\nsource = ["DATA"]\n\n'

# File, text in it, what it is replaced by, a text on the line to be named, what is to be said.
SPOILT = [
    ("AT.toml", "[A-Z][0-9]{7,8}", "[A-Z", "pattern = '[A-Z'", "pattern is no regular expression"),
    ("AT.toml", "digits_only", "digit_only", "digit_only", "digit_only is not known here"),
    ("AT.toml", 'part = "B"', 'part = "Z"', "part =", "part is Z, expected one of A, B"),
    ("AT.toml", 'code = "AT"', 'code = "AU"', "code =", "the name of the file"),
    ("AT.toml", "minimum = 16", 'minimum = "16"', "minimum", "expected to be a whole number"),
    ("AT.toml", "minimum = 16", "minimum = true", "minimum", "expected to be a whole number"),
    ("AT.toml", "minimum = 16", "minimum = 0", "minimum", "a number above zero"),
    ("AT.toml", "minimum = 16\n", "", "[[age]]", "minimum is missing"),
    ("AT.toml", '"exact_date"', '"dog_years"', "count", "exact_date, calendar_year"),
    ("AT.toml", '["REG Article 2(1)", "DATA"]', "[]", "source = []", "list of texts"),
    ("AT.toml", '"REG Article 2(1)", "DATA"', '"RAG", "DATA"', '"RAG"', "RAG, which is not listed"),
    ("AT.toml", '"REG Article 2(1)", "DATA"', '"DATA", "DATA"', '"DATA", "DATA"', "twice"),
    ("AT.toml", "A0000000", "A0", '"A0"', "example fits neither"),
    ("AT.toml", "from = 8, to = 9", "from = 9, to = 8", "from = 9", "length runs from 9 to 8"),
    ("AT.toml", "[documents.passport]", "[documents.Pass-port]", "Pass-port", "small letters"),
    ("AT.toml", 'de = "Reisepass"', 'German = "Reisepass"', "Reisepass", "no language tag"),
    ("AT.toml", '"Reisepass"', '""', 'de = ""', "de is empty"),
    ("AT.toml", "705 = 19, 720 = 20", "705 = 19", "members", "720 is missing"),
    ("AT.toml", "705 = 19, 720 = 20", "705 = 19, 720 = 20, 750 = 1", "members", "750 is not known here"),
    ("AT.toml", "[[age]]", "[[age", "[[age", "Expected"),
    ("AT.toml", "[[age]]", 'part = "A"\n[[age]]', 'part = "A"', "overwrite"),
    ("AT.toml", "members = {", 'not_asked = ["city"]\nmembers = {', "not_asked", "city"),
    ("BE.toml", 'check = "stdnum.be.nn"', 'check = "stdnum.be.xx"', "check", "no such module"),
    ("BE.toml", 'check = "stdnum.be.nn"', 'check = "os.path"', "check", "a module of stdnum"),
    ("BE.toml", 'check = "stdnum.be.nn"', 'check = "stdnum.be"', "check", "no function validate"),
    ("FI.toml", "2025-07-01", '"2025-07-01"', "valid_from", "expected to be a date"),
    ("FI.toml", "2025-07-01", "2025-07-01T00:00:00", "valid_from", "expected to be a date"),
    ("FI.toml", "2025-07-01", "2025-06-31", "2025-06-31", "Invalid date"),
    ("FI.toml", "minimum = 18", "minimum = 18\nvalid_from = 2026-01-01", "2025", "after 2026-01-01"),
    ("SE.toml", "[documents", SECOND_AGE + "[documents", "# new", "valid_from is missing"),
    ("scheme.toml", 'kind = "country"', 'kind = "planet"', "planet", "expected to be one of name"),
    ("scheme.toml", 'identity = ["document_type"', 'identity = ["city"', 'identity = ["city"', "city"),
    ("scheme.toml", 'name = "eu"', 'name = "ue"', "name =", "not that of the folder"),
    ("scheme.toml", "member_states_needed = 7", "member_states_needed = 28", "needed = 28", "27"),
    ("scheme.toml", "2024-07-16", "2019-07-16", "2019-07-16", "after 2020-02-01"),
    ("postal_codes.toml", "[DE]", "[XX]", "[XX]", "XX is no country"),
    ("postal_codes.toml", "[other]", "[SM]", "# Postal codes", "other is missing"),
]


@every_case("spoilt", SPOILT, ids=lambda each: each[4])
def test_a_bad_file_is_named_with_its_line(folder: Path, spoilt: tuple[str, str, str, str, str]) -> None:
    """An operator must find the slip at once; a rule that is silently off would let anything pass."""
    file, old, new, marker, message = spoilt
    path = folder / "eu" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(InvalidRules) as refusal:
        load_scheme("eu", folder)

    line = _line_of(path, marker)
    path.write_text(text, encoding="utf-8")
    assert str(refusal.value).startswith(f"{file} line {line}: ")
    assert message in str(refusal.value)


def test_a_figure_missing_for_a_new_term_is_named_in_the_file_that_lacks_it(folder: Path) -> None:
    """Whoever adds a term has 27 files to fill."""
    path = folder / "eu" / "scheme.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("members = 720", "members = 750"), encoding="utf-8")

    with pytest.raises(InvalidRules, match=r"AT.toml line [0-9]+: 750 is missing"):
        load_scheme("eu", folder)


def test_a_missing_member_state_is_noticed(folder: Path) -> None:
    """Its members would be missing from the sum."""
    (folder / "eu" / "MT.toml").unlink()

    with pytest.raises(
        InvalidRules, match=r"scheme.toml line [0-9]+: the Member States elect 699 members, expected 705"
    ):
        load_scheme("eu", folder)


def test_two_member_states_cannot_share_a_code(folder: Path) -> None:
    """A citizen's nationality must be one."""
    path = folder / "eu" / "FR.toml"
    path.write_text(path.read_text().replace("sorted_as", 'aliases = ["EL"]\nsorted_as'))

    with pytest.raises(InvalidRules, match="EL"):
        load_scheme("eu", folder)


@every_case("name", ["", "..", "../eu", "nowhere", "EU"])
def test_an_unknown_scheme_is_refused(name: str, folder: Path) -> None:
    """The name is part of a path."""
    with pytest.raises(InvalidRules, match="no scheme"):
        load_scheme(name, folder)


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    """Bytes that are no UTF-8, or no file."""
    (folder / "eu" / "AT.toml").write_bytes(b'code = "AT"\nname = "\xff"')
    with pytest.raises(InvalidRules, match=r"AT.toml line 2: not UTF-8"):
        load_scheme("eu", folder)

    (folder / "eu" / "scheme.toml").unlink()
    with pytest.raises(InvalidRules, match=r"scheme.toml cannot be read"):
        load_scheme("eu", folder)


def test_a_member_state_may_leave_a_field_out(folder: Path) -> None:
    """Greece once asked for no birth date, and may again."""
    path = folder / "eu" / "GR.toml"
    path.write_text(path.read_text().replace("sorted_as", 'not_asked = ["date_of_birth"]\nsorted_as'), encoding="utf-8")

    form = load_scheme("eu", folder).member_state("GR")

    assert "date_of_birth" not in form.fields
    assert "date_of_birth" not in form.identity


def test_the_packaged_scheme_is_read_once() -> None:
    """It is asked for with every request."""
    assert load_scheme() is load_scheme()


def test_every_rule_names_its_source() -> None:
    """Facts of the law without a source cannot be checked by anybody."""
    scheme = load_scheme()
    rules = [scheme, *scheme.terms, scheme.residence.other_countries, *scheme.residence.postal_rules.values()]
    for form in scheme.forms.values():
        rules += [form, *form.ages, *form.document_types.values()]

    assert all(rule.sources and all(rule.sources) for rule in rules)


def test_lines_are_found_in_tables_of_an_array() -> None:
    """The second [[age]] is another one than the first."""
    text = "[[age]]\nminimum = 1\n\n[[age]] # since\nminimum = 2\n[a.b]\n'x' = 1\n"

    assert find_line(text, ("age", 0, "minimum")) == 2
    assert find_line(text, ("age", 1, "minimum")) == 5
    assert find_line(text, ("age", 1, "count")) == 4
    assert find_line(text, ("a", "b", "x")) == 7
    assert find_line(text, ("nothing",)) == 1
