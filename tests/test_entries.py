"""Small files are read strictly, and what does not fit is named in one line."""

import json
from collections.abc import Callable

import pytest

from signer.entries import JsonEntries, read_json
from signer.errors import SignerError


class Unreadable(SignerError):
    """What these tests let the reader raise."""


def read(value: object) -> JsonEntries:
    return read_json(json.dumps(value).encode(), what="the file", refusal=Unreadable)


@pytest.mark.parametrize(
    ("value", "take", "message"),
    [
        ({}, lambda file: file.text("name"), "the file: name is missing, a text was expected"),
        ({"name": 1}, lambda file: file.text("name"), "the file: name was expected to be a text"),
        ({"count": True}, lambda file: file.number("count"), "the file: count was expected to be a whole number"),
        ({"count": 1.0}, lambda file: file.number("count"), "the file: count was expected to be a whole number"),
        ({"count": 0}, lambda file: file.number("count"), "the file: count is 0, a number above zero was expected"),
        ({"flag": 1}, lambda file: file.flag("flag"), "the file: flag was expected to be true or false"),
        ({"on": "20270501"}, lambda file: file.day("on"), "the file: on was expected to be a day like 2027-05-01"),
        ({"on": "2027-02-30"}, lambda file: file.day("on"), "the file: on was expected to be a day like 2027-05-01"),
        ({"key": "AB"}, lambda file: file.hex_bytes("key", 1), "the file: key was expected to be 2 hexadecimal digits"),
        ({"list": ["a", 1]}, lambda file: file.strings("list"), "the file: list was expected to be a list of texts"),
        ({"list": ["a", "a"]}, lambda file: file.strings("list"), "the file: list names something twice"),
        ({"in": {"a": 1}}, lambda file: file.table("in").text("a"), "the file: in: a was expected to be a text"),
        ({"in": {}}, lambda file: file.table("in"), "the file: in is empty"),
        (
            {"all": [{}]},
            lambda file: file.tables("all")[0].text("a"),
            "the file: all: 0: a is missing, a text was expected",
        ),
        ({"all": []}, lambda file: file.tables("all"), "the file: all was expected to be a list of objects"),
        ({"format": "2"}, lambda file: file.require_format("1"), "the file: it does not say '1'"),
        ({"more": 1}, lambda file: file.finish(), "the file: more is not known here"),
        ([], lambda file: file.finish(), "the file: a JSON object was expected"),
    ],
)
def test_what_does_not_fit_is_named(value: object, take: Callable[[JsonEntries], object], message: str) -> None:
    with pytest.raises(Unreadable) as refused:
        take(read(value))

    assert str(refused.value) == message


def test_a_name_in_the_file_cannot_write_lines_of_its_own_on_the_screen() -> None:
    with pytest.raises(Unreadable) as refused:
        read({"a\n\x1b[2Jall is well": 1}).finish()

    assert str(refused.value).isprintable()


@pytest.mark.parametrize("content", [b"", b"\xff", b'{"a": 1, "a": 1}', b'{"in": {"a": 1, "a": 1}}', b"[" * 100_000])
def test_what_two_programs_may_read_differently_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable, match="it is not JSON, or has an entry twice"):
        read_json(content, what="the file", refusal=Unreadable)
