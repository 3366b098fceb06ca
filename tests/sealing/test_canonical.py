"""One statement, one row of bytes: no second form, and a length that tells nothing."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from signer.sealing.canonical import MalformedPlaintext, TooLong, canonical_json, decode_plaintext, encode_plaintext
from tests.cases import every_case

BLIND = bytes(range(32))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
names = st.sampled_from(["first_names", "family_names", "street", "city", "document_number", "é", "e\u0301"])
mappings = st.dictionaries(names, texts, max_size=6).filter(
    lambda fields: len({unicodedata.normalize("NFC", name) for name in fields}) == len(fields)
)


def normalised(fields: dict[str, str]) -> dict[str, str]:
    return {unicodedata.normalize("NFC", name): unicodedata.normalize("NFC", text) for name, text in fields.items()}


@given(mappings, st.binary(min_size=32, max_size=32))
def test_what_is_decoded_is_what_was_encoded(fields: dict[str, str], blind: bytes) -> None:
    plaintext = decode_plaintext(encode_plaintext(fields, blind=blind, confirmed=frozenset({"city"})))

    assert plaintext.fields == normalised(fields)
    assert (plaintext.blind, plaintext.confirmed) == (blind, {"city"})


@given(mappings, mappings)
def test_two_statements_never_give_the_same_bytes(one: dict[str, str], other: dict[str, str]) -> None:
    assume(normalised(one) != normalised(other))

    assert encode_plaintext(one, blind=BLIND, confirmed=frozenset()) != encode_plaintext(
        other, blind=BLIND, confirmed=frozenset()
    )


@given(mappings, st.randoms(use_true_random=False))
def test_the_order_of_the_fields_does_not_matter(fields: dict[str, str], shuffled: object) -> None:
    names = list(fields)
    shuffled.shuffle(names)  # type: ignore[attr-defined]

    again = {name: fields[name] for name in names}
    assert canonical_json(again) == canonical_json(fields)


def test_a_control_character_before_a_mark_stays_readable() -> None:
    """In JSON the one is an escape that ends in a letter; joined with the mark it would be no JSON any more."""
    fields = {"city": "a\n\u0303b\u0008\u0323"}

    encoded = encode_plaintext(fields, blind=BLIND, confirmed=frozenset())

    assert decode_plaintext(encoded).fields == normalised(fields)


@given(texts)
def test_the_length_is_one_of_two(text: str) -> None:
    assert len(encode_plaintext({"city": text}, blind=BLIND, confirmed=frozenset())) in (768, 6144)


def test_two_hundred_greek_letters_in_every_field_fit() -> None:
    fields = dict.fromkeys(("first_names", "family_names", "street", "street_number", "postal_code", "city"), "Ω" * 200)
    more = {"residence_country": "GR", "date_of_birth": "1984-07-13"}

    assert len(encode_plaintext(fields | more, blind=BLIND, confirmed=frozenset(fields))) == 6144


def test_what_does_not_fit_is_refused_and_never_cut() -> None:
    with pytest.raises(TooLong):
        encode_plaintext({"city": "Ω" * 3100}, blind=BLIND, confirmed=frozenset())


def padded(body: bytes, size: int = 768) -> bytes:
    return (len(body).to_bytes(2, "big") + body).ljust(size, b"\0")


def body(**changes: str) -> bytes:
    parts = {"blind": f'"{BLIND.hex()}"', "confirmed": '["city"]', "fields": '{"city":"Bonn"}'} | changes
    return ("{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}").encode()


def test_the_canonical_form_by_hand_is_read() -> None:
    assert decode_plaintext(padded(body())).fields == {"city": "Bonn"}


@every_case(
    "plaintext",
    [
        b"",
        b"\0",
        bytes(768),
        padded(body())[:-1],
        padded(body()) + b"\0",
        padded(body())[:-1] + b"\1",
        padded(body(), 6144),
        padded(body() + b" "),
        padded(body().replace(b":", b": ", 1)),
        padded(body(fields='{"city":"Bonn","city":"Bonn"}')),
        padded(body(fields='{"city":"Bo\\u006en"}')),
        padded(body(fields='{"city":"e\u0301"}')),
        padded(body(fields='{"city":1}')),
        padded(body(fields='{"city":null}')),
        padded(body(fields='{"city":"\\ud800"}')),
        padded(body(fields='[["city","Bonn"]]')),
        padded(body(fields='"city"')),
        padded(body(fields='{"b":"1","a":"2"}')),
        padded(body(confirmed='"city"')),
        padded(body(confirmed='["city","city"]')),
        padded(body(confirmed='["street","city"]')),
        padded(body(confirmed="[1]")),
        padded(body(confirmed="[[]]")),
        padded(body(blind=f'"{BLIND.hex().upper()}"')),
        padded(body(blind=f'"{BLIND.hex()[:-2]}"')),
        padded(body(blind="1")),
        padded(body(more="1")),
        padded(b"[" * 700),
        padded(b'{"fields":' + b"9" * 600),
        padded(b"\xff\xfe"),
        padded(b"null"),
        (700).to_bytes(2, "big") + body().ljust(766, b"\0"),
    ],
)
def test_every_other_form_is_refused(plaintext: bytes) -> None:
    """What could be written twice could carry a mark."""
    with pytest.raises(MalformedPlaintext):
        decode_plaintext(plaintext)


@given(st.binary(max_size=800))
def test_any_bytes_are_read_or_malformed(content: bytes) -> None:
    with pytest.raises(MalformedPlaintext):
        decode_plaintext(content)


@given(mappings, st.integers(0, 767), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_another_statement(fields: dict[str, str], place: int, change: int) -> None:
    encoded = bytearray(encode_plaintext(fields, blind=BLIND, confirmed=frozenset()))
    place %= len(encoded)
    encoded[place] ^= change

    try:
        read = decode_plaintext(bytes(encoded))
    except MalformedPlaintext:
        return
    assert encode_plaintext(read.fields, blind=read.blind, confirmed=read.confirmed) == bytes(encoded)


def test_opened_fields_are_never_printed_by_accident() -> None:
    shown = repr(decode_plaintext(padded(body())))

    assert "Bonn" not in shown
    assert BLIND.hex() not in shown
