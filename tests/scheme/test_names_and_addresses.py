"""Which names and addresses are taken as they are, and which characters are named and refused."""

from collections.abc import Callable

from signer.scheme.problem import Problem, Severity
from tests.cases import every_case

Judge = Callable[..., dict[str, Problem]]

NAMES = [
    "Ada",
    "Å",
    "O'Brien",
    "O’Brien",
    "O`Brien",
    "O´Brien",
    "Jean-Luc",
    "Anne–Marie",
    "J. R. R.",
    "St.John",
    "Davis, Jr.",
    "Gal·la",
    "Þórbjörg",
    "Ἀθηνᾶ Παπαδοπούλου",
    "Μαρία-Ελένη",
    "Цветелина Йорданова",
    "Nguyễn Thị Ánh",
    "王小明",
    "マリア・テレサ",
    "محمد",
    "علی\u200cرضا",
    "प्रिया शर्मा",
    "ක්\u200dරිෂ්ණ",
    "ابن‌سينا",
    "-",
    "Ǹ̩kem",
]

ADDRESSES = [
    "C/ Mayor, 3º-B",
    "Ул. „Граф Игнатиев“ № 12",
    "ж.к. „Младост“ 1, бл. 5, вх. А",
    "ul. Długa 5/7 m. 3",
    "Karl-Marx-Straße 12 / Top 4",
    "12 bis, rue de l’Église",
    "Berga 3:12",
    "Ctra. N-340 km 12+500",
    "12½ Main St. #4",
    "Nyárfa u. 8., 2. em. 5.",
    "Παπαδιαμάντη 5 & Σόλωνος",
    "Westward Ho!",
    'Quartier "Les Lilas"',
    "Blok (5)",
    "١٢ شارع النيل",
]


@every_case("name", NAMES)
def test_names_in_any_script_are_taken(name: str, judge: Judge) -> None:
    """Names are the citizen's own; the usual apostrophes and hyphens of keyboards belong to them."""
    assert judge("EE", first_names=name, family_names=name) == {}


@every_case("address", ADDRESSES)
def test_addresses_of_all_countries_are_taken(address: str, judge: Judge) -> None:
    """A citizen may live anywhere in the world."""
    assert judge("DE", street=address, street_number=address, city=address) == {}


@every_case(
    ("typed", "character"),
    [
        ("Ada 2", "U+0032 DIGIT TWO"),
        ("Ada <b>", "U+003C LESS-THAN SIGN"),
        ("§ Ada", "U+00A7 SECTION SIGN"),
        ("Ada_Test", "U+005F LOW LINE"),
        ("a@b", "U+0040 COMMERCIAL AT"),
        ("Ada 😀", "U+1F600 GRINNING FACE"),
        ("Ada; Test", "U+003B SEMICOLON"),
        ("=Ada", "U+003D EQUALS SIGN"),
        ("A\u200bda", "U+200B ZERO WIDTH SPACE"),
        ("A\u3164da", "U+3164 HANGUL FILLER"),
        ("\u0301Ada", "U+0301 COMBINING ACUTE ACCENT"),
        ("Ada -\u0301", "U+0301 COMBINING ACUTE ACCENT"),
        ("Ada \u200cTest", "U+200C ZERO WIDTH NON-JOINER"),
        ("A\ue000da", "U+E000"),
    ],
)
def test_the_character_that_cannot_stand_in_a_name_is_named(typed: str, character: str, judge: Judge) -> None:
    """Nothing else of what was typed is in the problem."""
    problem = judge("EE", first_names=typed)["first_names"]

    assert (problem.code, problem.severity) == ("character", Severity.ERROR)
    assert problem.details == {"character": character}


@every_case("typed", ["Str. <script>", "A|B", "5 €", "A*B", "{x}", "x\\y", "C:=1"])
def test_markup_and_symbols_cannot_stand_in_an_address(typed: str, judge: Judge) -> None:
    """The alphabet of addresses is wide, but it is one."""
    found = judge("DE", street=typed, city=typed)

    assert {name: problem.code for name, problem in found.items()} == {"street": "character", "city": "character"}


