"""A password is long and the owner's own; nothing that everybody knows of them makes it longer."""

from hypothesis import given
from hypothesis import strategies as st

from signer.accounts.passwords import COMMON, LONGEST, RUNS, SHORTEST, Weakness, weakness
from tests.cases import every_case

ABOUT = ("Signer", "ottoline@initiative.example", "Ottoline Invented")


@every_case(
    "password",
    [
        "four quiet wooden lighthouses",
        "tr0ub4dor&3x!",
        "жёлтая лодка на реке",
        "静かな空と澄んだ水の十二文字",
        "  spaces at both ends  ",
        "password of a quiet lighthouse",
        "🦔🐌🦉🐝🦎🐢🦋🐬🦭🐧🦩🐿",
        "a" * (LONGEST - 6) + "bcdfgh",
    ],
)
def test_long_and_ones_own_is_taken_in_any_script(password: str) -> None:
    assert weakness(password, about=ABOUT) is None


@every_case(
    ("password", "found"),
    [
        ("", Weakness.TOO_SHORT),
        ("elevenchars", Weakness.TOO_SHORT),
        ("x!9Q" * 64 + "z", Weakness.TOO_LONG),
        ("aaaaaaaaaaaaaaaa", Weakness.TOO_FEW_DIFFERENT),
        ("abababababab", Weakness.TOO_FEW_DIFFERENT),
        ("111222333444", Weakness.TOO_FEW_DIFFERENT),
        ("AaBbCcAaBbCc", Weakness.TOO_FEW_DIFFERENT),
        ("abcdefghijkl", Weakness.TOO_COMMON),
        ("zyxwvutsrqponm", Weakness.TOO_COMMON),
        ("0123456789012", Weakness.TOO_COMMON),
        ("qwertyuiopas", Weakness.TOO_COMMON),
        ("QWERTZuiopasd", Weakness.TOO_COMMON),
        ("password1234", Weakness.TOO_COMMON),
        ("PassWordPassWord!", Weakness.TOO_COMMON),
        ("Passwort-2027", Weakness.TOO_COMMON),
        ("contraseña123", Weakness.TOO_COMMON),
        ("administrator!1", Weakness.TOO_COMMON),
        ("OttolineInvented", Weakness.TOO_COMMON),
        ("ottoline-invented", Weakness.TOO_COMMON),
        ("ottoline@initiative.example", Weakness.TOO_COMMON),
        ("SignerSigner2027", Weakness.TOO_COMMON),
        ("initiative123", Weakness.TOO_COMMON),
    ],
)
def test_what_is_short_repeated_or_known_is_named(password: str, found: Weakness) -> None:
    assert weakness(password, about=ABOUT) is found


def test_only_what_the_owner_is_called_counts_against_it() -> None:
    assert weakness("ottoline-invented", about=()) is None
    assert weakness("ottoline-invented", about=("Bartholomew Madeup",)) is None


def test_short_words_about_the_owner_are_in_every_password_and_count_for_nothing() -> None:
    assert weakness("a quiet boat at sea", about=("Bo At", "a@b.eu")) is None


@given(st.text(max_size=SHORTEST - 1), st.lists(st.text(max_size=20), max_size=3))
def test_nothing_short_is_ever_taken(password: str, about: list[str]) -> None:
    assert weakness(password, about=about) is Weakness.TOO_SHORT


@given(st.text(min_size=1, max_size=400), st.lists(st.text(max_size=60), max_size=4))
def test_any_text_gets_an_answer(password: str, about: list[str]) -> None:
    assert weakness(password, about=about) in {None, *Weakness}


@given(st.sampled_from(RUNS), st.integers(0, 13), st.integers(SHORTEST, 26), st.booleans())
def test_a_run_of_keys_is_never_taken_from_wherever_it_begins(
    run: str, start: int, length: int, backwards: bool
) -> None:
    typed = run[start : start + length]
    typed = typed[::-1] if backwards else typed

    assert weakness(typed) is not None


@given(st.lists(st.sampled_from([*COMMON, "ottoline", "Invented", "!", "1"]), min_size=1, max_size=5))
def test_known_words_in_any_order_are_never_enough(words: list[str]) -> None:
    assert weakness("".join(words), about=ABOUT) is not None
