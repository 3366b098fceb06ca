"""One person, one address, one account: however the address is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.accounts.address import WrongAddress, normal_address
from tests.cases import every_case

OTTOLINE = "ottoline@initiative.example"


@every_case(
    "typed",
    [
        OTTOLINE,
        "  ottoline@initiative.example\n",
        "Ottoline@Initiative.Example",
        "OTTOLINE@INITIATIVE.EXAMPLE",
        # What a browser or another keyboard may send for a dot or a letter.
        "ottoline@initiative。example",
        "ottoline@ｉnitiative.example",
    ],
)
def test_spellings_of_one_address_are_one(typed: str) -> None:
    assert normal_address(typed) == OTTOLINE


@every_case(
    ("typed", "normal"),
    [
        ("jörg@bürger.example", "jörg@bürger.example"),
        ("JÖRG@xn--brger-kva.example", "jörg@bürger.example"),
        # One letter, or one letter and its two dots.
        ("jo\u0308rg@initiative.example", "jörg@initiative.example"),
        ("o'hara+eci@initiative.example", "o'hara+eci@initiative.example"),
    ],
)
def test_letters_of_every_language_have_one_form(typed: str, normal: str) -> None:
    assert normal_address(typed) == normal


@every_case(
    "typed",
    [
        "",
        " ",
        "ottoline",
        "@initiative.example",
        "ottoline@",
        "ottoline@@initiative.example",
        "ottoline@initiative",
        "ottoline@initiative..example",
        "otto line@initiative.example",
        "ottoline@initiative.example,eve@initiative.example",
        "ottoline@initiative.example\nBcc: eve@initiative.example",
        "ottoline@initiative.example\r\n\r\nbody",
        "Ottoline <ottoline@initiative.example>",
        '"ottoline"@initiative.example',
        "ottoline@[127.0.0.1]",
        "ottoline\x00@initiative.example",
        "ottoline\u202e@initiative.example",
        "ottoline@localhost",
        "ottoline@" + "x" * 250 + ".example",
        "x" * 60_000,
        "<script>@initiative.example",
    ],
    ids=lambda typed: repr(typed[:40]),
)
def test_what_no_mail_server_takes_is_refused_without_being_repeated(typed: str) -> None:
    """The message goes to a terminal or a log; what was typed may be somebody's address all the same."""
    with pytest.raises(WrongAddress) as refused:
        normal_address(typed)

    assert str(refused.value) == "this is not an e-mail address; expected one like name@example.org"
    assert refused.value.__suppress_context__


LIKELY = st.text(alphabet="abcXYZ09.-_@+'äßİſé。", max_size=30)


@given(st.one_of(st.text(max_size=80), st.tuples(LIKELY, LIKELY).map("@".join)))
def test_any_text_is_an_address_in_normal_form_or_is_refused(typed: str) -> None:
    """Taken once more, the normal form is itself: otherwise one person could have two accounts."""
    try:
        normal = normal_address(typed)
    except WrongAddress:
        return

    assert normal_address(normal) == normal
    assert normal == normal.strip()
    assert normal.isprintable()