@every_case("typed", ["https://example.org", "www.example.org", "WWW.EXAMPLE", "Ada example.com"])
def test_a_web_address_is_no_name(typed: str, judge: Judge) -> None:
    """Letters and full stops make a host name too."""
    assert judge("EE", family_names=typed)["family_names"].code == "web_address"


@every_case("typed", ["https://example.org", "www.example.org"])
def test_a_web_address_is_no_street(typed: str, judge: Judge) -> None:
    """Nobody lives there."""
    assert judge("DE", street=typed)["street"].code == "web_address"


@every_case(
    ("typed", "code"),
    [
        ("Ada\nMarie", "line_break"),
        ("Ada\r\nMarie", "line_break"),
        ("Ada\u2028Marie", "line_break"),
        ("Ada\u202eeiraM", "direction_mark"),
        ("Ada\u200fMarie", "direction_mark"),
        ("Ada\u2066Marie", "direction_mark"),
        ("Ada\x00Marie", "control_character"),
        ("Ada\x1bMarie", "control_character"),
        ("\x07Ada", "control_character"),
        ("Ada\udc80", "control_character"),
    ],
)
@every_case("field", ["first_names", "document_type", "document_number"])
def test_no_field_holds_hidden_signs(field: str, typed: str, code: str, judge: Judge) -> None:
    """They would change what an official reads, or break a file for the authority."""
    problem = judge("EE", **{field: typed})[field]

    assert (problem.code, problem.severity) == (code, Severity.ERROR)


@every_case("around", [" ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2028", "\u200b", "\ufeff", "\u200f", "\u202a"])
def test_what_is_invisible_at_an_end_is_trimmed(around: str, judge: Judge) -> None:
    """It comes from pasting, and nobody can see it."""
    typed = f"{around}36805280109{around} "

    assert judge("EE", first_names=f"{around}Ada{around}", document_number=typed) == {}


@every_case("typed", ["", " ", "\u00a0\t", "\u200b", "\u3164", "\n"])
@every_case("field", ["first_names", "family_names", "street", "city", "residence_country", "date_of_birth"])
def test_an_empty_field_is_missing_even_if_confirmed(field: str, typed: str, judge: Judge) -> None:
    """The Commission marks these as not skippable."""
    problem = judge("DE", confirmed=frozenset({field}), **{field: typed})[field]

    assert (problem.code, problem.severity, problem.confirmed) == ("missing", Severity.ERROR, False)


def test_an_address_without_a_house_number_can_be_confirmed(judge: Judge) -> None:
    """Refusing it shuts out whoever lives where houses have no number."""
    (open_problem,) = judge("DE", street_number="").values()
    (confirmed,) = judge("DE", street_number="", confirmed=frozenset({"street_number"})).values()

    assert (open_problem.code, open_problem.severity, open_problem.stops) == ("no_number", Severity.WARNING, True)
    assert (confirmed.code, confirmed.confirmed, confirmed.stops) == ("no_number", True, False)


@every_case("typed", ["de", "DE", " De "])
def test_countries_are_read_in_any_case(typed: str, judge: Judge) -> None:
    """The page sends capitals; the Commission's files hold small letters."""
    assert judge("DE", residence_country=typed) == {}


@every_case("typed", ["XX", "ZZ", "EU", "Germany", "D", "ΕL", "ｄｅ"])
def test_an_unknown_country_is_an_error(typed: str, judge: Judge) -> None:
    """Only codes of the list are kept, never free text."""
    assert judge("DE", residence_country=typed, confirmed=frozenset({"residence_country"}))["residence_country"].stops


def test_200_letters_are_taken_and_201_are_not(judge: Judge) -> None:
    """Counted in characters after composing, so that Greek and Bulgarian have as much room as English."""
    assert judge("EE", first_names="Я" * 200, family_names="e\u0301" * 200) == {}

    problem = judge("EE", first_names="Я" * 201)["first_names"]
    assert (problem.code, problem.details) == ("too_long", {"at_most": 200})


def test_a_million_characters_are_too_long_for_any_field(judge: Judge) -> None:
    """Normalising them could take minutes: runs of marks are sorted in quadratic time."""
    found = judge("EE", **dict.fromkeys(("first_names", "document_type", "document_number"), "a\u0301\u0316" * 350_000))

    assert {problem.code for problem in found.values()} == {"too_long"}
    assert len(found) == 3
